package dev.weirpool.scheduler;

import java.util.concurrent.TimeUnit;

/**
 * What the clock of Redis shows, known from its last answers. A little slow, by as long as an answer takes to come: of the last few the
 * quickest counts.
 */
final class RedisClock {

    private static final int REMEMBERED = 8;

    private final long[] ahead = new long[REMEMBERED];
    private int answers;

    /** Redis has said that it is {@code millis}; that has come at {@code nanos} of our own time. */
    void set(long millis, long nanos) {
        ahead[answers++ % REMEMBERED] = TimeUnit.MILLISECONDS.toNanos(millis) - nanos;
    }

    long millis() {
        var most = Long.MIN_VALUE;
        for (var i = 0; i < Math.min(answers, REMEMBERED); i++) {
            most = Math.max(most, ahead[i]);
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() + most);
    }
}
