/**
 * A pool of worker processes that behaves like Python's {@code multiprocessing.Pool}.
 *
 * <p>Begin with {@link dev.weirpool.pool.Pool}. A task goes from {@code Pool.applyAsync} through a {@code Dispatch} to Redis; its
 * outcome comes back through the {@code ResultCollector} to the {@link dev.weirpool.pool.AsyncResult}.
 */
@NullMarked
package dev.weirpool.pool;

import org.jspecify.annotations.NullMarked;
