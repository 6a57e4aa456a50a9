package dev.weirpool.scheduler;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.protocol.Blame;
import dev.weirpool.queue.protocol.Effect;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.ScheduledRun;
import dev.weirpool.queue.protocol.Settlement;
import dev.weirpool.queue.protocol.StepRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks of one schedule that must not run beside each other, and schedules that wait for the end of their task. */
@Tag("slow")
final class OverlapTest extends SchedulerFixture {
    private static final Schedule EVERY_SECOND = Schedule.every(Duration.ofSeconds(1));
    private static final ScheduleOptions ALONE = ScheduleOptions.DEFAULT.withNoOverlap();

    @Test
    void putsNoTaskWhileOneWaitsOrRunsAndCountsThem() {
        editor.schedule("alone", task(), EVERY_SECOND, ALONE);
        start();
        start();

        await().atMost(LIMIT).until(() -> skipped("alone") >= 2);

        assertThat(ready()).hasSize(1);
        claim();
        var before = skipped("alone");
        await().atMost(LIMIT).until(() -> skipped("alone") > before);
        assertThat(ready()).isEmpty();
    }

    @Test
    void putsAsManyAsMayRun() {
        editor.schedule("three", task(), EVERY_SECOND, ScheduleOptions.DEFAULT.withMaxConcurrent(3));
        start();

        await().atMost(LIMIT).until(() -> skipped("three") >= 1);

        assertThat(ready()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"completed", "buried", "given up with its worker"})
    void goesOnHoweverItsTaskHasEnded(String how) {
        editor.schedule("alone", task(), EVERY_SECOND, ALONE);
        start();
        await().atMost(LIMIT).until(() -> !ready().isEmpty());
        var task = claim();

        end(task, how);

        await().atMost(LIMIT).until(() -> !ready().isEmpty());
        assertThat(ready().get(0).sequence()).isGreaterThan(task.sequence());
    }

    @Test
    void holdsTheSlotWhileATaskIsTriedAgain() {
        editor.schedule("alone", task(), Schedule.at(Instant.parse("2100-01-01T00:00:00Z")), ALONE);
        assertThat(editor.triggerNow("alone")).isPresent();
        var task = claim();
        broker.recoverDead(redis, "w", Duration.ZERO, new Blame.Running(task.fence(), bytes("died"), null));

        assertThat(editor.triggerNow("alone")).isEmpty();

        assertThat(ready()).hasSize(1);
        assertThat(skipped("alone")).isEqualTo(1);
    }

    @Test
    void takesATaskForLostThatHasNotEndedInADay() {
        editor.schedule("alone", task(), Schedule.at(Instant.parse("2100-01-01T00:00:00Z")), ALONE);
        editor.triggerNow("alone");
        var lost = ready().get(0);
        redis.call("DEL", key("ready"));
        assertThat(editor.triggerNow("alone")).isEmpty();

        var longAgo = redisTime().minus(ScheduledRun.LOST).minusSeconds(1).toEpochMilli();
        redis.call("ZADD", key("running:alone"), bytes(longAgo), lost.id());

        assertThat(editor.triggerNow("alone")).isPresent();
        assertThat((long) redis.call("PTTL", key("running:alone"))).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"completed", "buried", "given up with its worker"})
    void countsADelayFromTheEndOfItsTask(String how) {
        editor.schedule("after", task(), Schedule.withFixedDelay(Duration.ofSeconds(2)));
        start();
        await().atMost(LIMIT).until(() -> !ready().isEmpty());
        var task = claim();
        assertThat(next("after")).isAfter(plannedOf(task).plus(Duration.ofHours(23)));
        var at = redisTime();
        await().atMost(LIMIT).until(() -> redisTime().isAfter(at.plusMillis(2500)));
        assertThat(ready()).isEmpty();

        var before = redisTime();
        end(task, how);
        var after = redisTime();

        var next = next("after");
        assertThat(next).isBetween(before.plusMillis(1999), after.plusMillis(2000));
        await().atMost(LIMIT).until(() -> !ready().isEmpty());
        assertThat(plannedOf(ready().get(0))).isEqualTo(next);
    }

    @Test
    void leavesAScheduleAloneThatWasEditedWhileItsTaskRan() {
        editor.schedule("after", task(), Schedule.withFixedDelay(Duration.ofSeconds(1)));
        start();
        await().atMost(LIMIT).until(() -> !ready().isEmpty());
        var task = claim();
        editor.pause("after");

        end(task, "completed");

        assertThat(editor.find("after").orElseThrow().next()).isEmpty();
    }

    private void end(Envelope task, String how) {
        var run = ScheduledRun.of(task).orElseThrow();
        if (how.equals("given up with its worker")) {
            var verdict = new Blame.Verdict(bytes("died"), Optional.empty(), Optional.empty(), Optional.of(run));
            broker.recoverDead(redis, "w", Duration.ZERO, new Blame.Running(task.fence(), bytes("died"), verdict));
            return;
        }
        var settlement = how.equals("buried")
                ? new Settlement.Bury(task, bytes("failed"))
                : (Settlement) new Settlement.Complete(task, bytes("done"));
        var effects = new ArrayList<Effect>(List.of(new Effect.Leave(task, run)));
        run.again().ifPresent(again -> effects.add(new Effect.Again(task, run)));
        broker.step(redis, "w", new StepRequest(0, 0, false, List.of(settlement), effects));
    }

    private long skipped(String name) {
        return editor.find(name).orElseThrow().skipped();
    }

    private Instant next(String name) {
        return editor.find(name).orElseThrow().next().orElseThrow();
    }
}
