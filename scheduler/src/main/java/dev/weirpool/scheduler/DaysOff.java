package dev.weirpool.scheduler;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.MonthDay;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Days on which a schedule does not fire: of every week, of every year, and ranges of dates.
 *
 * <p>Immutable. {@code DaysOff.weekdays(SATURDAY, SUNDAY).and(DaysOff.dates(MonthDay.of(12, 25)))}
 *
 * @param weekdays off in every week
 * @param dates off in every year
 * @param ranges off once
 */
public record DaysOff(List<DayOfWeek> weekdays, List<MonthDay> dates, List<Range> ranges) {

    /** No days. */
    public static final DaysOff NONE = new DaysOff(List.of(), List.of(), List.of());

    /** Sorts them, each once. */
    public DaysOff {
        weekdays = weekdays.stream().distinct().sorted().toList();
        dates = dates.stream().distinct().sorted().toList();
        ranges = ranges.stream()
                .distinct()
                .sorted(Comparator.comparing(Range::first).thenComparing(Range::last))
                .toList();
        if (weekdays.size() == 7) {
            throw new IllegalArgumentException("all seven days of the week are excluded; leave one");
        }
    }

    /**
     * Dates from {@code first} to {@code last}, both included.
     *
     * @param first the first of them
     * @param last the last of them
     */
    public record Range(LocalDate first, LocalDate last) {
        /** Refuses a range that ends before it begins. */
        public Range {
            if (last.isBefore(first)) {
                throw new IllegalArgumentException(
                        "the range " + first + "/" + last + " ends before it begins; swap the dates");
            }
        }

        @Override
        public String toString() {
            return first + "/" + last;
        }
    }

    /** These days of every week. */
    public static DaysOff weekdays(DayOfWeek... days) {
        return new DaysOff(List.of(days), List.of(), List.of());
    }

    /** These days of every year. */
    public static DaysOff dates(MonthDay... days) {
        return new DaysOff(List.of(), List.of(days), List.of());
    }

    /**
     * The dates from {@code first} to {@code last}, both included.
     *
     * @throws IllegalArgumentException if {@code last} is before {@code first}
     */
    public static DaysOff range(LocalDate first, LocalDate last) {
        return new DaysOff(List.of(), List.of(), List.of(new Range(first, last)));
    }

    /** These and those. */
    public DaysOff and(DaysOff others) {
        return new DaysOff(both(weekdays, others.weekdays), both(dates, others.dates), both(ranges, others.ranges));
    }

    private static <T> List<T> both(Collection<T> some, Collection<T> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return weekdays.isEmpty() && dates.isEmpty() && ranges.isEmpty();
    }

    /** Whether {@code day} is one of them. */
    public boolean contains(LocalDate day) {
        if (weekdays.contains(day.getDayOfWeek())) {
            return true;
        }
        for (var range : ranges) {
            if (!day.isBefore(range.first) && !day.isAfter(range.last)) {
                return true;
            }
        }
        return !dates.isEmpty() && dates.contains(MonthDay.from(day));
    }

    /** The beginning of the first day after that of {@code time} which is none of these. */
    Instant nextDayOn(Instant time, ZoneId zone) {
        var day = time.atZone(zone).toLocalDate().plusDays(1);
        while (contains(day) && day.getYear() < 2200) {
            day = skipRanges(day).plusDays(1);
        }
        var start = day.atStartOfDay(zone);
        // clocks put back over midnight begin a day twice
        return (start.toInstant().isAfter(time) ? start : start.withLaterOffsetAtOverlap()).toInstant();
    }

    /** The last day of the range that {@code day} is in, or the day itself. */
    private LocalDate skipRanges(LocalDate day) {
        return ranges.stream()
                .filter(range -> !day.isBefore(range.first) && !day.isAfter(range.last))
                .map(Range::last)
                .max(Comparator.naturalOrder())
                .orElse(day);
    }

    /** These as {@link #parse} reads them: {@code SATURDAY SUNDAY 12-25 2026-12-24/2027-01-02}. */
    @Override
    public String toString() {
        var all = new ArrayList<String>();
        weekdays.forEach(day -> all.add(day.name()));
        dates.forEach(date -> all.add(date.toString().substring(2)));
        ranges.forEach(range -> all.add(range.toString()));
        return String.join(" ", all);
    }

    static DaysOff parse(String text) {
        return Arrays.stream(text.split(" ", -1)).map(DaysOff::one).reduce(NONE, DaysOff::and);
    }

    private static DaysOff one(String text) {
        var slash = text.indexOf('/');
        if (slash > 0) {
            return range(LocalDate.parse(text.substring(0, slash)), LocalDate.parse(text.substring(slash + 1)));
        }
        return Character.isDigit(text.charAt(0))
                ? dates(MonthDay.parse("--" + text))
                : weekdays(DayOfWeek.valueOf(text));
    }

    /** These in plain words, for example {@code on Saturday and Sunday, on 25 December}. */
    String inWords() {
        var all = new ArrayList<String>();
        if (!weekdays.isEmpty()) {
            all.add("on "
                    + Words.list(weekdays.stream()
                            .map(day -> day.getDisplayName(TextStyle.FULL, Locale.ENGLISH))
                            .toList()));
        }
        if (!dates.isEmpty()) {
            all.add("on "
                    + Words.list(dates.stream()
                            .map(date -> date.getDayOfMonth() + " "
                                    + date.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH))
                            .toList()));
        }
        ranges.forEach(range -> all.add(
                range.first.equals(range.last) ? "on " + range.first : "from " + range.first + " to " + range.last));
        return String.join(", ", all);
    }
}
