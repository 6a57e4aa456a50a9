package dev.weirpool.queue.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Idle encoders or decoders, at most one per slot, shared by all threads.
 *
 * <p>Not a {@link ThreadLocal}: that would keep one buffer per thread for as long as the thread lives, which is wrong
 * for thousands of virtual threads, and a surrogate that encodes something itself would meet the busy one.
 */
final class Spares<T> {
    private static final int SLOTS = 16;

    private final List<AtomicReference<@Nullable T>> slots = new ArrayList<>(SLOTS);

    Spares() {
        for (int i = 0; i < SLOTS; i++) {
            slots.add(new AtomicReference<>());
        }
    }

    @Nullable
    T take() {
        return slot().getAndSet(null);
    }

    void give(T idle) {
        slot().setRelease(idle);
    }

    private AtomicReference<@Nullable T> slot() {
        return slots.get((int) Thread.currentThread().getId() & (SLOTS - 1));
    }
}
