package dev.weirpool.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RehearsalTest {
    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
    private static final Schedule MINUTELY = Schedule.every(Duration.ofMinutes(1));
    private static final Task<Integer> TASK = Task.of(RehearsalTest::doubled, 21);

    private final Rehearsal rehearsal = Rehearsal.from(START);

    static int doubled(int number) {
        return 2 * number;
    }

    @Test
    void firesAMonthOfMinutesWithoutWaiting() {
        rehearsal.schedule("minutely", TASK, MINUTELY);
        rehearsal.schedule("nightly", TASK, Schedule.cron("0 30 2 * * ?", "Europe/Berlin"));

        var fires = rehearsal.advance(Duration.ofDays(30));

        assertThat(fires).hasSize(30 * 24 * 60 + 30);
        assertThat(fires).isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()));
        assertThat(fires.stream().filter(fire -> fire.schedule().equals(Optional.of("nightly"))))
                .allMatch(fire -> fire.planned().toString().endsWith("T01:30:00Z"));
        assertThat(rehearsal.now()).isEqualTo(START.plus(Duration.ofDays(30)));
        assertThat(rehearsal.clock().instant()).isEqualTo(rehearsal.now());
    }

    @Test
    void letsDelayedTasksComeWhenTheyAreDue() throws Exception {
        rehearsal.send(TASK, TaskOptions.DEFAULT.withDelay(Duration.ofHours(3)));
        rehearsal.send(TASK, TaskOptions.DEFAULT.withAt(START.plus(Duration.ofHours(1))));
        rehearsal.send(TASK, TaskOptions.DEFAULT);

        assertThat(rehearsal.advance(Duration.ZERO)).hasSize(1);
        assertThat(rehearsal.advance(Duration.ofHours(3).minusMillis(1)))
                .extracting(Rehearsal.Fire::at)
                .containsExactly(START.plus(Duration.ofHours(1)));
        var last = rehearsal.advance(Duration.ofMillis(1));
        assertThat(last).extracting(Rehearsal.Fire::at).containsExactly(START.plus(Duration.ofHours(3)));
        assertThat(last.get(0).run()).isEqualTo(42);
    }

    @Test
    void treatsAnOutageAsTheSchedulerDoes() {
        rehearsal.schedule("skip", TASK, MINUTELY, ScheduleOptions.DEFAULT.withMisfire(Misfire.SKIP));
        rehearsal.schedule("once", TASK, MINUTELY, ScheduleOptions.DEFAULT.withMisfire(Misfire.ONCE));
        rehearsal.schedule("all", TASK, MINUTELY, ScheduleOptions.DEFAULT.withMisfire(Misfire.all(100)));

        var fires = rehearsal.outage(Duration.ofHours(1));

        assertThat(fires.stream().map(fire -> fire.schedule().orElseThrow()))
                .doesNotContain("skip")
                .containsOnlyOnce("once")
                .hasSize(61);
        assertThat(rehearsal.missed("skip")).isEqualTo(60);
        assertThat(rehearsal.advance(Duration.ofMinutes(1))).hasSize(3);
    }

    @Test
    void skipsWhatWouldOverlap() {
        rehearsal.schedule("alone", TASK, MINUTELY, ScheduleOptions.DEFAULT.withNoOverlap());
        rehearsal.lasting("alone", Duration.ofSeconds(150));

        assertThat(rehearsal.advance(Duration.ofMinutes(9))).hasSize(3);
        assertThat(rehearsal.skipped("alone")).isEqualTo(6);
    }

    @Test
    void countsADelayFromTheEnd() {
        rehearsal.schedule("after", TASK, Schedule.withFixedDelay(Duration.ofMinutes(1)));
        rehearsal.lasting("after", Duration.ofMinutes(4));

        assertThat(rehearsal.advance(Duration.ofMinutes(11)))
                .extracting(fire -> Duration.between(START, fire.at()).toMinutes())
                .containsExactly(1L, 6L, 11L);
    }

    @Test
    void pausesResumesAndRemoves() {
        rehearsal.schedule("a", TASK, MINUTELY);
        rehearsal.pause("a");
        assertThat(rehearsal.advance(Duration.ofHours(1))).isEmpty();
        rehearsal.resume("a");
        assertThat(rehearsal.advance(Duration.ofMinutes(2))).hasSize(2);
        rehearsal.remove("a");
        assertThat(rehearsal.advance(Duration.ofHours(1))).isEmpty();
        assertThatThrownBy(() -> rehearsal.pause("a")).hasMessage("there is no schedule 'a'");
    }
}
