package dev.weirpool.scheduler;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Lists and durations in plain English. */
final class Words {

    private Words() {}

    /** For example {@code a, b and c}. */
    static String list(List<String> items) {
        if (items.size() < 2) {
            return String.join("", items);
        }
        var last = items.size() - 1;
        return String.join(", ", items.subList(0, last)) + " and " + items.get(last);
    }

    /** For example {@code minute}, {@code 90 seconds} or {@code 1 day and 6 hours}, as follows "every". */
    static String every(Duration duration) {
        var words = of(duration);
        return words.startsWith("1 ") && !words.contains(" and ") && !words.contains(",") ? words.substring(2) : words;
    }

    /** For example {@code 1 hour and 30 minutes}. */
    static String of(Duration duration) {
        var parts = new ArrayList<String>();
        add(parts, duration.toDaysPart(), "day");
        add(parts, duration.toHoursPart(), "hour");
        add(parts, duration.toMinutesPart(), "minute");
        add(parts, duration.toSecondsPart(), "second");
        add(parts, duration.toMillisPart(), "millisecond");
        return list(parts);
    }

    private static void add(List<String> parts, long count, String unit) {
        if (count > 0) {
            parts.add(count + " " + unit + (count == 1 ? "" : "s"));
        }
    }
}
