package dev.weirpool.queue.protocol;

import java.util.List;

/**
 * What a look at an envelope shows.
 *
 * @param size of the whole, in bytes
 * @param beginning of it; what was asked for may be less than all
 * @param score when it is due, in ms, where it is delayed; else 0
 */
public record Glimpse(int size, byte[] beginning, long score) {

    /**
     * A look at a part of a list.
     *
     * @param total how many it holds
     */
    public record Of(long total, List<Glimpse> glimpses) {}
}
