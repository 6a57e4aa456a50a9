package dev.weirpool.queue.protocol;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** How finely statistics are kept, and for how long. */
public enum Period {
    MINUTE("minute", Duration.ofMinutes(1), Duration.ofMinutes(90)),
    TEN_MINUTES("ten", Duration.ofMinutes(10), Duration.ofHours(26)),
    HOUR("hour", Duration.ofHours(1), Duration.ofDays(31));

    final String key;
    private final Duration length;
    private final Duration life;

    Period(String key, Duration length, Duration life) {
        this.key = key;
        this.length = length;
        this.life = life;
    }

    public Duration length() {
        return length;
    }

    /** How long it is kept after its last change. */
    public Duration life() {
        return life;
    }

    /** The beginning of the period that {@code time} is in. */
    public Instant start(Instant time) {
        return Instant.ofEpochMilli(time.toEpochMilli() / length.toMillis() * length.toMillis());
    }

    /** The beginnings of the last {@code count} periods, the current one the last. */
    public List<Instant> last(int count, Instant now) {
        var first = start(now).minus(length.multipliedBy(count - 1));
        return Stream.iterate(first, start -> start.plus(length)).limit(count).toList();
    }
}
