package dev.weirpool.queue.protocol;

/** What a shared queue had for who wants to hold an item. */
public sealed interface ClaimReply {

    /** The oldest item, and the name under which it is held. */
    record Claimed(byte[] claim, byte[] item) implements ClaimReply {}

    /** There is none. */
    record Empty(SharedQueueState state) implements ClaimReply {}

    /** There is none and none will be put any more, but {@code count} that others hold may be given back. */
    record HeldByOthers(long count) implements ClaimReply {}
}
