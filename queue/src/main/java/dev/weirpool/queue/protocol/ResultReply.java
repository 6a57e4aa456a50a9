package dev.weirpool.queue.protocol;

import java.util.List;

/**
 * What was read from a client's stream.
 *
 * @param cursor where to read on
 * @param results those that are genuine
 * @param refused why entries were passed over, each of which may have held any number of results
 */
public record ResultReply(String cursor, List<ResultEntry> results, List<String> refused) {}
