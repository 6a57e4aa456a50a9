package dev.weirpool.queue.protocol;

import java.time.Duration;
import java.time.Instant;

/** When a task becomes ready, by the clock of Redis: so many ms from now, or at a moment in ms since 1970. */
public record Due(boolean isFromNow, long millis) {

    public static final Due NOW = new Due(true, 0);

    public static Due in(Duration delay) {
        return delay.isZero() ? NOW : new Due(true, delay.toMillis());
    }

    public static Due at(Instant moment) {
        return new Due(false, moment.toEpochMilli());
    }

    /** The same by the clock of this process. */
    long millisSince1970() {
        return isFromNow ? System.currentTimeMillis() + millis : millis;
    }

    /** How long that is from now, by the clock of this process. */
    Duration fromNow() {
        return Duration.ofMillis(isFromNow ? millis : Math.max(0, millis - System.currentTimeMillis()));
    }

    /** As the push script reads it: {@code +500}, or {@code 1767225600000}. */
    String wireForm() {
        return isFromNow ? "+" + millis : Long.toString(millis);
    }
}
