package dev.weirpool.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import java.text.ParseException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TimeZone;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quartz.CronExpression;

/** Where clocks are never changed, we agree with Quartz on its expressions and with cron-utils on those of Unix. */
final class OtherCalculatorsTest {

    private static final List<String> WEEKDAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");
    private static final List<String> MONTHS =
            List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final long FIRST = Instant.parse("2020-01-01T00:00:00Z").getEpochSecond();
    private static final long LAST = Instant.parse("2040-01-01T00:00:00Z").getEpochSecond();

    private Random random;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20261123})
    void firesWhenQuartzDoes(long seed) throws ParseException {
        random = new Random(seed);
        for (var i = 0; i < 1500; i++) {
            var expression = quartz();
            var theirs = new CronExpression(expression);
            theirs.setTimeZone(TimeZone.getTimeZone("UTC"));
            var ours = CronParser.parse(expression);
            var moment = moment();
            for (var n = 0; n < 5; n++) {
                var expected = Optional.ofNullable(theirs.getNextValidTimeAfter(Date.from(moment)))
                        .map(Date::toInstant)
                        .filter(time -> time.isBefore(Instant.parse("2100-01-01T00:00:00Z")));
                var actual = Optional.ofNullable(LocalTimes.next(ours, ZoneOffset.UTC.getRules(), moment))
                        .filter(time -> time.isBefore(Instant.parse("2100-01-01T00:00:00Z")));

                assertThat(actual)
                        .as("seed %d: %s after %s", seed, expression, moment)
                        .isEqualTo(expected);
                if (expected.isEmpty()) {
                    break;
                }
                moment = expected.get();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20261123})
    void firesWhenCronUtilsDoes(long seed) {
        random = new Random(seed);
        var parser = new com.cronutils.parser.CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
        for (var i = 0; i < 1500; i++) {
            var expression = unix();
            var theirs = ExecutionTime.forCron(parser.parse(expression));
            var ours = CronParser.parse(expression);
            var moment = moment();
            for (var n = 0; n < 5; n++) {
                var expected = theirs.nextExecution(ZonedDateTime.ofInstant(moment, ZoneOffset.UTC))
                        .map(ZonedDateTime::toInstant);

                assertThat(Optional.ofNullable(LocalTimes.next(ours, ZoneOffset.UTC.getRules(), moment)))
                        .as("seed %d: %s after %s", seed, expression, moment)
                        .isEqualTo(expected);
                if (expected.isEmpty()) {
                    break;
                }
                moment = expected.get();
            }
        }
    }

    private Instant moment() {
        return Instant.ofEpochSecond(random.nextLong(FIRST, LAST));
    }

    private String quartz() {
        var day = random.nextBoolean();
        return String.join(
                " ",
                field(0, 59, List.of()),
                field(0, 59, List.of()),
                field(0, 23, List.of()),
                day ? day() : "?",
                field(1, 12, MONTHS),
                day ? "?" : weekday(),
                random.nextInt(5) > 0 ? "*" : field(2020, 2060, List.of()));
    }

    private String unix() {
        // one of the days is *: what cron-utils makes of a step beside a day is not what cron makes of it
        var day = random.nextInt(3);
        return String.join(
                " ",
                field(0, 59, List.of()),
                field(0, 23, List.of()),
                day == 0 ? "*" : list(1, 28, List.of()),
                "*",
                day == 1 ? "*" : list(0, 6, List.of()));
    }

    private String day() {
        // no W: Quartz 2.5.2 finds the day, but then fires at the time of day it started from, not at the first that
        // fits
        return switch (random.nextInt(4)) {
            case 0 -> "L";
            case 1 -> "L-" + random.nextInt(1, 25);
            default -> field(1, 31, List.of());
        };
    }

    private String weekday() {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextInt(1, 8) + "L";
            case 1 -> random.nextInt(1, 8) + "#" + random.nextInt(1, 6);
            case 2 -> WEEKDAYS.get(random.nextInt(7)) + "#" + random.nextInt(1, 5);
            default -> field(1, 7, WEEKDAYS);
        };
    }

    private String field(int min, int max, List<String> names) {
        return switch (random.nextInt(6)) {
            case 0, 1 -> "*";
            case 2 -> "*/" + random.nextInt(1, Math.min(max - min, 12) + 1);
            case 3 -> value(min, max, names);
            case 4 -> random.nextInt(min, (min + max) / 2) + "-" + random.nextInt((min + max) / 2, max + 1);
            default -> list(min, max, names);
        };
    }

    private String list(int min, int max, List<String> names) {
        return Stream.generate(() -> value(min, max, names))
                .limit(random.nextInt(1, 4))
                .distinct()
                .collect(Collectors.joining(","));
    }

    private String value(int min, int max, List<String> names) {
        var value = random.nextInt(min, max + 1);
        return names.isEmpty() || random.nextBoolean() ? String.valueOf(value) : names.get(value - min);
    }
}
