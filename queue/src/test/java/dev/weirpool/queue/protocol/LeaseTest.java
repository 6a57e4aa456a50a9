package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** register, heartbeat, tick, recover, release and cancel: who may hold tasks, and for how long. */
final class LeaseTest extends BrokerFixture {
    private static final Duration SHORT = Duration.ofMillis(30);
    private static final Duration NO_GRACE = Duration.ZERO;

    @Test
    void registersANameOnce() {
        assertThat(broker.register(redis, "w", LEASE)).isTrue();
        assertThat(broker.register(redis, "w", LEASE)).isFalse();
        assertThat(broker.workers(redis)).containsExactly("w");
    }

    @Test
    void renewsTheLeasesOfKnownWorkersAndNamesTheLost() {
        broker.register(redis, "a", SHORT);

        var reply = broker.heartbeat(redis, LEASE, List.of("a", "b"));

        assertThat(reply).isEqualTo(new HeartbeatReply(Set.of("b"), Map.of()));
        assertThat(broker.workers(redis)).containsExactly("a");
        assertThat(broker.recoverExpired(redis, "a", Duration.ZERO)).isEqualTo(-1);
    }

    @Test
    void findsAWorkerWhoseLeaseRanOutAndGivesItsTasksBack() {
        broker.register(redis, "a", SHORT);
        push(3);
        claim("a", 2);
        broker.tick(redis, Duration.ofMinutes(1), NO_GRACE); // the first tick ever

        await().atMost(Duration.ofSeconds(5))
                .until(() -> broker.tick(redis, Duration.ofMinutes(1), NO_GRACE)
                        .expired()
                        .equals(List.of("a")));
        assertThat(broker.recoverExpired(redis, "a", Duration.ZERO)).isEqualTo(2);

        register("b");
        var again = claim("b", 3);
        assertThat(sequences(again)).isEqualTo(numbers(1, 2, 3));
        assertThat(again.stream().map(Envelope::attempt)).containsExactly(2, 1, 1);
        assertThat(step("a", 1, 2)).isEqualTo(new StepReply.Fenced());
    }

    @Test
    void leavesExpiredWorkersAloneForALeaseAfterASilence() {
        broker.register(redis, "a", SHORT);
        push(1);
        claim("a", 1);
        await().pollDelay(SHORT.multipliedBy(2)).until(() -> true);

        assertThat(broker.tick(redis, GAP, LEASE).expired()).isEmpty();
        assertThat(broker.recoverExpired(redis, "a", Duration.ZERO)).isEqualTo(-2);
    }

    @Test
    void givesBackTheTasksOfADeadWorkerOnce() {
        register("a");
        push(2);
        claim("a", 2);

        assertThat(broker.recoverDead(redis, "a", Duration.ZERO, new Blame.Oldest()))
                .isEqualTo(2);
        assertThat(broker.recoverDead(redis, "a", Duration.ZERO, new Blame.Oldest()))
                .isZero();
        assertThat(broker.waiting(redis)).isEqualTo(2);
    }

    @Test
    void givesBackTasksBesideWhatIsNone() {
        var ready = bytes("weirpool:{" + queue + "}:ready");
        register("a");
        redis.call("RPUSH", ready, bytes("x"));
        push(task(1));
        redis.call("RPUSH", ready, bytes("y"));
        assertThat(claim("a", 3)).hasSize(3);

        assertThat(broker.recoverDead(redis, "a", Duration.ZERO, new Blame.Oldest()))
                .isEqualTo(3);

        assertThat(broker.waiting(redis)).isEqualTo(3);
    }

    @Test
    void promotesTasksBesideWhatIsNone() {
        redis.call("ZADD", bytes("weirpool:{" + queue + "}:delayed"), bytes(1), bytes("x"));

        assertThat(broker.tick(redis, GAP, LEASE).promoted()).isEqualTo(1);
        assertThat(broker.waiting(redis)).isEqualTo(1);
    }

    @Test
    void releasesWhatIsNoTask() {
        register("a");
        redis.call("RPUSH", bytes("weirpool:{" + queue + "}:ready"), bytes("x"));
        claim("a", 1);

        assertThat(broker.release(redis, "a", 0, true)).isEqualTo(1);
        assertThat(broker.waiting(redis)).isEqualTo(1);
    }

    @Test
    void holdsATaskBackThatHasKilledAWorkerBefore() {
        register("a");
        push(1);
        claim("a", 1);
        broker.recoverDead(redis, "a", Duration.ofMinutes(1), new Blame.Oldest());
        register("b");
        assertThat(claim("b", 1)).hasSize(1);

        broker.recoverDead(redis, "b", Duration.ofMinutes(1), new Blame.Oldest());

        register("c");
        assertThat(claim("c", 1)).isEmpty();
        assertThat(broker.waiting(redis)).isEqualTo(1);
    }

