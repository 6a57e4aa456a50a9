package dev.weirpool.queue;

/**
 * The {@link SharedQueue} takes no more items, or will never have one again, because {@link SharedQueue#shutdown} was called on
 * it in this process or another.
 */
public final class QueueShutDownException extends IllegalStateException {

    QueueShutDownException(String queue, String what) {
        super("queue " + queue + " is shut down and " + what);
    }
}
