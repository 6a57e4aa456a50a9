package dev.weirpool.pool;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.worker.WorkerOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to start a pool; {@code PoolOptions.of(3)} is what {@code Pool.start(3)} uses.
 *
 * @param processes how many worker processes, at least 1
 * @param redis where the queue is; {@link RedisOptions#fromEnvironment()} by default
 * @param queue the name of the queue, or null for one of the pool's own, which is deleted when the pool ends
 * @param workers what each worker process is started with; most of what follows changes it
 * @param inline whether tasks run on threads of this JVM instead, for unit tests: arguments and results are encoded and decoded
 *     all the same, but nothing protects the caller from a task that hangs or exits
 */
public record PoolOptions(
        int processes, RedisOptions redis, @Nullable String queue, WorkerOptions workers, boolean inline) {

    public PoolOptions {
        if (processes < 1) {
            throw new IllegalArgumentException("processes must be at least 1, got " + processes);
        }
    }

    public static PoolOptions of(int processes) {
        return new PoolOptions(processes, RedisOptions.fromEnvironment(), null, WorkerOptions.DEFAULT, false);
    }

    /** The name of the queue, if it is a shared one. */
    Optional<String> namedQueue() {
        return Optional.ofNullable(queue);
    }

    public PoolOptions withRedis(RedisOptions redis) {
        return new PoolOptions(processes, redis, queue, workers, inline);
    }

    public PoolOptions withQueue(String queue) {
        return new PoolOptions(processes, redis, queue, workers, inline);
    }

    /**
     * Calls it in each worker before the worker's first task; for example
     * {@code withInitializer(Task.of(Tasks::open, "jdbc:..."))}.
     */
    public PoolOptions withInitializer(Task<?> initializer) {
        return with(workers.withInitializer(initializer));
    }

    /** Replaces a worker after so many tasks; 0, the default, for never. */
    public PoolOptions withMaxTasksPerWorker(int maxTasksPerWorker) {
        return with(workers.withMaxTasks(maxTasksPerWorker));
    }

    /**
     * Replaces a worker after its task if it occupies more bytes, and kills it if it occupies half as much again; 0, the default,
     * for no limit. Linux only.
     */
    public PoolOptions withMaxMemoryPerWorker(long maxMemoryPerWorker) {
        return with(workers.withMaxMemory(maxMemoryPerWorker));
    }

    /** Replaces a worker after its task if it is older; zero, the default, for never. */
    public PoolOptions withMaxAgePerWorker(Duration maxAgePerWorker) {
        return with(workers.withMaxAge(maxAgePerWorker));
    }

    /** Further flags for the workers' JVMs. */
    public PoolOptions withJvmFlags(String... jvmFlags) {
        return with(workers.withJvmFlags(List.of(jvmFlags)));
    }

    /**
     * Which classes tasks, arguments and results may be of, and no others: packages ({@code com.acme.}), classes, or jars
     * ({@code lib/acme-model.jar}). By default what can be told to be the program's own: all that lies on the class path as class files in
     * directories, and the jar of the main class.
     *
     * @throws IllegalArgumentException if one is none of these
     */
    public PoolOptions withAllow(String... allow) {
        return with(workers.withAllow(List.of(allow)));
    }

    /** The workers' class path, in the form of {@code java -cp}; that of this process by default. */
    public PoolOptions withClassPath(String classPath) {
        return with(workers.withClassPath(classPath));
    }

    /** Further environment variables for the workers. */
    public PoolOptions withEnvironment(Map<String, String> environment) {
        return with(workers.withEnvironment(environment));
    }

    public PoolOptions withInline(boolean inline) {
        return new PoolOptions(processes, redis, queue, workers, inline);
    }

    private PoolOptions with(WorkerOptions workers) {
        return new PoolOptions(processes, redis, queue, workers, inline);
    }
}
