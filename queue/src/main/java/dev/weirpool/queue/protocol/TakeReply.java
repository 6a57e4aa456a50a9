package dev.weirpool.queue.protocol;

import java.util.List;

/** What a shared queue had to give. */
public sealed interface TakeReply {

    /** The oldest items, at least one. They are the caller's now. */
    record Items(List<byte[]> items) implements TakeReply {}

    /** There is none. */
    record Empty(SharedQueueState state) implements TakeReply {}
}
