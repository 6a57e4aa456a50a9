package dev.weirpool.queue.inspect;

import java.time.Instant;
import java.util.Optional;

/**
 * A worker process, as its launcher sees it.
 *
 * @param name never used before or again
 * @param pid on the launcher's host; 0 if the launcher has not said
 * @param ready whether it takes tasks; it is not while it boots
 * @param startedAt by the launcher's clock, as all moments here are
 * @param memory the bytes it occupies, 0 if that cannot be told
 * @param heapLimit the bytes that its heap may occupy, 0 if not known
 * @param begun how many tasks it has begun
 * @param task id of the one it runs, as 32 hexadecimal digits
 * @param since when it began that
 */
public record WorkerState(
        String name,
        long pid,
        boolean ready,
        Instant startedAt,
        long memory,
        long heapLimit,
        long begun,
        Optional<String> task,
        Optional<Instant> since) {

    /** What is known of a worker whose launcher says nothing. */
    static WorkerState silent(String name) {
        return new WorkerState(name, 0, true, Instant.EPOCH, 0, 0, 0, Optional.empty(), Optional.empty());
    }
}
