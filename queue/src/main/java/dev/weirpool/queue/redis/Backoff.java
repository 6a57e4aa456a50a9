package dev.weirpool.queue.redis;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Waits between tries to reach a server that is away: from 50 ms, doubling to {@link #LONGEST}, each at random between nothing and that. */
public final class Backoff {

    /** The longest wait between two tries. */
    public static final Duration LONGEST = Duration.ofSeconds(2);

    private static final long FIRST_MILLIS = 50;

    private long ceilingMillis = FIRST_MILLIS;

    /** Sleeps; returns false at once if the thread was interrupted, with its flag cleared. */
    public boolean sleep() {
        try {
            Thread.sleep(nextMillis());
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** How long to wait this time. */
    long nextMillis() {
        var millis = ThreadLocalRandom.current().nextLong(1, ceilingMillis + 1);
        ceilingMillis = Math.min(LONGEST.toMillis(), ceilingMillis * 2);
        return millis;
    }

    /** Starts over, after the server has answered. */
    public void reset() {
        ceilingMillis = FIRST_MILLIS;
    }
}
