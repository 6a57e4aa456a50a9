package dev.weirpool.queue.redis;

import java.util.concurrent.ThreadLocalRandom;

/** Waits between tries to reach a server that is away: from 50 ms, doubling to 2 s, each at random between nothing and that. */
public final class Backoff {

    private static final long FIRST_MILLIS = 50;
    private static final long LAST_MILLIS = 2_000;

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
        ceilingMillis = Math.min(LAST_MILLIS, ceilingMillis * 2);
        return millis;
    }

    /** Starts over, after the server has answered. */
    public void reset() {
        ceilingMillis = FIRST_MILLIS;
    }
}
