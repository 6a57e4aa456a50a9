package dev.weirpool.queue.signing;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Counts what one reader has refused because its signature was wrong, and logs it: a line in ten seconds at most, because whoever forges may
 * forge much. For use by many threads.
 */
public final class Refusals {

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String what;
    private long count; // guarded by this
    private long loggedAt; // guarded by this

    /** @param what is dropped, for example {@code a result of queue images} */
    public Refusals(String what) {
        this.what = what;
    }

    /** One more was refused. */
    public synchronized void add(@Nullable String why) {
        count++;
        var now = System.nanoTime();
        if (count == 1 || now - loggedAt > PERIOD_NANOS) {
            loggedAt = now;
            LoggerFactory.getLogger(Refusals.class)
                    .error(
                            "dropped {}: {}; {} so far. Give all processes the same secret; if they have it, somebody else writes to"
                                    + " this Redis",
                            what,
                            why,
                            count);
        }
    }

    /** How many were refused. */
    public synchronized long count() {
        return count;
    }
}
