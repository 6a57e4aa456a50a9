package dev.weirpool.queue.inspect;

/** Where a task is. */
public enum TaskState {
    /** Waits for a worker. */
    READY,
    /** Is not due yet. */
    DELAYED,
    /** Is held by a worker. */
    RUNNING,
    /** Was given up. */
    DEAD
}
