package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StepTest extends BrokerFixture {
    @Test
    void turnsAwayAWorkerThatIsNotRegistered() {
        push(1);

        assertThat(step("w", 1, 0)).isEqualTo(new StepReply.Fenced());
        assertThat(broker.waiting(redis)).isEqualTo(1);
    }

    @Test
    void settlesATaskAndClaimsTheNext() {
        register("w");
        push(2);
        broker.openResults(redis, PRODUCER, LEASE);
        var first = claim("w", 1).get(0);

        var reply = step("w", 1, 0, complete(first));

        assertThat(sequences(claimed(reply))).isEqualTo(numbers(2));
        var results = broker.readResults(redis, PRODUCER, "0-0", Duration.ofMillis(100));
        assertThat(results).hasSize(1).allSatisfy(result -> {
            assertThat(result.sequence()).isEqualTo(1);
            assertThat(result.result()).isEqualTo(bytes("done"));
        });
    }

    @Test
    void countsASettlementOnceThatIsSentAgain() {
        register("w");
        push(2);
        broker.openResults(redis, PRODUCER, LEASE);
        var first = claim("w", 1).get(0);
        step("w", 1, 0, complete(first));

        var again = step("w", 1, 0, complete(first));

        assertThat(again)
                .isInstanceOfSatisfying(
                        StepReply.Resync.class,
                        resync ->
                                assertThat(sequences(envelopes(resync.held()))).isEqualTo(numbers(2)));
        assertThat(broker.readResults(redis, PRODUCER, "0-0", Duration.ofMillis(100)))
                .hasSize(1);
    }

    @Test
    void tellsAWorkerWhatItHoldsWhenTheReplyToItsClaimWasLost() {
        register("w");
        push(2);
        claim("w", 1);

        var again = step("w", 1, 0);

        assertThat(again)
                .isInstanceOfSatisfying(
                        StepReply.Resync.class,
                        resync ->
                                assertThat(sequences(envelopes(resync.held()))).isEqualTo(numbers(1)));
    }

    @Test
    void takesNoSettlementOfAnotherAttempt() {
        register("a");
        register("b");
        push(1);
        var first = claim("a", 1).get(0);
        broker.recoverDead(redis, "a", Duration.ZERO, new Blame.Oldest());
        var second = claim("b", 1).get(0);

        assertThat(second.attempt()).isEqualTo(2);
        assertThat(step("b", 0, 0, complete(first))).isInstanceOf(StepReply.Resync.class);
        assertThat(step("b", 0, 0, complete(second))).isEqualTo(new StepReply.Claimed(List.of()));
    }

    @Test
    void putsATaskToBeTriedAgainAmongTheDelayed() {
        register("w");
        push(1);
        var first = claim("w", 1).get(0);

        step("w", 1, 0, new Settlement.Retry(first, Duration.ZERO));
        broker.tick(redis, GAP, LEASE);

        var second = claim("w", 1).get(0);
        assertThat(second.sequence()).isEqualTo(1);
        assertThat(second.attempt()).isEqualTo(2);
    }

    @Test
    void keepsATaskThatIsGivenUpAsADeadLetterAndTellsTheClient() {
        register("w");
        push(1);
        broker.openResults(redis, PRODUCER, LEASE);

        step("w", 1, 0, new Settlement.Bury(claim("w", 1).get(0), bytes("why")));

        assertThat(redis.call("LLEN", bytes("weirpool:{" + queue + "}:dead"))).isEqualTo(1L);
        assertThat(broker.readResults(redis, PRODUCER, "0-0", Duration.ofMillis(100)))
                .hasSize(1);
    }

    @Test
    void dropsTheResultOfAClientThatIsGone() {
        register("w");
        push(1);

        step("w", 1, 0, complete(claim("w", 1).get(0)));

        assertThat(keys()).noneMatch(key -> key.contains("results"));
    }

    @Test
    void claimsNothingWhileTheQueueIsPaused() {
        register("w");
        push(2);
        var first = claim("w", 1).get(0);
        broker.pause(redis);

        assertThat(step("w", 1, 0, complete(first))).isEqualTo(new StepReply.Paused());
        broker.resume(redis);
        assertThat(sequences(claim("w", 1))).isEqualTo(numbers(2));
    }

    @Test
    void wakesAFurtherWorkerWhileThereIsMore() {
        register("w");
        push(2);
        assertThat(broker.awaitBell(redis, Duration.ofMillis(100))).isTrue();

        broker.step(redis, "w", new StepRequest(1, 0, true, List.of(), List.of()));

        assertThat(broker.awaitBell(redis, Duration.ofMillis(100))).isTrue();
    }

    @Test
    void marksACancelledTaskAmongThoseClaimed() {
        register("w");
        push(2);
        broker.cancel(redis, PRODUCER, numbers(2), false);

        var reply = (StepReply.Claimed) step("w", 2, 0);

        assertThat(reply.tasks().stream().map(StepReply.Task::isCancelled)).containsExactly(false, true);
    }

    @Test
    void givesATaskALargerFenceThanItHadBeforeAlsoWhenTheReplyToItsClaimWasLost() {
        register("a");
        register("b");
        push(2);
        var before = ((StepReply.Claimed) step("a", 2, 0)).tasks();
        broker.recoverDead(redis, "a", Duration.ZERO, new Blame.Nobody());
        step("b", 2, 0);

        var again = ((StepReply.Resync) step("b", 2, 0)).held();

        assertThat(sequences(envelopes(again))).isEqualTo(sequences(envelopes(before)));
        assertThat(again.get(0).fence()).isGreaterThan(before.get(0).fence());
        assertThat(again.get(1).fence()).isGreaterThan(before.get(1).fence());
    }

    @Test
    void marksACancelledTaskAlsoWhenTheReplyToItsClaimWasLost() {
        register("w");
        push(2);
        broker.cancel(redis, PRODUCER, numbers(2), false);
        step("w", 2, 0);

        var again = (StepReply.Resync) step("w", 2, 0);

        assertThat(again.held().stream().map(StepReply.Task::isCancelled)).containsExactly(false, true);
    }
}
