package dev.weirpool.queue;

/** A task was not taken because another that holds the same unique key waits or runs. */
public final class DuplicateTaskException extends RuntimeException {

    private final TaskId holder;

    public DuplicateTaskException(TaskId holder) {
        super("task " + holder + " holds the same unique key; wait for it, or send without the key");
        this.holder = holder;
    }

    /** The task that holds the key. */
    public TaskId holder() {
        return holder;
    }
}
