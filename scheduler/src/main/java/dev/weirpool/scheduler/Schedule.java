package dev.weirpool.scheduler;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a task is to be put on its queue: the sequence of planned times, from 1970 to 2199.
 *
 * <p>Made by {@link #cron}, {@link #every}, {@link #withFixedDelay} or {@link #at}, then narrowed: {@code Schedule.cron("0 30 2 * * ?",
 * "Europe/Berlin").excluding(DaysOff.weekdays(SATURDAY, SUNDAY))}. What can never fire is refused when it is made. Its
 * {@linkplain #toString text} can be kept and {@linkplain #parse read} again.
 *
 * <p>When clocks are put forward, a time of day that is skipped fires at the first moment after the gap. When they are put back, a
 * time of day that comes twice fires the first time only, unless minutes or hours are given as {@code *}, with a step or as all there are:
 * then each time.
 *
 * <p>Immutable, and for any number of threads.
 */
public final class Schedule {

    private final Timetable timetable;
    private final ZoneId zone;
    private final @Nullable Instant from;
    private final @Nullable Instant until;
    private final DaysOff daysOff;

    Schedule(Timetable timetable, ZoneId zone, @Nullable Instant from, @Nullable Instant until, DaysOff daysOff) {
        this.zone = zone.normalized(); // UTC under any of its names is one zone
        this.timetable = timetable.in(this.zone).startingAt(from);
        this.from = from;
        this.until = until;
        this.daysOff = daysOff;
        if (from != null && until != null && !until.isAfter(from)) {
            throw new IllegalArgumentException(
                    "the end " + until + " is not after the start " + from + "; swap them, or leave one out");
        }
        if (next(Timetable.BEFORE_ALL).isEmpty()) {
            throw new IllegalArgumentException(
                    this.timetable.next(Timetable.BEFORE_ALL) == null
                            ? "'" + timetable + "' never fires: no day matches it; check the day and the month"
                            : "'" + this + "' never fires; move its bounds or exclude fewer days");
        }
    }

    private static Schedule of(Timetable timetable) {
        return new Schedule(timetable, ZoneOffset.UTC, null, null, DaysOff.NONE);
    }

    /**
     * At the times that a cron expression names: six or seven fields as Quartz has them (second, minute, hour, day of month, month, day
     * of week, year), five as Unix has them (minute, hour, day of month, month, day of week), or one of {@code @yearly @annually @monthly
     * @weekly @daily @midnight @hourly}.
     *
     * @throws IllegalArgumentException if the expression is wrong, saying where, or never fires
     */
    public static Schedule cron(String expression, ZoneId zone) {
        return new Schedule(
                new Timetable.CronTimes(CronParser.parse(expression), zone), zone, null, null, DaysOff.NONE);
    }

    /**
     * The same, in the zone of that name, for example {@code Europe/Berlin}.
     *
     * @throws IllegalArgumentException if the expression is wrong, saying where, or never fires; or if there is no such zone
     */
    public static Schedule cron(String expression, String zone) {
        return cron(expression, zone(zone));
    }

    /**
     * At every multiple of {@code period}, counted from {@linkplain #from(Instant) its start}, or from 1970-01-01T00:00Z if it has none.
     *
     * @throws IllegalArgumentException if that is shorter than a second
     */
    public static Schedule every(Duration period) {
        return of(new Timetable.Every(Timetable.checked("a period", period), Instant.EPOCH));
    }

    /**
     * Always {@code delay} after the end of the last run: {@code next(end)} is {@code end} plus {@code delay}.
     *
     * @throws IllegalArgumentException if that is shorter than a second
     */
    public static Schedule withFixedDelay(Duration delay) {
        return of(new Timetable.FixedDelay(Timetable.checked("a delay", delay)));
    }

    /** Once. */
    public static Schedule at(Instant moment) {
        return of(new Timetable.Once(moment.truncatedTo(ChronoUnit.MILLIS)));
    }

    /**
     * Reads what {@link #toString} wrote, in this version or an earlier one.
     *
     * @throws IllegalArgumentException if it cannot be read
     */
    public static Schedule parse(String text) {
        return ScheduleText.parse(text);
    }

    /**
     * Not before {@code start}.
     *
     * @throws IllegalArgumentException if it then never fires
     */
    public Schedule from(Instant start) {
        return new Schedule(timetable, zone, start.truncatedTo(ChronoUnit.MILLIS), until, daysOff);
    }

    /**
     * Before {@code end}.
     *
     * @throws IllegalArgumentException if it then never fires
     */
    public Schedule until(Instant end) {
        return new Schedule(timetable, zone, from, end.truncatedTo(ChronoUnit.MILLIS), daysOff);
    }

    /**
     * Not on those days of its zone; replaces those it had.
     *
     * @throws IllegalArgumentException if it then never fires
     */
    public Schedule excluding(DaysOff days) {
        return new Schedule(timetable, zone, from, until, days);
    }

    /** The same in another zone, which says when days begin; UTC unless given. */
    public Schedule withZone(ZoneId zone) {
        return new Schedule(timetable, zone, from, until, daysOff);
    }

    /** All of that at once, so that only the whole must fire. */
    Schedule narrowed(ZoneId zone, @Nullable Instant start, @Nullable Instant end, DaysOff days) {
        return new Schedule(timetable, zone, start, end, days);
    }

    /** The first planned time that is later than {@code after}; empty if there is none. */
    public Optional<Instant> next(Instant after) {
        var time = timetable.next(after.isBefore(Timetable.BEFORE_ALL) ? Timetable.BEFORE_ALL : after);
        while (time != null && time.isBefore(Timetable.END) && (until == null || time.isBefore(until))) {
            if (from != null && time.isBefore(from)) {
                time = timetable.first(from);
            } else if (daysOff.isEmpty() || !daysOff.contains(time.atZone(zone).toLocalDate())) {
                return Optional.of(time);
            } else {
                time = timetable.first(daysOff.nextDayOn(time, zone));
            }
        }
        return Optional.empty();
    }

    /** Whether the next time is counted from the end of the last run, so that it cannot be known before. */
    public boolean afterCompletion() {
        return timetable instanceof Timetable.FixedDelay;
    }

    /** How long after the end of the last run, if it is counted from that. */
    Optional<Duration> delay() {
        return timetable instanceof Timetable.FixedDelay fixed ? Optional.of(fixed.delay()) : Optional.empty();
    }

    /** The zone whose clock and days it follows. */
    public ZoneId zone() {
        return zone;
    }

    /** The start, if it has one; it may fire then. */
    public Optional<Instant> start() {
        return Optional.ofNullable(from);
    }

    /** The end, if it has one; it does not fire then. */
    public Optional<Instant> end() {
        return Optional.ofNullable(until);
    }

    /** The days on which it does not fire. */
    public DaysOff daysOff() {
        return daysOff;
    }

    /** This in plain words, for example {@code every day at 02:30, Europe/Berlin, but not on Saturday and Sunday}. */
    public String description() {
        var words = new StringBuilder(timetable.inWords());
        if (timetable instanceof Timetable.CronTimes || !daysOff.isEmpty()) {
            words.append(", ").append(zoneName());
        }
        start().ifPresent(start -> words.append(", from ").append(start));
        end().ifPresent(end -> words.append(", until ").append(end));
        return daysOff.isEmpty()
                ? words.toString()
                : words.append(", but not ").append(daysOff.inWords()).toString();
    }

    /** This as one line that {@link #parse} reads; schedules are equal if their lines are. */
    @Override
    public String toString() {
        return ScheduleText.of(timetable, this);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Schedule that && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    /** What the zone is called; UTC is not called Z. */
    String zoneName() {
        return zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId();
    }

    /** The zone of that name; if there is none, says which was meant. */
    static ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "no time zone '" + name + "'" + Suggestion.forZone(name) + "; names look like Europe/Berlin or UTC",
                    e);
        }
    }
}
