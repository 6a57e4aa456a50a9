package dev.weirpool.queue.protocol;

import java.util.List;

/** What a step found. */
public sealed interface StepReply {

    /** The settlements were taken; these tasks are the worker's now, maybe none. */
    record Claimed(List<Task> tasks) implements StepReply {}

    /** Redis and the worker disagree, because a reply was lost: this is what the worker holds in truth. */
    record Resync(List<Task> held) implements StepReply {}

    /** The settlements were taken; the queue is paused. */
    record Paused() implements StepReply {}

    /** The worker was taken for dead: its tasks were given to others, and it must end. */
    record Fenced() implements StepReply {}

    /**
     * A task that the worker holds; one that was cancelled is settled without being run.
     *
     * @param fence grows with every claim of this task
     */
    record Task(Envelope envelope, boolean isCancelled, long fence) {}
}
