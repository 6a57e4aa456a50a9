package dev.weirpool.queue;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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
    private final Consumer<Progress> progress;

    private volatile boolean cancelled;
    private volatile @Nullable Runnable hook;

    /**
     * For whatever runs tasks.
     *
     * @param progress told what the task says of its progress, on any thread
     */
    public TaskContext(
            TaskId id,
            int attempt,
            long fence,
            String name,
            Map<String, String> headers,
            Optional<Instant> deadline,
            Consumer<Progress> progress) {
        this.id = id;
        this.attempt = attempt;
        this.fence = fence;
        this.name = name;
        this.headers = headers;
        this.deadline = deadline;
        this.progress = progress;
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
            var tracing = TaskTracing.found();
            return tracing.isEmpty() ? body.call() : tracing.get().run(this, body);
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

    /**
     * Says how far the task is, for whoever asks: {@code AsyncResult.progress()} and {@link TaskQueue#progress} have it within a
     * second. May be called often: it costs less than a microsecond, and what is said between two looks is passed over.
     *
     * @param total how much there is to do, 0 if that is not known
     * @param note what it is at, in a few words; cut at {@value Progress#MAX_NOTE} characters
     * @throws IllegalArgumentException if a number is negative
     */
    public void progress(long done, long total, String note) {
        progress.accept(new Progress(done, total, note, Instant.now()));
    }

    /** The same without a note. */
    public void progress(long done, long total) {
        progress(done, total, "");
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
