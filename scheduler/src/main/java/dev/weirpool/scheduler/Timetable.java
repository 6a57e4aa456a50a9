package dev.weirpool.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** The times that a schedule has before bounds and days off are taken from it. Its text is the beginning of the schedule's. */
sealed interface Timetable {

    /** The last moment before any time. */
    Instant BEFORE_ALL = Instant.EPOCH.minusNanos(1);

    /** From here on there are no times, so that every search ends. */
    Instant END = Instant.parse("2200-01-01T00:00:00Z");

    /** The first time later than {@code after}; null if there is none. */
    @Nullable
    Instant next(Instant after);

    /** The first time at {@code moment} or later; null if there is none. */
    default @Nullable Instant first(Instant moment) {
        return next(moment.minusNanos(1));
    }

    default Timetable in(ZoneId zone) {
        return this;
    }

    default Timetable startingAt(@Nullable Instant start) {
        return this;
    }

    /** This in plain words. */
    String inWords();

    static Duration checked(String what, Duration duration) {
        if (duration.compareTo(Duration.ofSeconds(1)) < 0 || duration.toNanosPart() % 1_000_000 != 0) {
            throw new IllegalArgumentException(what + " must be at least 1 s and in whole milliseconds, got " + duration
                    + "; for more, send several" + " tasks each time");
        }
        if (duration.compareTo(Duration.ofDays(36_525)) > 0) {
            throw new IllegalArgumentException(what + " must be at most 100 years, got " + duration);
        }
        return duration;
    }

    /** What a cron expression names. */
    record CronTimes(Cron cron, ZoneId zone) implements Timetable {
        @Override
        public @Nullable Instant next(Instant after) {
            return LocalTimes.next(cron, zone.getRules(), after);
        }

        @Override
        public Timetable in(ZoneId other) {
            return new CronTimes(cron, other);
        }

        @Override
        public String inWords() {
            return CronWords.of(cron);
        }

        @Override
        public String toString() {
            return "cron " + cron;
        }
    }

    /** Every multiple of a period. */
    record Every(Duration period, Instant anchor) implements Timetable {
        @Override
        public @Nullable Instant next(Instant after) {
            if (after.isBefore(anchor)) {
                return anchor;
            }
            if (!after.isBefore(END)) {
                return null;
            }
            var millis = period.toMillis();
            var passed = (after.toEpochMilli() - anchor.toEpochMilli()) / millis;
            return anchor.plusMillis((passed + 1) * millis);
        }

        @Override
        public Timetable startingAt(@Nullable Instant start) {
            return new Every(period, start == null ? Instant.EPOCH : start);
        }

        @Override
        public String inWords() {
            return "every " + Words.every(period);
        }

        @Override
        public String toString() {
            return "every " + period;
        }
    }

    /** Some time after the end of the last run. */
    record FixedDelay(Duration delay) implements Timetable {
        @Override
        public @Nullable Instant next(Instant after) {
            return after.isBefore(END) ? after.plus(delay) : null;
        }

        @Override
        public Instant first(Instant moment) {
            return moment;
        }

        @Override
        public String inWords() {
            return Words.of(delay) + " after the end of the last run";
        }

        @Override
        public String toString() {
            return "delay " + delay;
        }
    }

    /** One time. */
    record Once(Instant moment) implements Timetable {
        @Override
        public @Nullable Instant next(Instant after) {
            return moment.isAfter(after) ? moment : null;
        }

        @Override
        public String inWords() {
            return "once at " + moment;
        }

        @Override
        public String toString() {
            return "at " + moment;
        }
    }
}
