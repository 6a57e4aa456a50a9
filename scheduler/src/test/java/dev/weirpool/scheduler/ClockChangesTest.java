package dev.weirpool.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every change of the clocks from 1970 to 2040, in every zone, is compared with an oracle that knows nothing of the calculation: it lets
 * the clock of the place run, second by second where it has to, and looks at what it shows.
 */
@Tag("slow")
final class ClockChangesTest {

    private static final Instant FIRST = Instant.parse("1970-01-03T00:00:00Z");
    private static final Instant LAST = Instant.parse("2040-12-31T00:00:00Z");

    /**
     * An expression, and in other words when it fires.
     *
     * @param repeats whether it fires again when the clock shows a time again
     */
    private record Rule(String cron, boolean repeats, Predicate<LocalDateTime> fires) {
        @Override
        public String toString() {
            return cron;
        }
    }

    static Stream<Rule> rules() {
        return Stream.of(
                new Rule("0 * * * * ?", true, time -> time.getSecond() == 0),
                new Rule("* * * * *", true, time -> time.getSecond() == 0),
                new Rule("0 0 * * * ?", true, time -> isAt(time, time.getHour(), 0)),
                new Rule("0 0/15 * * * ?", true, time -> time.getSecond() == 0 && time.getMinute() % 15 == 0),
                new Rule(
                        "0 5,45 * * * ?",
                        true,
                        time -> time.getSecond() == 0 && (time.getMinute() == 5 || time.getMinute() == 45)),
                new Rule("0 0 */6 * * ?", true, time -> isAt(time, time.getHour(), 0) && time.getHour() % 6 == 0),
                new Rule(
                        "0 0,30 0,1,2,3,23 * * ?",
                        false,
                        time -> time.getSecond() == 0
                                && time.getMinute() % 30 == 0
                                && (time.getHour() < 4 || time.getHour() == 23)),
                new Rule("0 30 2 * * ?", false, time -> isAt(time, 2, 30)),
                new Rule("30 10 0 * * ?", false, time -> time.getSecond() == 30 && isAt(time.minusSeconds(30), 0, 10)),
                new Rule("0 0 12 * * ?", false, time -> isAt(time, 12, 0)),
                new Rule("0 30 2 L * ?", false, time -> isAt(time, 2, 30) && isLast(time, 1)),
                new Rule("0 30 23 L-1 * ?", false, time -> isAt(time, 23, 30) && isLast(time, 2) && !isLast(time, 1)),
                new Rule("0 30 1 LW * ?", false, time -> isAt(time, 1, 30) && isLastWeekday(time)),
                new Rule(
                        "0 30 2 ? * SUN#4",
                        false,
                        time -> isAt(time, 2, 30)
                                && time.getDayOfWeek().getValue() == 7
                                && (time.getDayOfMonth() - 1) / 7 == 3),
                new Rule(
                        "0 15 2 ? * SUNL",
                        false,
                        time -> isAt(time, 2, 15) && time.getDayOfWeek().getValue() == 7 && isLast(time, 7)));
    }

    private static boolean isAt(LocalDateTime time, int hour, int minute) {
        return time.getHour() == hour && time.getMinute() == minute && time.getSecond() == 0;
    }

    private static boolean isLast(LocalDateTime time, int days) {
        return time.plusDays(days).getMonth() != time.getMonth();
    }

