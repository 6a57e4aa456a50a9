package dev.weirpool.queue;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What a running task can learn about itself; to be had on the thread that the task was started on. */
public final class TaskContext {

    private static final ThreadLocal<@Nullable TaskContext> CURRENT = new ThreadLocal<>();

    private final TaskId id;
    private final int attempt;
    private final long fence;
    private final String name;
    private final Map<String, String> headers;
    private final Optional<Instant> deadline;

    private volatile boolean cancelled;
    private volatile @Nullable Runnable hook;

    /** For whatever runs tasks. */
    public TaskContext(
            TaskId id, int attempt, long fence, String name, Map<String, String> headers, Optional<Instant> deadline) {
        this.id = id;
        this.attempt = attempt;
        this.fence = fence;
        this.name = name;
        this.headers = headers;
        this.deadline = deadline;
    }

    /**
     * The context of the task that runs on this thread.
     *
     * @throws IllegalStateException if none does
     */
    public static TaskContext current() {
        var context = CURRENT.get();
        if (context == null) {
            throw new IllegalStateException("no task runs on thread "
                    + Thread.currentThread().getName() + "; ask on the thread that the task was started on");
        }
        return context;
    }

    /** Calls {@code body} with this as the current context; for whatever runs tasks. */
    public <R> R within(Callable<R> body) throws Exception {
        CURRENT.set(this);
        try {
            return body.call();
        } finally {
            CURRENT.remove();
        }
    }

    /** The task's id, the same in every attempt. */
    public TaskId id() {
        return id;
    }

    /** Which attempt this is, from 1. */
    public int attempt() {
        return attempt;
    }

    /**
     * A number that grows with every claim of a task on this queue. Whatever a task writes elsewhere can carry it, and refuse a
     * smaller one: then an attempt that was taken for dead, and went on all the same, cannot undo what a later one has done.
     */
    public long fence() {
        return fence;
    }

    /** The task's readable name. */
    public String name() {
        return name;
    }

    /** The headers it was sent with. */
    public Map<String, String> headers() {
        return headers;
    }

    /** When its time limit is over, the soft one if it has both, by this machine's clock. */
    public Optional<Instant> deadline() {
        return deadline;
    }

    /** Whether the task has been cancelled or has run into its soft time limit; its thread was interrupted then, too. */
    public boolean isCancelled() {
        return cancelled;
    }

    /** Has {@code hook} called on a thread of its own, after the interrupt, when the task runs into its soft time limit. */
    public void onSoftTimeLimit(Runnable hook) {
        this.hook = hook;
    }

    /** For whatever runs tasks: the task is to end. */
    public void markCancelled() {
        cancelled = true;
    }

    /** For whatever runs tasks: calls the hook, if there is one. */
    public void softTimeLimitReached() {
        var current = hook;
        if (current != null) {
            current.run();
        }
    }
}
