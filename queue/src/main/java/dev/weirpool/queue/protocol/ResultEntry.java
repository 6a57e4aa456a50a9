package dev.weirpool.queue.protocol;

/**
 * One result read from a client's stream.
 *
 * @param cursor where to read on
 * @param sequence which of the client's tasks it answers
 */
public record ResultEntry(String cursor, long sequence, byte[] result) {}
