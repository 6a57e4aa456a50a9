package dev.weirpool.queue.codec;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Idle encoders or decoders, at most one per slot, shared by all threads.
 *
 * <p>Not a {@link ThreadLocal}: that would keep one buffer per thread for as long as the thread lives, which is wrong
 * for thousands of virtual threads, and a surrogate that encodes something itself would meet the busy one.
 */
final class Spares<T> {
  private static final int SLOTS = 16;

  private final AtomicReferenceArray<@Nullable T> slots = new AtomicReferenceArray<>(SLOTS);

  @Nullable T take() {
    return slots.getAndSet(slot(), null);
  }

  void give(T idle) {
    slots.setRelease(slot(), idle);
  }

  private static int slot() {
    return (int) Thread.currentThread().getId() & (SLOTS - 1);
  }
}
