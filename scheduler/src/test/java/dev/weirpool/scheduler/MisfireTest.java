package dev.weirpool.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of planned times at which nobody was there to fire. */
@Tag("slow")
final class MisfireTest extends SchedulerFixture {
    private static final Schedule MINUTELY = Schedule.every(Duration.ofMinutes(1));
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    @ParameterizedTest
    @CsvSource({"0, 0, 60", "1, 1, 59", "25, 25, 35", "60, 60, 0", "1000, 60, 0"})
    void firesAsManyAsToldAfterAnHourWithoutAScheduler(int most, int fired, int missed) {
        awaitTheFirstHalfOfAMinute();
        editor.schedule("minutely", task(), MINUTELY, ScheduleOptions.DEFAULT.withMisfire(new Misfire(most)));
        var next = editor.nextFires("minutely", 1).get(0);
        plan("minutely", next.minus(Duration.ofMinutes(60)));

        start();

        await().atMost(LIMIT)
                .until(() -> editor.find("minutely").orElseThrow().next().orElseThrow(), time -> !time.isBefore(next));
        var planned = ready().stream()
                .map(SchedulerFixture::plannedOf)
                .filter(time -> time.isBefore(next))
                .toList();
        assertThat(planned)
                .isEqualTo(Stream.iterate(next.minus(Duration.ofMinutes(fired)), time -> time.plusSeconds(60))
                        .limit(fired)
                        .toList());
        assertThat(editor.find("minutely").orElseThrow().missed()).isEqualTo(missed);
    }

    @Test
    void firesTheLatestOfMoreThanArePutAtOnce() {
        awaitTheFirstHalfOfAMinute();
        editor.schedule("minutely", task(), MINUTELY, ScheduleOptions.DEFAULT.withMisfire(Misfire.all(1200)));
        var next = editor.nextFires("minutely", 1).get(0);
        plan("minutely", next.minus(Duration.ofMinutes(1500)));

        start();

        await().atMost(LIMIT)
                .until(() -> editor.find("minutely").orElseThrow().next().orElseThrow(), time -> !time.isBefore(next));
        var planned = ready().stream()
                .map(SchedulerFixture::plannedOf)
                .filter(time -> time.isBefore(next))
                .toList();
        assertThat(planned).hasSize(1200).doesNotHaveDuplicates();
        assertThat(planned.get(0)).isEqualTo(next.minus(Duration.ofMinutes(1200)));
    }

    /** So that none passes during the test. */
    private void awaitTheFirstHalfOfAMinute() {
        await().atMost(Duration.ofMinutes(1)).until(() -> redisTime().getEpochSecond() % 60 < 30);
    }

    @Test
    void decidesOnAllThatHavePassedTogether() {
        var now = NOON.plusSeconds(1);
        var planned = NOON.minusSeconds(180);

        assertThat(Decision.of(MINUTELY, planned, now, Misfire.SKIP))
                .isEqualTo(new Decision(List.of(), Optional.of(NOON.plusSeconds(60)), 4, NOON.plusSeconds(60)));
        assertThat(Decision.of(MINUTELY, planned, now, Misfire.ONCE))
                .isEqualTo(new Decision(List.of(NOON), Optional.of(NOON.plusSeconds(60)), 3, NOON.plusSeconds(60)));
        assertThat(Decision.of(MINUTELY, planned, now, Misfire.all(2)).fires())
                .containsExactly(NOON.minusSeconds(60), NOON);
    }

    @Test
    void doesNotCountAsMissedWhatIsAFewSecondsLate() {
        var decision = Decision.of(MINUTELY, NOON, NOON.plusSeconds(10), Misfire.SKIP);

        assertThat(decision.fires()).containsExactly(NOON);
        assertThat(Decision.of(MINUTELY, NOON, NOON.plusMillis(10_001), Misfire.SKIP)
                        .fires())
                .isEmpty();
    }

    @Test
    void decidesQuicklyAfterAYearOfSeconds() {
        var secondly = Schedule.every(Duration.ofSeconds(1));

        var decision = Decision.of(secondly, NOON.minus(Duration.ofDays(365)), NOON, Misfire.all(100));

        assertThat(decision.fires()).hasSize(100).last().isEqualTo(NOON);
        assertThat(decision.next()).contains(NOON.plusSeconds(1));
    }

    @Test
    void refusesToFireMoreThanCanBeBorne() {
        assertThatThrownBy(() -> Misfire.all(10_001))
                .hasMessage("from 0 to 10000 missed times can be fired, not 10001; use skip, once or all(max)");
        assertThatThrownBy(() -> Misfire.all(0)).hasMessage("all(max) fires from 1 to 10000 missed times, not 0");
    }
}
