package dev.weirpool.queue.protocol;

import java.time.Duration;

/**
 * A name that only one task of a queue may hold.
 *
 * @param limit how long it is held at most
 */
public record UniqueName(String name, Duration limit) {}
