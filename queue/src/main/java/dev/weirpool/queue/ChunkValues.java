package dev.weirpool.queue;

import org.jspecify.annotations.Nullable;

/** What the calls of a chunk returned, in order, with a {@link Failure} in the place of each that failed. It travels as the array. */
record ChunkValues(@Nullable Object[] values) {}
