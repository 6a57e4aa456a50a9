package dev.weirpool.queue.protocol;

/** What became of a push. */
public sealed interface PushReply {

    /** All of it is on the queue, from this call or an earlier one. */
    record Stored() implements PushReply {}

    /** Redis has lost what this producer sent after {@code lastSequence}. */
    record Gap(long lastSequence) implements PushReply {}

    /** The task was not taken, because another holds its unique key. */
    record Exists(byte[] holder) implements PushReply {}

    /** There was room for those up to {@code lastSequence}, or for none of them; the others are not stored. */
    record Full(long lastSequence, Limit limit) implements PushReply {}

    /** The body of the task, which lies apart, is not there: it has to be sent again first. */
    record BodyMissing() implements PushReply {}

    /** The queue takes no more tasks. */
    record Closed() implements PushReply {}
}
