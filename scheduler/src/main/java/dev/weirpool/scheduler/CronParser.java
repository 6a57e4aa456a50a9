package dev.weirpool.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads cron expressions, and says of a wrong one where and why. */
final class CronParser {

    private static final Map<String, String> MACROS = Map.of(
            "@YEARLY", "0 0 1 1 *",
            "@ANNUALLY", "0 0 1 1 *",
            "@MONTHLY", "0 0 1 * *",
            "@WEEKLY", "0 0 * * 0",
            "@DAILY", "0 0 * * *",
            "@MIDNIGHT", "0 0 * * *",
            "@HOURLY", "0 * * * *");
    private static final int MAX_LENGTH = 1000;
    private static final Pattern WORD = Pattern.compile("\\S+");

    /** What Quartz has for days: L, LW, L-3, 15W, FRIL, FRI#2. */
    private static final Pattern NOT_UNIX =
            Pattern.compile("(?<![A-Z0-9])(L(-\\d+)?W?|\\d+W|\\w+L|\\w+#\\d*)(?![A-Z0-9])");

    /** One field as it was written. */
    private record Written(CronField field, String text, int column) {}

    private final String expression;

    // what the fields have said so far
    private int fromEnd;
    private int nearest;
    private int nearestFromEnd;
    private int lastWeekdays;
    private final List<Integer> nthWeekdays = new ArrayList<>(List.of(0, 0, 0, 0, 0, 0));

    private CronParser(String expression) {
        this.expression = expression;
    }

    /**
     * Reads {@code expression}.
     *
     * @throws IllegalArgumentException if it is wrong
     */
    static Cron parse(String expression) {
        return new CronParser(expression).parse();
    }

