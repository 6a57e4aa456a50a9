package dev.weirpool.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A wrong expression or zone is refused, and the message says where it is wrong and what to write. */
final class WrongScheduleTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 30 2 * * MOON     | , column 12 (day of week): 'MOON' is not a day of week; did you mean MON?; give 1 to 7 or SUN to SAT
            0 30 2 * JANN ?     | , column 10 (month): 'JANN' is not a month; did you mean JAN?; give 1 to 12 or JAN to DEC
            0 60 2 * * ?        | , column 3 (minute): 60 is not a minute; give 0 to 59
            0 0 2,24 * * ?      | , column 7 (hour): 24 is not an hour; give 0 to 23
            0 0 2 32 * ?        | , column 7 (day of month): 32 is not a day of month; give 1 to 31
            0 0 2 ? * 0         | , column 11 (day of week): 0 is not a day of week; give 1 to 7 or SUN to SAT
            0 0 2 ? * 1-8       | , column 13 (day of week): 8 is not a day of week; give 1 to 7 or SUN to SAT
            0 0 2 1 1 ? 1969    | , column 13 (year): 1969 is not a year; give 1970 to 2199
            0 0 2 1 1 ? 2030-2027 | , column 13 (year): '2030-2027' ends before it begins; swap the years
            0 0 2 ? * ?         | , column 11 (day of week): '?' stands for both days; give one of them, or put * for every day
            0 0 2 13 * FRI      | , column 12 (day of week): both the day of month and the day of week are given; put ? for one of them. To fire on either, write five fields as Unix has them
            0 0 ? * * ?         | , column 5 (hour): '?' can only stand alone, for the day of month or the day of week of six fields or seven; use *
            0 0 2 ? *           | , column 7 (month): '?' can only stand alone, for the day of month or the day of week of six fields or seven; use *
            0 */90 * * * ?      | , column 5 (minute): a step of 90 in a field of 60 values; give 1 to 60, or a period (every) if times need not start again with each hour
            */0 * * * * ?       | , column 3 (second): a step of 0 in a field of 60 values; give 1 to 60, or a period (every) if times need not start again with each minute
            0 0 0 L-31 * ?      | , column 9 (day of month): no month has 31 days before its last; give 0 to 30
            0 0 0 L5 * ?        | , column 7 (day of month): 'L5' is not a day of month; write L, L-3, LW or 15W
            0 0 0 1-5W * ?      | , column 7 (day of month): '1-5W': W goes with a single day; write 15W
            0 0 0 ? * FRI#6     | , column 15 (day of week): no month has a weekday 6 times; give 1 to 5
            0 0 0 1,,2 * ?      | , column 9 (day of month): a value is missing; give 1 to 31
            0 -5 * * * ?        | , column 3 (minute): a value is missing; give 0 to 59
            0 1-2-3 * * * ?     | , column 5 (minute): '2-3' is not a number from 0 to 9999
            0 0-999999999 * * * ? | , column 5 (minute): '999999999' is not a number from 0 to 9999
            0 9 * * 7/2         | , column 9 (day of week): '7/2' steps on from the last day; write 0/2
            0 9 L * *           | , column 5 (day of month): 'L' needs six fields: put a second before the minute
            * * * *             | has 4 fields; give 6 or 7 (second minute hour day-of-month month day-of-week [year]), or 5 as Unix has them (minute hour day-of-month month day-of-week)
            @dayly              | is unknown; did you mean @daily?; there are @annually, @daily, @hourly, @midnight, @monthly, @weekly and @yearly
            """)
    void anExpressionIsRefusedWithItsColumn(String expression, String message) {
        assertThatThrownBy(() -> Schedule.cron(expression, "UTC"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cron '" + expression + "'" + (message.startsWith(",") ? "" : " ") + message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0 0 0 30 2 ?",
                "0 0 0 31 4,6,9,11 ?",
                "0 0 2 30 FEB ?",
                "0 0 0 29 2 ? 2100",
                "0 0 0 31W 2 ?",
                "0 0 0 29 FEB ? 2027"
            })
    void aDayThatNeverComesIsRefused(String expression) {
        assertThatThrownBy(() -> Schedule.cron(expression, "Europe/Berlin"))
                .hasMessage("'cron " + expression + "' never fires: no day matches it; check the day and the month");
    }

    @ParameterizedTest
    @CsvSource({
        "Europe/Berln, Europe/Berlin",
        "europe/berlin, Europe/Berlin",
        "Berlin, Europe/Berlin",
        "new york, America/New_York",
        "Asia/Calcuta, Asia/Calcutta",
    })
    void aZoneThatDoesNotExistIsRefusedWithTheOneThatIsNear(String name, String meant) {
        assertThatThrownBy(() -> Schedule.cron("@daily", name))
                .hasMessage("no time zone '" + name + "'; did you mean " + meant
                        + "?; names look like Europe/Berlin or UTC");
    }

    @Test
    void aZoneThatIsLikeNoOtherIsRefusedToo() {
        assertThatThrownBy(() -> Schedule.cron("@daily", "xyzzy plugh"))
                .hasMessage("no time zone 'xyzzy plugh'; names look like Europe/Berlin or UTC");
        assertThatThrownBy(() -> Schedule.cron("@daily", "E".repeat(100_000))).hasMessageStartingWith("no time zone");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noiseIsEitherReadOrRefused(long seed) {
        var random = new Random(seed);
        var letters = "0123456789*?/,-#LW MONJAN@\u00e9";
        for (var i = 0; i < 5_000; i++) {
            var text = new StringBuilder(random.nextBoolean() ? "0 0 0 " : "");
            random.ints(random.nextInt(1, 16), 0, letters.length()).forEach(at -> text.append(letters.charAt(at)));

            var thrown = catchThrowable(
                    () -> Schedule.parse(Schedule.cron(text.toString(), "UTC").toString()));

            if (thrown != null) {
                assertThat(thrown).as("seed %d: '%s'", seed, text).isExactlyInstanceOf(IllegalArgumentException.class);
            }
        }
    }
}
