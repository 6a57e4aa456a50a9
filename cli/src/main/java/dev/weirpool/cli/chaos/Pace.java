package dev.weirpool.cli.chaos;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** An even pace: so many steps by a certain moment. */
final class Pace {

    private final long startNanos = System.nanoTime();
    private final double nanosPerStep;
    private long steps;

    Pace(int steps, Duration until) {
        this.nanosPerStep = (double) until.toNanos() / Math.max(1, steps);
    }

    /** Waits until the next step is due; not at all if the steps are late already. */
    void await() {
        var due = startNanos + (long) (nanosPerStep * steps++);
        pause(Duration.ofNanos(due - System.nanoTime()));
    }

    static void pause(Duration pause) {
        try {
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Waits until {@code condition} holds, looking every 50 ms; false if it did not within {@code limit}. */
    static boolean awaitTrue(Duration limit, BooleanSupplier condition) {
        var deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            pause(Duration.ofMillis(50));
        }
        return true;
    }
}
