/**
 * The benchmark: what is measured on a {@link dev.weirpool.cli.bench.Bed}, in {@link dev.weirpool.cli.bench.Row}s of contenders that
 * take turns, and how it is shown.
 *
 * <p>Read TaskRows, QueueRows and RedisRows for what is measured, RawTasks for the limit beside it.
 */
@org.jspecify.annotations.NullMarked
package dev.weirpool.cli.bench;
