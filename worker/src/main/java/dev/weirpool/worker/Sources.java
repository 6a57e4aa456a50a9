package dev.weirpool.worker;

import dev.weirpool.queue.protocol.StepReply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The partitions of a queue, which a worker serves in turn. It holds tasks of one at a time, and goes on when that has none left, or
 * after a while. When none has any it waits at one of them, its home, and looks at the others now and then.
 */
final class Sources {

    /** A partition: what is held of it, and how its tasks are read. */
    record Source(Claims claims, Payloads payloads) {}

    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final Duration REST = Duration.ofSeconds(2);
    private static final Duration SHORT_REST = Duration.ofMillis(100);

    private final List<Source> all;
    private final int home;

    // owned by the thread that runs
    private int at;
    private long since = System.nanoTime();
    private int inVain; // so many in a row had nothing
    private int paused; // so many in a row are paused

    /** @param home which of them to wait at */
    Sources(List<Source> all, int home) {
        this.all = List.copyOf(all);
        this.home = home;
        this.at = home;
    }

    List<Source> all() {
        return all;
    }

    Source current() {
        return all.get(at);
    }

    /** How long to wait for the bell when none has tasks. */
    Duration rest() {
        return all.size() == 1 ? REST : SHORT_REST;
    }

    /** Whether the current one has been served for so long that it is another's turn. */
    boolean isTurnOver() {
        return all.size() > 1 && System.nanoTime() - since > TURN_NANOS;
    }

    void next() {
        at = (at + 1) % all.size();
        since = System.nanoTime();
    }

    /** Goes on to the next after {@code reply}, if nothing is held now; whether none has anything. */
    boolean isIdleAfter(StepReply reply) {
        if (reply instanceof StepReply.Resync || !current().claims().isEmpty()) {
            inVain = 0;
            paused = 0;
            return false;
        }
        inVain = isTurnOver() ? 0 : inVain + 1;
        paused = reply instanceof StepReply.Paused ? paused + 1 : 0;
        next();
        if (inVain < all.size()) {
            return false;
        }
        inVain = 0;
        at = home;
        return true;
    }

    boolean arePaused() {
        return paused >= all.size();
    }
}
