package dev.weirpool.queue;

import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * What follows tasks from whoever sends them to the worker that runs them. One is found with {@link ServiceLoader} if it is there, as
 * that of {@code weirpool-opentelemetry}; otherwise nothing is called.
 */
public interface TaskTracing {

    /**
     * A task is about to be sent, on this thread.
     *
     * @param headers those that it carries
     * @return further ones that it is to carry
     */
    Map<String, String> send(String task, Map<String, String> headers);

    /** An attempt begins, on this thread. */
    Running begin(TaskContext attempt);

    /** An attempt under way. */
    interface Running {

        /** It has ended, on the same thread; {@code thrown} is null if it returned. */
        void end(@Nullable Throwable thrown);
    }

    /** The one that is there. */
    static Optional<TaskTracing> found() {
        return Found.TRACING;
    }

    /** Looked for once, when the first task is sent or run. */
    final class Found {

        private static final Optional<TaskTracing> TRACING =
                ServiceLoader.load(TaskTracing.class).findFirst();

        private Found() {}
    }
}
