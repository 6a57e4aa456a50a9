package dev.weirpool.queue;

import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;

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

    /** Calls {@code body}, which is an attempt, on this thread; returns what it returns and throws what it throws. */
    <R> R run(TaskContext attempt, Callable<R> body) throws Exception;

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
