package dev.weirpool.queue.protocol;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** What Redis has accepted, or is about to, to be sent again should Redis lose it; until it has ended, or there are too many. */
final class Accepted {

    private static final long MOST_BYTES = 1 << 26;

    private final ConcurrentHashMap<Long, Pending> tasks = new ConcurrentHashMap<>();
    private final int most;

    // owned by the thread that sends
    private final Deque<Pending> remembered = new ArrayDeque<>(); // the oldest first, if there is a limit
    private long rememberedBytes;

    /** @param most how many to remember, the latest; of less than all no more than 64 MiB */
    Accepted(int most) {
        this.most = most;
    }

    /** It is about to be sent: it may have ended before it is known that it was accepted. */
    void expect(Pending task) {
        tasks.put(task.sequence(), task);
    }

    /** It was accepted. */
    void add(Pending task) {
        if (most == Integer.MAX_VALUE) {
            return;
        }
        remembered.add(task);
        rememberedBytes += task.bytes();
        while (remembered.size() > most || rememberedBytes > MOST_BYTES) {
            var forgotten = remembered.remove();
            rememberedBytes -= forgotten.bytes();
            tasks.remove(forgotten.sequence());
        }
    }

    /** It need not be sent again. Called by any thread. */
    void forget(long sequence) {
        tasks.remove(sequence);
    }

    /** Those behind {@code from}, up to {@code last}, in order. */
    List<Pending> in(long from, long last) {
        return tasks.values().stream()
                .filter(task -> task.sequence() > from && task.sequence() <= last)
                .sorted(Comparator.comparingLong(Pending::sequence))
                .toList();
    }
}
