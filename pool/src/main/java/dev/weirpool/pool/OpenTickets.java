package dev.weirpool.pool;

import dev.weirpool.queue.Outcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The tasks under way, by sequence; for use by many threads. */
final class OpenTickets {

    private final ConcurrentHashMap<Long, CompletableFuture<Outcome>> open = new ConcurrentHashMap<>();
    private final Object emptied = new Object();
    private volatile @Nullable RuntimeException abandoned;

    CompletableFuture<Outcome> open(long sequence) {
        var outcome = new CompletableFuture<Outcome>();
        open.put(sequence, outcome);
        var cause = abandoned;
        if (cause != null) {
            fail(sequence, cause);
        }
        return outcome;
    }

    /** A second outcome of the same task, as a failover may bring, finds nothing and is dropped. */
    void resolve(long sequence, Outcome outcome) {
        var ticket = open.remove(sequence);
        if (ticket != null) {
            ticket.complete(outcome);
            signal();
        }
    }

    void fail(long sequence, Throwable cause) {
        var ticket = open.remove(sequence);
        if (ticket != null) {
            ticket.completeExceptionally(cause);
            signal();
        }
    }

    void abandon(RuntimeException cause) {
        if (abandoned == null) {
            abandoned = cause;
        }
        sequences().forEach(sequence -> fail(sequence, cause));
    }

    List<Long> sequences() {
        return List.copyOf(open.keySet());
    }

    boolean contains(long sequence) {
        return open.containsKey(sequence);
    }

    void awaitEmpty() throws InterruptedException {
        synchronized (emptied) {
            while (!open.isEmpty()) {
                emptied.wait();
            }
        }
    }

    private void signal() {
        if (open.isEmpty()) {
            synchronized (emptied) {
                emptied.notifyAll();
            }
        }
    }
}