    private Cron parse() {
        if (expression.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a cron expression of " + expression.length()
                    + " characters; the limit is " + MAX_LENGTH + ": make several schedules of it");
        }
        var upper = expression.strip().toUpperCase(Locale.ROOT);
        if (upper.startsWith("@")) {
            return macro(upper);
        }
        var words = new ArrayList<String>();
        var columns = new ArrayList<Integer>();
        var matcher = WORD.matcher(expression.toUpperCase(Locale.ROOT));
        while (matcher.find()) {
            words.add(matcher.group());
            columns.add(matcher.start() + 1);
        }
        var fields = words.size() == 5 ? CronField.UNIX : CronField.QUARTZ;
        if (words.size() < 5 || words.size() > 7) {
            throw new IllegalArgumentException("cron '" + expression + "' has " + words.size()
                    + (words.size() == 1 ? " field" : " fields")
                    + "; give 6 or 7 (second minute hour day-of-month month day-of-week [year]), or 5 as Unix has them"
                    + " (minute hour day-of-month month day-of-week)");
        }
        var written = new ArrayList<Written>();
        for (var i = 0; i < words.size(); i++) {
            written.add(new Written(fields.get(i), words.get(i), columns.get(i)));
        }
        return words.size() == 5 ? unix(written) : quartz(written);
    }

    private Cron macro(String upper) {
        var meaning = MACROS.get(upper);
        if (meaning == null) {
            var known = MACROS.keySet().stream()
                    .map(name -> name.toLowerCase(Locale.ROOT))
                    .toList();
            throw new IllegalArgumentException("cron '" + expression + "' is unknown"
                    + Suggestion.of(upper, known) + "; there are "
                    + Words.list(known.stream().sorted().toList()));
        }
        return parse(meaning);
    }

    private Cron unix(List<Written> fields) {
        for (var field : List.of(fields.get(2), fields.get(4))) {
            var special = NOT_UNIX.matcher(field.text);
            if (special.find()) {
                throw wrong(
                        field,
                        special.start(),
                        "'" + special.group() + "' needs six fields: put a second before the minute");
            }
        }
        var day = fields.get(2);
        var weekday = fields.get(4);
        // as cron has it since 1987: a field that begins with * does not restrict
        var either = !day.text.startsWith("*") && !weekday.text.startsWith("*");
        return cron(fields, 1L, fields, either, null);
    }

    private Cron quartz(List<Written> fields) {
        var day = fields.get(3);
        var weekday = fields.get(5);
        if (day.text.equals("?") && weekday.text.equals("?")) {
            throw wrong(weekday, 0, "'?' stands for both days; give one of them, or put * for every day");
        }
        if (!isAny(day) && !isAny(weekday)) {
            throw wrong(
                    weekday,
                    0,
                    "both the day of month and the day of week are given; put ? for one of them. To fire on either, write five"
                            + " fields as Unix has them");
        }
        return cron(
                fields,
                set(fields.get(0)),
                fields.subList(1, fields.size()),
                false,
                fields.size() == 7 ? fields.get(6) : null);
    }

    private static boolean isAny(Written field) {
        return field.text.equals("*") || field.text.equals("?");
    }

    /** Puts together the fields from the minute on. */
    private Cron cron(List<Written> all, long seconds, List<Written> fields, boolean either, @Nullable Written year) {
        var minutes = set(fields.get(0));
        var hours = set(fields.get(1));
        var numbers = (int) set(fields.get(2));
        var months = set(fields.get(3));
        var weekdays = (int) set(fields.get(4));
        var days = new CronDays(
                numbers, fromEnd, nearest, nearestFromEnd, weekdays, lastWeekdays, List.copyOf(nthWeekdays), either);
        return new Cron(
                String.join(" ", all.stream().map(Written::text).toList()),
                seconds,
                minutes,
                hours,
                days,
                months,
                new Cron.Years(year == null ? new long[] {-1, -1, -1, -1} : years(year)),
                repeats(fields.get(0), minutes) || repeats(fields.get(1), hours));
    }

    private static boolean repeats(Written field, long bits) {
        return field.text.contains("*") || field.text.contains("/") || Long.bitCount(bits) == field.field.size();
    }

    private long set(Written field) {
        return bits(field, new long[1])[0];
    }

    private long[] years(Written field) {
        return bits(field, new long[4]);
    }

    /** Sets the bits of the values: those of years from 1970 on, those of weekdays from 0, Sunday, others as they are. */
    private long[] bits(Written field, long[] bits) {
        var at = 0;
        for (var item : field.text.split(",", -1)) {
            if (!special(field, item, at)) {
                range(field, item, at, bits);
            }
            at += item.length() + 1;
        }
        return bits;
    }

    /** Adds the values of {@code *}, {@code 5}, {@code 1-5}, {@code *}{@code /15} and the like. */
    private void range(Written field, String item, int at, long[] bits) {
        var kind = field.field;
        var slash = item.indexOf('/');
        var base = slash < 0 ? item : item.substring(0, slash);
        var dash = base.indexOf('-');
        int first;
        int last;
        if (base.equals("*") || base.equals("?")) {
            first = kind.min;
            last = kind.last();
            checkAny(field, item, at);
        } else if (dash < 0) {
            first = value(field, base, at);
            last = slash < 0 ? first : kind.last();
            if (slash >= 0 && CronField.UNIX_WEEKDAY == kind && first == 7) {
                throw wrong(field, at, "'" + item + "' steps on from the last day; write 0" + item.substring(slash));
            }
        } else {
            first = value(field, base.substring(0, dash), at);
            last = value(field, base.substring(dash + 1), at + dash + 1);
        }
        if (last < first) {
            if (kind == CronField.YEAR) {
                throw wrong(field, at, "'" + base + "' ends before it begins; swap the years");
            }
            last += kind.size(); // 22-2 goes over midnight
        }
        var step = slash < 0 ? 1 : step(field, item, slash, at);
        for (var value = first; value <= last; value += step) {
            var bit = bit(kind, value);
            bits[bit >> 6] |= 1L << bit;
        }
    }

    private static int bit(CronField kind, int value) {
        var place = (value - kind.min) % kind.size();
        return switch (kind) {
            case DAY, MONTH -> place + 1;
            default -> place;
        };
    }

    private void checkAny(Written field, String item, int at) {
        if (!item.startsWith("?")) {
            return;
        }
        var allowed = field.field == CronField.DAY || field.field == CronField.WEEKDAY;
        if (!allowed || field.text.length() > 1) {
            throw wrong(
                    field,
                    at,
                    "'?' can only stand alone, for the day of month or the day of week of six fields or seven; use *");
        }
    }

    private int step(Written field, String item, int slash, int at) {
        var kind = field.field;
        var step = number(field, item.substring(slash + 1), at + slash + 1);
        if (step < 1 || step > kind.size()) {
            throw wrong(
                    field,
                    at + slash + 1,
                    "a step of " + step + " in a field of " + kind.size() + " values; give 1 to " + kind.size()
                            + (kind.ordinal() <= CronField.HOUR.ordinal()
                                    ? ", or a period (every) if times need not start again with each "
                                            + (kind == CronField.HOUR
                                                    ? "day"
                                                    : kind == CronField.MINUTE ? "hour" : "minute")
                                    : ""));
        }
        return step;
    }

    private int value(Written field, String text, int at) {
        var kind = field.field;
        var named = kind.names().indexOf(text);
        if (named >= 0) {
            return kind.min + named;
        }
        if (kind == CronField.WEEKDAY && text.equals("L")) {
            return kind.max; // as in Quartz, the last day of the week
        }
        if (text.isEmpty()) {
            throw wrong(field, at, "a value is missing; " + expected(kind));
        }
        if (!Character.isDigit(text.charAt(0))) {
            throw wrong(
                    field,
                    at,
                    "'" + text + "' is not " + article(kind) + Suggestion.of(text, kind.names()) + "; "
                            + expected(kind));
        }
        var value = number(field, text, at);
        if (value < kind.min || value > kind.max) {
            throw wrong(field, at, text + " is not " + article(kind) + "; " + expected(kind));
        }
        return value;
    }

    private static String article(CronField kind) {
        return (kind == CronField.HOUR ? "an " : "a ") + kind.label;
    }

    private static String expected(CronField kind) {
        var names = kind.names();
        return "give " + kind.min + " to " + kind.max
                + (names.isEmpty() ? "" : " or " + names.get(0) + " to " + names.get(names.size() - 1));
    }

    private int number(Written field, String text, int at) {
        if (!text.matches("[0-9]{1,4}")) {
            throw wrong(field, at, "'" + text + "' is not a number from 0 to 9999");
        }
        return Integer.parseInt(text);
    }

    /** Takes what Quartz has for days beside their values: L, W and #; false if {@code item} is none of that. */
    private boolean special(Written field, String item, int at) {
        return switch (field.field) {
            case DAY -> specialDay(field, item, at);
            case WEEKDAY -> specialWeekday(field, item, at);
            default -> false;
        };
    }

    private boolean specialDay(Written field, String item, int at) {
        var weekday = item.endsWith("W");
        var day = weekday ? item.substring(0, item.length() - 1) : item;
        if (day.startsWith("L")) {
            var before = 0;
            if (day.length() > 1) {
                if (day.charAt(1) != '-') {
                    throw wrong(field, at, "'" + item + "' is not a day of month; write L, L-3, LW or 15W");
                }
                before = number(field, day.substring(2), at + 2);
                if (before > 30) {
                    throw wrong(field, at + 2, "no month has " + before + " days before its last; give 0 to 30");
                }
            }
            if (weekday) {
                nearestFromEnd |= 1 << before;
            } else {
                fromEnd |= 1 << before;
            }
            return true;
        }
        if (!weekday) {
            return false;
        }
        if (day.contains("-") || day.contains("/") || day.contains("*")) {
            throw wrong(field, at, "'" + item + "': W goes with a single day; write 15W");
        }
        nearest |= 1 << value(field, day, at);
        return true;
    }

    private boolean specialWeekday(Written field, String item, int at) {
        if (item.endsWith("L") && item.length() > 1) {
            lastWeekdays |= 1 << value(field, item.substring(0, item.length() - 1), at) - 1;
            return true;
        }
        var hash = item.indexOf('#');
        if (hash < 0) {
            return false;
        }
        var nth = number(field, item.substring(hash + 1), at + hash + 1);
        if (nth < 1 || nth > 5) {
            throw wrong(field, at + hash + 1, "no month has a weekday " + nth + " times; give 1 to 5");
        }
        var weekday = 1 << value(field, item.substring(0, hash), at) - 1;
        nthWeekdays.set(nth, nthWeekdays.get(nth) | weekday);
        return true;
    }

    private IllegalArgumentException wrong(Written field, int at, String why) {
        return new IllegalArgumentException(
                "cron '" + expression + "', column " + (field.column + at) + " (" + field.field.label + "): " + why);
    }
}
