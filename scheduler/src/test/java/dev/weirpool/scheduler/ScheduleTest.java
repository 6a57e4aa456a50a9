package dev.weirpool.scheduler;

import static java.time.DayOfWeek.SATURDAY;
import static java.time.DayOfWeek.SUNDAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.MonthDay;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ScheduleTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z"); // a Friday

    private static List<String> next(Schedule schedule, String after, int count) {
        return Stream.iterate(
                        schedule.next(Instant.parse(after)),
                        Optional::isPresent,
                        time -> schedule.next(time.orElseThrow()))
                .limit(count)
                .map(time -> time.orElseThrow().toString())
                .toList();
    }

    @Test
    void aPeriodIsCountedFromTheEpochOrFromItsStart() {
        var schedule = Schedule.every(Duration.ofMinutes(40));

        assertThat(next(schedule, "2026-11-20T12:00:00Z", 2))
                .containsExactly("2026-11-20T12:40:00Z", "2026-11-20T13:20:00Z");
        assertThat(next(schedule.from(NOON.plusSeconds(7)), "2026-01-01T00:00:00Z", 2))
                .containsExactly("2026-11-20T12:00:07Z", "2026-11-20T12:40:07Z");
        assertThat(next(schedule.from(NOON.plusSeconds(7)), "2026-11-20T12:40:07Z", 1))
                .containsExactly("2026-11-20T13:20:07Z");
    }

    @Test
    void aFixedDelayIsCountedFromTheEndOfTheLastRun() {
        var schedule = Schedule.withFixedDelay(Duration.ofMinutes(5));

        assertThat(schedule.afterCompletion()).isTrue();
        assertThat(next(schedule, "2026-11-20T12:00:00.123Z", 1)).containsExactly("2026-11-20T12:05:00.123Z");
        assertThat(next(schedule.from(NOON), "2026-11-20T11:00:00Z", 1)).containsExactly("2026-11-20T12:00:00Z");
        assertThat(next(schedule.excluding(DaysOff.weekdays(SATURDAY)), "2026-11-20T23:58:00Z", 1))
                .containsExactly("2026-11-22T00:00:00Z");
        assertThat(Schedule.every(Duration.ofMinutes(5)).afterCompletion()).isFalse();
    }

    @Test
    void aSingleTimeComesOnce() {
        var schedule = Schedule.at(NOON);

        assertThat(next(schedule, "2026-11-20T11:59:59.999999999Z", 5)).containsExactly("2026-11-20T12:00:00Z");
        assertThat(schedule.next(NOON)).isEmpty();
    }

    @Test
    void aStartIsIncludedAndAnEndIsNot() {
        var schedule = Schedule.cron("0 0 * * * ?", "UTC").from(NOON).until(NOON.plus(Duration.ofHours(2)));

        assertThat(next(schedule, "2020-01-01T00:00:00Z", 9))
                .containsExactly("2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z");
    }

    @Test
    void daysOffAreThoseOfTheZone() {
        var nights = Schedule.cron("0 30 0 * * ?", "Asia/Tokyo")
                .excluding(DaysOff.weekdays(SATURDAY, SUNDAY)
                        .and(DaysOff.dates(MonthDay.of(11, 25)))
                        .and(DaysOff.range(LocalDate.of(2026, 11, 26), LocalDate.of(2026, 11, 29))));

        assertThat(next(nights, "2026-11-20T12:00:00Z", 4))
                .containsExactly(
                        "2026-11-22T15:30:00Z", "2026-11-23T15:30:00Z", "2026-11-29T15:30:00Z", "2026-11-30T15:30:00Z");
    }

    @Test
    void aDayOffThatClocksBeginTwiceIsLeftOnce() {
        // at 00:01 clocks went back to 23:01 of the Saturday
        var schedule = Schedule.every(Duration.ofMinutes(10))
                .withZone(ZoneId.of("America/St_Johns"))
                .excluding(DaysOff.weekdays(SATURDAY));

        assertThat(next(schedule, "2010-11-06T12:00:00Z", 3))
                .containsExactly("2010-11-07T02:30:00Z", "2010-11-07T03:30:00Z", "2010-11-07T03:40:00Z");
    }

    @Test
    void theTwentyNinthOfFebruaryKnowsThatTheYear2100IsNoLeapYear() {
        var schedule = Schedule.cron("0 0 0 29 2 ?", "Europe/Berlin");

        assertThat(next(schedule, "2092-03-01T00:00:00Z", 2))
                .containsExactly("2096-02-28T23:00:00Z", "2104-02-28T23:00:00Z");
    }

    @Test
    void everySearchEnds() {
        var never = CronParser.parse("0 0 0 30 2 ?");
        var fridaysThe13th = Schedule.cron("0 0 0 13 * ? 2026", "UTC").excluding(DaysOff.weekdays(SATURDAY));

        assertThat(LocalTimes.next(never, ZoneId.of("Europe/Berlin").getRules(), NOON))
                .isNull();
        assertThat(fridaysThe13th.next(Instant.MAX)).isEmpty();
        assertThat(fridaysThe13th.next(Instant.MIN)).contains(Instant.parse("2026-01-13T00:00:00Z"));
        assertThat(Schedule.every(Duration.ofSeconds(1)).next(Instant.MAX)).isEmpty();
        assertThat(Schedule.withFixedDelay(Duration.ofSeconds(1)).next(Instant.MAX))
                .isEmpty();
        assertThat(Schedule.cron("* * * * * ?", "Asia/Kathmandu").next(Instant.parse("2199-12-31T23:59:59Z")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 0 9 15W * ?     | 2026-08-01T00:00:00Z | 2026-08-14T09:00:00Z
            0 0 9 15W * ?     | 2026-11-01T00:00:00Z | 2026-11-16T09:00:00Z
            0 0 9 1W * ?      | 2026-08-01T00:00:00Z | 2026-08-03T09:00:00Z
            0 0 9 31W * ?     | 2026-05-01T00:00:00Z | 2026-05-29T09:00:00Z
            0 0 9 31W * ?     | 2026-06-01T00:00:00Z | 2026-07-31T09:00:00Z
            0 0 9 LW * ?      | 2026-02-01T00:00:00Z | 2026-02-27T09:00:00Z
            0 0 9 L-2W * ?    | 2026-02-01T00:00:00Z | 2026-02-26T09:00:00Z
            0 0 9 1,L * ?     | 2026-02-02T00:00:00Z | 2026-02-28T09:00:00Z
            0 0 9 ? * MON#5   | 2026-11-01T00:00:00Z | 2026-11-30T09:00:00Z
            0 0 9 ? * FRI#1,L | 2026-11-01T00:00:00Z | 2026-11-06T09:00:00Z
            0 0 9 ? * L       | 2026-11-01T10:00:00Z | 2026-11-07T09:00:00Z
            0 0 9 ? * SUN-MON | 2026-11-03T00:00:00Z | 2026-11-08T09:00:00Z
            0 0 22-2 * * ?    | 2026-11-03T02:00:00Z | 2026-11-03T22:00:00Z
            0 9 13 * 5        | 2026-11-01T00:00:00Z | 2026-11-06T09:00:00Z
            0 9 13 * 5        | 2026-12-12T00:00:00Z | 2026-12-13T09:00:00Z
            0 9 */2 * 5       | 2026-11-01T00:00:00Z | 2026-11-13T09:00:00Z
            0 9 * * 5-7       | 2026-11-01T10:00:00Z | 2026-11-06T09:00:00Z
            0 9 * * 7         | 2026-11-02T00:00:00Z | 2026-11-08T09:00:00Z
            @yearly           | 2026-11-02T00:00:00Z | 2027-01-01T00:00:00Z
            @Monthly          | 2026-11-02T00:00:00Z | 2026-12-01T00:00:00Z
            @weekly           | 2026-11-02T00:00:00Z | 2026-11-08T00:00:00Z
            @midnight         | 2026-11-02T00:00:00Z | 2026-11-03T00:00:00Z
            @hourly           | 2026-11-02T00:00:00Z | 2026-11-02T01:00:00Z
            """)
    void aCronExpressionFires(String expression, String after, String expected) {
        assertThat(next(Schedule.cron(expression, "UTC"), after, 1)).containsExactly(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 30 2 * * ?             | every day at 02:30
            0 0 8,12,18 * * ?        | every day at 08:00, 12:00 and 18:00
            30 0 8 * * ?             | every day at 08:00:30
            * * * * * ?              | every second
            */10 * 9 * * ?           | every 10 seconds in hour 9
            0 * * * * ?              | every minute
            0 0/15 9-17 ? * MON-FRI  | every 15 minutes in hours 9 to 17 on Monday to Friday
            0 5/15 * * * ?           | every 15 minutes from minute 5
            0 0,10 * * * ?           | every minute in minutes 0 and 10
            0 5 * * * ?              | every hour at minute 5
            20 5 * * * ?             | every hour at minute 5 and second 20
            0 0 */3 * * ?            | every 3 hours
            0 0 0 ? * FRI-MON        | at 00:00 on Monday and Friday to Sunday
            0 0 0 L * ?              | at 00:00 on the last day of the month
            0 0 0 L-3 * ?            | at 00:00 on 3 days before the last day of the month
            0 0 0 1,15W,LW * ?       | at 00:00 on day 1 of the month, the weekday nearest to day 15 of the month and the weekday nearest to the last day of the month
            0 15 10 ? * 6#3          | at 10:15 on the third Friday of the month
            0 15 10 ? * 6L           | at 10:15 on the last Friday of the month
            0 0 0 1 1 ? 2027-2030    | at 00:00 on day 1 of the month in January in 2027 to 2030
            0 9 13 * 5               | at 09:00 on day 13 of the month, or on Friday
            0 9 */2 * 5              | at 09:00 on days 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29 and 31 of the month if it is Friday
            @monthly                 | at 00:00 on day 1 of the month
            """)
    void aCronExpressionIsSaidInPlainWords(String expression, String words) {
        assertThat(Schedule.cron(expression, "Europe/Berlin").description()).isEqualTo(words + ", Europe/Berlin");
    }

    @Test
    void theRestIsSaidInPlainWordsToo() {
        assertThat(Schedule.cron("30 2 * * *", "Europe/Berlin")
                        .excluding(DaysOff.weekdays(SATURDAY, SUNDAY)
                                .and(DaysOff.dates(MonthDay.of(12, 25)))
                                .and(DaysOff.range(LocalDate.of(2026, 12, 24), LocalDate.of(2027, 1, 2))))
                        .from(NOON)
                        .description())
                .isEqualTo(
                        "every day at 02:30, Europe/Berlin, from 2026-11-20T12:00:00Z, but not on Saturday and Sunday,"
                                + " on 25 December, from 2026-12-24 to 2027-01-02");
        assertThat(Schedule.every(Duration.ofMinutes(1)).description()).isEqualTo("every minute");
        assertThat(Schedule.every(Duration.ofMinutes(90)).until(NOON).description())
                .isEqualTo("every 1 hour and 30 minutes, until 2026-11-20T12:00:00Z");
        assertThat(Schedule.withFixedDelay(Duration.ofSeconds(5)).description())
                .isEqualTo("5 seconds after the end of the last run");
        assertThat(Schedule.at(NOON).description()).isEqualTo("once at 2026-11-20T12:00:00Z");
    }

    @Test
    void itsTextIsReadBack() {
        var daysOff = DaysOff.weekdays(SUNDAY, SATURDAY)
                .and(DaysOff.dates(MonthDay.of(2, 29), MonthDay.of(12, 25)))
                .and(DaysOff.range(LocalDate.of(2026, 12, 24), LocalDate.of(2027, 1, 2)));
        var schedules = Stream.of(
                        Schedule.cron(" 0  0/5 * ? jan-mar fri#2 2026-2030 ", "Europe/Berlin"),
                        Schedule.cron("*/5 * * * *", "UTC"),
                        Schedule.cron("@daily", "+02:00"),
                        Schedule.every(Duration.ofMillis(1500)),
                        Schedule.withFixedDelay(Duration.ofHours(30)),
                        Schedule.at(Instant.parse("2027-03-01T00:00:00.123456Z")))
                .flatMap(schedule -> Stream.of(
                        schedule,
                        schedule.from(NOON),
                        schedule.until(NOON.plus(Duration.ofDays(1000))),
                        schedule.withZone(ZoneId.of("Asia/Kolkata")).excluding(daysOff)));

        assertThat(schedules).hasSize(24).allSatisfy(schedule -> {
            var read = Schedule.parse(schedule.toString());
            assertThat(read).isEqualTo(schedule).hasSameHashCodeAs(schedule).hasToString(schedule.toString());
            assertThat(read.next(NOON)).isEqualTo(schedule.next(NOON));
            assertThat(read.start()).isEqualTo(schedule.start());
            assertThat(read.end()).isEqualTo(schedule.end());
            assertThat(read.zone()).isEqualTo(schedule.zone());
            assertThat(read.daysOff()).isEqualTo(schedule.daysOff());
        });
        assertThat(Schedule.cron("0 30 2 * * ?", "Europe/Berlin").from(NOON).excluding(daysOff))
                .hasToString("cron 0 30 2 * * ?; zone Europe/Berlin; from 2026-11-20T12:00:00Z;"
                        + " excluding SATURDAY SUNDAY 02-29 12-25 2026-12-24/2027-01-02");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            '' | cannot read the schedule '': '' is unknown to this version
            zone UTC | cannot read the schedule 'zone UTC': it says nothing of when
            every PT10S; jitter PT5S | cannot read the schedule 'every PT10S; jitter PT5S': 'jitter PT5S' is unknown to this version
            every soon | cannot read the schedule 'every soon': Text cannot be parsed to a Duration
            cron 0 0 0 30 2 ?; zone UTC | cannot read the schedule 'cron 0 0 0 30 2 ?; zone UTC': 'cron 0 0 0 30 2 ?' never fires: no day matches it; check the day and the month
            """)
    void textThatNoScheduleHasIsRefused(String text, String message) {
        assertThatThrownBy(() -> Schedule.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void whatCanNeverFireIsRefused() {
        var daily = Schedule.cron("0 0 9 ? * SAT", "UTC");

        assertThatThrownBy(() -> daily.excluding(DaysOff.weekdays(SATURDAY)))
                .hasMessage("'cron 0 0 9 ? * SAT; zone UTC; excluding SATURDAY' never fires; move its bounds or exclude"
                        + " fewer days");
        assertThatThrownBy(() -> daily.from(NOON).until(NOON))
                .hasMessage("the end 2026-11-20T12:00:00Z is not after the start 2026-11-20T12:00:00Z; swap them, or"
                        + " leave one out");
        assertThatThrownBy(() -> daily.from(NOON).until(NOON.plusSeconds(60))).hasMessageContaining("never fires");
        assertThatThrownBy(() -> Schedule.at(NOON).from(NOON.plusSeconds(1))).hasMessageContaining("never fires");
        assertThatThrownBy(() -> DaysOff.weekdays(DayOfWeek.values())).hasMessageContaining("all seven days");
        assertThatThrownBy(() -> DaysOff.range(LocalDate.of(2026, 2, 2), LocalDate.of(2026, 2, 1)))
                .hasMessage("the range 2026-02-02/2026-02-01 ends before it begins; swap the dates");
        assertThatThrownBy(() -> Schedule.every(Duration.ofMillis(999)))
                .hasMessageStartingWith("a period must be at least 1 s and in whole milliseconds, got PT0.999S");
    }
}
