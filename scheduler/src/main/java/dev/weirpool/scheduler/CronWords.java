package dev.weirpool.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A cron expression in plain words. */
final class CronWords {

    private static final List<String> MONTHS = List.of(
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December");
    private static final List<String> WEEKDAYS =
            List.of("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday");
    private static final List<String> ORDINALS = List.of("", "first", "second", "third", "fourth", "fifth");
    private static final int MOST_TIMES = 6;

    private CronWords() {}

    static String of(Cron cron) {
        var days = days(cron.days());
        var fixed = Long.bitCount(cron.seconds()) == 1
                && Long.bitCount(cron.hours()) * Long.bitCount(cron.minutes()) <= MOST_TIMES;
        var words = fixed ? (days.isEmpty() ? "every day at " : "at ") + times(cron) : rate(cron);
        return words + days + months(cron.months()) + years(cron.years());
    }

    private static String times(Cron cron) {
        var second = Long.numberOfTrailingZeros(cron.seconds());
        var times = new ArrayList<String>();
        for (var hour : values(cron.hours())) {
            for (var minute : values(cron.minutes())) {
                times.add(two(hour) + ":" + two(minute) + (second == 0 ? "" : ":" + two(second)));
            }
        }
        return Words.list(times);
    }

    /** What is better said as a rate, from the smallest unit up: "every 15 minutes in the hours 9 to 17". */
    private static String rate(Cron cron) {
        var seconds = values(cron.seconds());
        var minutes = values(cron.minutes());
        var hours = values(cron.hours());
        if (seconds.size() > 1) {
            return every(seconds, 60, "second")
                    + (minutes.size() == 60 ? "" : in("minute", minutes))
                    + (hours.size() == 24 ? "" : in("hour", hours));
        }
        var atSecond = seconds.get(0) == 0 ? "" : " at second " + seconds.get(0);
        if (minutes.size() > 1) {
            return every(minutes, 60, "minute") + atSecond + (hours.size() == 24 ? "" : in("hour", hours));
        }
        var atMinute = minutes.get(0) == 0 ? "" : " at minute " + minutes.get(0);
        return every(hours, 24, "hour")
                + atMinute
                + (atSecond.isEmpty() || atMinute.isEmpty() ? atSecond : " and" + atSecond.substring(3));
    }

    private static String every(List<Integer> values, int size, String unit) {
        var step = values.get(1) - values.get(0);
        var even = size % step == 0
                && values.size() == size / step
                && IntStream.range(1, values.size()).allMatch(i -> values.get(i) - values.get(i - 1) == step);
        if (!even) {
            return "every " + unit + in(unit, values);
        }
        var first = values.get(0);
        return "every " + (step == 1 ? unit : step + " " + unit + "s")
                + (first == 0 ? "" : " from " + unit + " " + first);
    }

    private static String in(String unit, List<Integer> values) {
        return " in " + unit + (values.size() == 1 ? " " : "s ") + numbers(values);
    }

    private static String days(CronDays days) {
        var numbers = new ArrayList<String>();
        var weekdays = new ArrayList<String>();
        if (!days.isEveryNumber()) {
            addNumbers(days, numbers);
        }
        if (days.weekdays() != CronDays.ALL_WEEKDAYS) {
            addWeekdays(days, weekdays);
        }
        if (numbers.isEmpty() || weekdays.isEmpty()) {
            var all = numbers.isEmpty() ? weekdays : numbers;
            return all.isEmpty() ? "" : " on " + Words.list(all);
        }
        return " on " + Words.list(numbers) + (days.either() ? ", or on " : " if it is ") + Words.list(weekdays);
    }

    private static void addNumbers(CronDays days, List<String> words) {
        var plain = values(Integer.toUnsignedLong(days.numbers()));
        if (!plain.isEmpty()) {
            words.add((plain.size() == 1 ? "day " : "days ") + numbers(plain) + " of the month");
        }
        values(Integer.toUnsignedLong(days.fromEnd())).forEach(before -> words.add(fromEnd(before, "day")));
        values(Integer.toUnsignedLong(days.nearest()))
                .forEach(day -> words.add("the weekday nearest to day " + day + " of the month"));
        values(days.nearestFromEnd())
                .forEach(before -> words.add(
                        before == 0
                                ? "the weekday nearest to the last day of the month"
                                : "the weekday nearest to " + fromEnd(before, "day")));
    }

    private static String fromEnd(int before, String unit) {
        return before == 0
                ? "the last " + unit + " of the month"
                : before + " " + unit + (before == 1 ? "" : "s") + " before the last " + unit + " of the month";
    }

    private static void addWeekdays(CronDays days, List<String> words) {
        words.addAll(runs(mondayFirst(days.weekdays())));
        values(days.lastWeekdays()).forEach(day -> words.add("the last " + WEEKDAYS.get(day) + " of the month"));
        for (var nth = 1; nth <= 5; nth++) {
            for (var day : values(days.nthWeekdays().get(nth))) {
                words.add("the " + ORDINALS.get(nth) + " " + WEEKDAYS.get(day) + " of the month");
            }
        }
    }

    /** Sunday comes last in words. */
    private static List<String> mondayFirst(int bits) {
        return IntStream.rangeClosed(1, 7)
                .mapToObj(day -> (bits & 1 << day % 7) == 0 ? "" : WEEKDAYS.get(day % 7))
                .toList();
    }

    private static String months(long bits) {
        if (Long.bitCount(bits) == 12) {
            return "";
        }
        var names = IntStream.rangeClosed(1, 12)
                .mapToObj(month -> (bits & 1L << month) == 0 ? "" : MONTHS.get(month - 1))
                .toList();
        return " in " + Words.list(runs(names));
    }

    /** Three or more neighbours as "Monday to Friday"; what is missing is empty. */
    private static List<String> runs(List<String> names) {
        var runs = new ArrayList<String>();
        var i = 0;
        while (i < names.size()) {
            var end = i;
            while (end < names.size() && !names.get(end).isEmpty()) {
                end++;
            }
            if (end - i > 2) {
                runs.add(names.get(i) + " to " + names.get(end - 1));
            } else {
                runs.addAll(names.subList(i, end));
            }
            i = end + 1;
        }
        return runs;
    }

    private static String years(Cron.Years years) {
        var all = IntStream.rangeClosed(Cron.Years.FIRST, Cron.Years.LAST)
                .filter(years::contain)
                .boxed()
                .toList();
        return all.size() > Cron.Years.LAST - Cron.Years.FIRST ? "" : " in " + numbers(all);
    }

    private static String numbers(List<Integer> values) {
        var first = values.get(0);
        var last = values.get(values.size() - 1);
        return values.size() > 2 && last - first == values.size() - 1
                ? first + " to " + last
                : Words.list(values.stream().map(String::valueOf).toList());
    }

    private static List<Integer> values(long bits) {
        return IntStream.range(0, Long.SIZE)
                .filter(bit -> (bits & 1L << bit) != 0)
                .boxed()
                .toList();
    }

    private static String two(int number) {
        return (number < 10 ? "0" : "") + number;
    }
}
