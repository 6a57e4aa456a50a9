package dev.weirpool.queue.protocol;

/** What became of items for a shared queue. */
public sealed interface PutReply {

    /** So many of them, from the first, are on the queue; the rest found no room. */
    record Accepted(int count) implements PutReply {}

    /** None is on the queue, because it is not in the state that the caller knew. */
    record Refused(SharedQueueState state) implements PutReply {}
}