    private static boolean isLastWeekday(LocalDateTime time) {
        var last = time.with(TemporalAdjusters.lastDayOfMonth());
        while (last.getDayOfWeek().getValue() > 5) {
            last = last.minusDays(1);
        }
        return last.equals(time);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void firesByWhatTheClockOfThePlaceShows(Rule rule) {
        var changes = 0;
        for (var entry : zones().entrySet()) {
            var schedule = Schedule.cron(rule.cron, entry.getValue());
            for (var change : changes(entry.getKey())) {
                var hours = Math.abs(change.getDuration().toHours()) + 2;
                var begin = change.getInstant().minus(hours, ChronoUnit.HOURS).truncatedTo(ChronoUnit.MINUTES);
                var end = change.getInstant().plus(hours, ChronoUnit.HOURS);

                var expected = shown(rule, entry.getKey(), begin, end);

                assertThat(calculated(schedule, begin, end))
                        .as("%s in %s at the change %s", rule, entry.getValue(), change)
                        .isEqualTo(expected);
                for (var probe : probes(change, begin, end)) {
                    var first = expected.stream().filter(probe::isBefore).findFirst();
                    assertThat(schedule.next(probe).filter(end::isAfter))
                            .as("%s in %s after %s, at the change %s", rule, entry.getValue(), probe, change)
                            .isEqualTo(first);
                }
                changes++;
            }
        }
        assertThat(changes).as("changes of the clocks that were looked at").isGreaterThan(19_000);
    }

    /** One zone for each history of the clocks. */
    private static Map<ZoneRules, ZoneId> zones() {
        var zones = new HashMap<ZoneRules, ZoneId>();
        ZoneId.getAvailableZoneIds().stream()
                .sorted()
                .map(ZoneId::of)
                .forEach(zone -> zones.putIfAbsent(zone.getRules(), zone));
        return zones;
    }

    private static List<ZoneOffsetTransition> changes(ZoneRules rules) {
        var changes = new ArrayList<ZoneOffsetTransition>();
        var change = rules.nextTransition(FIRST);
        while (change != null && change.getInstant().isBefore(LAST)) {
            changes.add(change);
            change = rules.nextTransition(change.getInstant());
        }
        return changes;
    }

    private static List<Instant> calculated(Schedule schedule, Instant begin, Instant end) {
        var times = new ArrayList<Instant>();
        var time = schedule.next(begin.minusNanos(1)).orElseThrow();
        while (time.isBefore(end)) {
            times.add(time);
            var next = schedule.next(time).orElseThrow();
            assertThat(next).isAfter(time);
            time = next;
        }
        return times;
    }

    /** Moments around the change, to start from in the middle of what it leaves out or repeats. */
    private static List<Instant> probes(ZoneOffsetTransition change, Instant begin, Instant end) {
        var at = change.getInstant();
        var length = change.getDuration().abs();
        return Stream.of(
                        at.minus(length),
                        at.minusSeconds(1),
                        at,
                        at.plusMillis(1),
                        at.plus(length.dividedBy(4)),
                        at.plus(length.dividedBy(2)),
                        at.plus(length).minusSeconds(1),
                        at.plus(length))
                .filter(probe -> !probe.isBefore(begin) && probe.isBefore(end))
                .toList();
    }

    /** Lets the clock run from two hours before {@code begin}, so that what it has shown already is known. */
    private static List<Instant> shown(Rule rule, ZoneRules zone, Instant begin, Instant end) {
        var times = new ArrayList<Instant>();
        var seen = new HashSet<LocalDateTime>();
        var step = step(rule, zone, begin, end);
        var start = rule.repeats ? begin : begin.minus(2, ChronoUnit.HOURS);
        var before = clock(zone, start.minusSeconds(step));
        for (var now = start; now.isBefore(end); now = now.plusSeconds(step)) {
            var shows = clock(zone, now);
            var fires = false;
            // more than one where the clock was put forward; none of the skipped ones is ever shown
            for (var time = before.plusSeconds(step); !time.isAfter(shows); time = time.plusSeconds(step)) {
                fires |= rule.fires.test(time) && (rule.repeats || seen.add(time));
            }
            if (shows.isBefore(before.plusSeconds(step))) { // put back
                fires = rule.fires.test(shows) && (rule.repeats || seen.add(shows));
            }
            if (fires && !now.isBefore(begin)) {
                times.add(now);
            }
            before = shows;
        }
        return times;
    }

    private static LocalDateTime clock(ZoneRules zone, Instant now) {
        return LocalDateTime.ofEpochSecond(now.getEpochSecond(), 0, zone.getOffset(now));
    }

    /** Minutes will do, unless the clock is not on the minute or the rule wants half of one. */
    private static int step(Rule rule, ZoneRules zone, Instant begin, Instant end) {
        var whole = Stream.of(begin.minus(2, ChronoUnit.HOURS), begin, end)
                .map(zone::getOffset)
                .allMatch(offset -> offset.getTotalSeconds() % 60 == 0);
        if (!whole) {
            return 1;
        }
        return rule.cron.startsWith("30 ") ? 30 : 60;
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 30 2", "0 15 0", "0 0/30 *"})
    void aTimeFarOffIsTheOneThatIsFoundFromNearBy(String timeOfDay) {
        zones().forEach((rules, zone) -> changes(rules).forEach(change -> {
            var day = change.getDateTimeBefore();
            var schedule =
                    Schedule.cron(timeOfDay + " " + day.getDayOfMonth() + " " + day.getMonthValue() + " ?", zone);
            var near = change.getInstant().minus(3, ChronoUnit.DAYS);

            assertThat(schedule.next(near.minus(300, ChronoUnit.DAYS)))
                    .as("%s in %s at the change %s", schedule, zone, change)
                    .isEqualTo(schedule.next(near));
        }));
    }

    @Test
    void noZoneIsForgotten() {
        assertThat(zones()).hasSizeGreaterThan(300).containsKey(ZoneOffset.UTC.getRules());
    }
}