    @Test
    void releasesTheUnstartedToTheFrontOfTheQueue() {
        register("a");
        push(4);
        claim("a", 3);

        assertThat(broker.release(redis, "a", 1, false)).isEqualTo(2);

        register("b");
        assertThat(claim("b", 9)).extracting(Envelope::sequence).containsExactly(2L, 3L, 4L);
        assertThat(broker.workers(redis)).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void givesBackWhatIsAheadOfTheTaskThatRunsAndOnlyThen() {
        register("a");
        push(4);
        var claimed = claim("a", 3);

        assertThat(broker.giveBackAhead(redis, "a", claimed.get(1))).isZero();
        assertThat(broker.giveBackAhead(redis, "a", claimed.get(0))).isEqualTo(2);
        assertThat(broker.giveBackAhead(redis, "a", claimed.get(0))).isZero();

        register("b");
        assertThat(claim("b", 9)).extracting(Envelope::sequence).containsExactly(2L, 3L, 4L);
    }

    @Test
    void releasesAllAndEndsTheRegistration() {
        register("a");
        push(2);
        claim("a", 2);

        assertThat(broker.release(redis, "a", 0, true)).isEqualTo(2);
        assertThat(broker.workers(redis)).isEmpty();
        assertThat(broker.release(redis, "a", 0, true)).isEqualTo(-1);
    }

    @Test
    void condemnsARunningTaskThatIsToBeEndedAndNoOther() {
        register("a");
        register("b");
        push(2);
        var first = claim("a", 1).get(0);
        claim("b", 1);
        assertThat(broker.tick(redis, GAP, LEASE).hasCancelMarks()).isFalse();

        broker.cancel(redis, PRODUCER, numbers(1), true);

        assertThat(broker.tick(redis, GAP, LEASE).hasCancelMarks()).isTrue();
        assertThat(broker.heartbeat(redis, LEASE, List.of("a", "b")).condemned())
                .isEqualTo(Map.of("a", HexFormat.of().formatHex(first.id())));
    }

    @Test
    void doesNotCondemnATaskThatIsOnlyNotToBeStarted() {
        register("a");
        push(1);
        claim("a", 1);

        broker.cancel(redis, PRODUCER, numbers(1), false);

        assertThat(broker.heartbeat(redis, LEASE, List.of("a")).condemned()).isEmpty();
    }

    @Test
    void dropsTheMarkOfACancelledTaskWithTheTask() {
        register("a");
        push(1);
        broker.cancel(redis, PRODUCER, numbers(1), true);

        step("a", 1, 0, complete(claim("a", 1).get(0)));

        assertThat(broker.tick(redis, GAP, LEASE).hasCancelMarks()).isFalse();
        assertThat(keys()).noneMatch(key -> key.endsWith("cancels"));
    }

    @Test
    void takesTheMarkOfATaskAlongThatIsGivenUpWithItsWorker() {
        register("a");
        push(1);
        var task = claim("a", 1).get(0);
        broker.cancel(redis, PRODUCER, numbers(1), true);

        giveUp("a", task);

        assertThat(broker.tick(redis, GAP, LEASE).hasCancelMarks()).isFalse();
        assertThat(keys()).noneMatch(key -> key.endsWith("cancels"));
    }

    @Test
    void addsNoResultThatNobodyAwaits() {
        register("a");
        broker.openResults(redis, PRODUCER, LEASE);
        var unawaited = new Envelope.Draft("Tasks::run", 0, false, 3, Map.of(), new byte[] {1}).seal(PRODUCER, 1);
        push(unawaited);
        push(task(2));

        giveUp("a", claim("a", 1).get(0));
        register("b");
        giveUp("b", claim("b", 1).get(0));

        assertThat(broker.readResults(redis, PRODUCER, "0-0", Duration.ofMillis(100))
                        .results())
                .extracting(ResultEntry::sequence)
                .containsExactly(2L);
    }

    private void giveUp(String worker, Envelope task) {
        var verdict = new Blame.Verdict(bytes("why"), Optional.empty(), Optional.empty(), Optional.empty());
        broker.recoverDead(redis, worker, Duration.ZERO, new Blame.Running(task.fence(), bytes("record"), verdict));
    }

    @Test
    void asksForNoHeartbeatsWhenNothingThatRunsIsToBeEnded() {
        push(1);

        broker.cancel(redis, PRODUCER, numbers(1), false);

        assertThat(broker.tick(redis, GAP, LEASE).hasCancelMarks()).isFalse();
    }

    @Test
    void putsATaskThatHasKilledTwoWorkersBeforeTheBacklogWhenItsWaitIsOver() {
        push(3);
        for (var worker : List.of("a", "b")) {
            register(worker);
            claim(worker, 1);
            broker.recoverDead(redis, worker, Duration.ofMillis(1), new Blame.Oldest());
        }

        await().atMost(Duration.ofSeconds(5))
                .until(() -> broker.tick(redis, GAP, LEASE).promoted() == 1);

        register("c");
        assertThat(sequences(claim("c", 9))).isEqualTo(numbers(1, 2, 3));
    }

    @Test
    void leavesNoKeyOfADroppedQueue() {
        register("a");
        push(2);
        claim("a", 1);

        broker.drop(redis, List.of("a"));

        assertThat(keys()).isEmpty();
    }
}
