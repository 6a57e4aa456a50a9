package dev.weirpool.queue;

/** A task was not taken because as much waits on its queue as may. */
public final class QueueFullException extends RuntimeException {

    private final String queue;

    /** @param limit in words, for example {@code 1000 tasks} */
    public QueueFullException(String queue, String limit) {
        super("queue " + queue + " is at its limit of " + limit
                + " that wait; start more workers, send the task later or without"
                + " withFailWhenFull(), or raise the limit with: weirpool queue limit " + queue);
        this.queue = queue;
    }

    /** The name of the queue. */
    public String queue() {
        return queue;
    }
}
