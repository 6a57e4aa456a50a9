package dev.weirpool.worker;

/**
 * How many tasks a worker claims at once: as many as will take it about five milliseconds, to go by the latest.
 *
 * <p>Short ones go by the hundred, since an exchange with Redis costs more than they do; long ones alone.
 */
final class Pace {

    private static final int MOST_TASKS = 256;
    private static final double GOAL_NANOS = 5e6;
    private static final double GOAL_BYTES = 1 << 19;

    /** A task counts as no longer than so many of those before it: it may have waited for a processor, and is soon forgotten. */
    private static final double MOST_TIMES = 4;

    /** If some had to be given back they take so many times longer than was thought. */
    private static final double GIVEN_BACK_TIMES = 8;

    private static final double WEIGHT = 1.0 / 8;

    private double nanos = GOAL_NANOS; // nothing is known at first: one
    private double bytes;

    /** A task took so long, and so many bytes in Redis. */
    synchronized void ran(long itsNanos, int itsBytes) {
        nanos += WEIGHT * (Math.min((double) itsNanos, MOST_TIMES * nanos) - nanos);
        bytes += WEIGHT * (itsBytes - bytes);
    }

    /** Some of those claimed were given back, because they had to wait too long. */
    synchronized void gaveBack() {
        nanos = Math.min(GOAL_NANOS, GIVEN_BACK_TIMES * nanos);
    }

    /** How many to claim. */
    synchronized int want() {
        var many = Math.min(GOAL_NANOS / Math.max(1, nanos), GOAL_BYTES / Math.max(1, bytes));
        return (int) Math.max(1, Math.min(MOST_TASKS, many));
    }
}
