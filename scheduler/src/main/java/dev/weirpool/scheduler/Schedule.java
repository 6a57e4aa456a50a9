package dev.weirpool.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When a task is to be put on its queue: the sequence of planned times.
 *
 * <p>Immutable, and for any number of threads.
 */
public final class Schedule {

    private final Duration period;

    private Schedule(Duration period) {
        this.period = period;
    }

    /**
     * At every multiple of {@code period} since 1970-01-01T00:00Z.
     *
     * @throws IllegalArgumentException if that is shorter than a second
     */
    public static Schedule every(Duration period) {
        if (period.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("a period must be at least 1 s, got " + period);
        }
        return new Schedule(period);
    }

    /** The first planned time that is later than {@code time}; empty if there is none. */
    public Optional<Instant> next(Instant time) {
        var millis = period.toMillis();
        return Optional.of(Instant.ofEpochMilli((Math.floorDiv(time.toEpochMilli(), millis) + 1) * millis));
    }
}
