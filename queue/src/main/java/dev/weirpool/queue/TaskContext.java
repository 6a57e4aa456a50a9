package dev.weirpool.queue;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What a running task can learn about itself.
 *
 * @param id the task's id, the same in every attempt
 * @param attempt which attempt this is, from 1
 * @param name the task's readable name
 * @param headers the headers it was sent with
 */
public record TaskContext(TaskId id, int attempt, String name, Map<String, String> headers) {

    private static final ThreadLocal<@Nullable TaskContext> CURRENT = new ThreadLocal<>();

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
}
