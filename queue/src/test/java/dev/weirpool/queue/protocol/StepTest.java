package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
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
        var results = broker.readResults(redis, PRODUCER, "0-0", Duration.ofMillis(100))
                .results();
        assertThat(results).hasSize(1).allSatisfy(result -> {
            assertThat(result.sequence()).isEqualTo(1);
            assertThat(result.result()).isEqualTo(bytes("done"));
        });
    }

    @Test
    void settlesManyOfSeveralClientsTogether() {
        register("w");
        push(5);
        var other = PRODUCER + 1;
        broker.push(redis, other, 0, List.of(ofProducer(other, 1)), List.of());
        broker.openResults(redis, PRODUCER, LEASE);
        broker.openResults(redis, other, LEASE);
        var claimed = claim("w", 6);

        step(
                "w",
                0,
                0,
                complete(claimed.get(0)),
                complete(claimed.get(1)),
                new Settlement.Retry(claimed.get(2), LEASE),
                complete(claimed.get(3)),
                new Settlement.Bury(claimed.get(4), bytes("why")),
                complete(claimed.get(5)));

        assertThat(broker.readResults(redis, PRODUCER, "0-0", Duration.ofMillis(100))
                        .results())
                .extracting(result -> result.sequence() + new String(result.result(), UTF_8))
                .containsExactly("1done", "2done", "4done", "5why");
        assertThat(broker.readResults(redis, other, "0-0", Duration.ofMillis(100))
                        .results())
                .extracting(ResultEntry::sequence)
                .containsExactly(1L);
        assertThat(broker.inflight(redis, "w")).isEmpty();
    }

    private static Envelope ofProducer(long producer, long sequence) {
        return new Envelope.Draft("Tasks::run", 0, true, 3, Map.of(), new byte[] {1}).seal(producer, sequence);
    }

    @Test
    void claimsNoMoreThanAMebibyteTogetherButAlwaysOne() {
        register("w");
        var large = new Envelope.Draft("Tasks::run", 0, true, 3, Map.of(), new byte[700_000]);
        var huge = new Envelope.Draft("Tasks::run", 0, true, 3, Map.of(), new byte[3_000_000]);
        broker.push(
                redis,
                PRODUCER,
                0,
                List.of(large.seal(PRODUCER, 1), large.seal(PRODUCER, 2), huge.seal(PRODUCER, 3), task(4), task(5)),
                List.of());

        assertThat(sequences(claim("w", 9))).isEqualTo(numbers(1));
        assertThat(sequences(claimed(step("w", 9, 1)))).isEqualTo(numbers(2));
        assertThat(sequences(claimed(step("w", 9, 2)))).isEqualTo(numbers(3));
        assertThat(sequences(claimed(step("w", 9, 3)))).isEqualTo(numbers(4, 5));
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
        assertThat(broker.readResults(redis, PRODUCER, "0-0", Duration.ofMillis(100))
                        .results())
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
        assertThat(broker.readResults(redis, PRODUCER, "0-0", Duration.ofMillis(100))
                        .results())
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
