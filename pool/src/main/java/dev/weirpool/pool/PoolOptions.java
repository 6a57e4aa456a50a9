package dev.weirpool.pool;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
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
 * @param initializer called in each worker before its first task, or null
 * @param maxTasksPerWorker a worker is replaced after so many tasks; 0, the default, for never
 * @param maxMemoryPerWorker a worker that occupies more bytes is replaced after its task, and killed if it occupies half as much
 *     again; 0, the default, for no limit. Linux only
 * @param jvmFlags further flags for the workers' JVMs
 * @param classPath the workers' class path; that of this process by default
 * @param environment further environment variables for the workers
 * @param inline whether tasks run on threads of this JVM instead, for unit tests: arguments and results are encoded and decoded
 *     all the same, but nothing protects the caller from a task that hangs or exits
 */
public record PoolOptions(
        int processes,
        RedisOptions redis,
        @Nullable String queue,
        @Nullable Task<?> initializer,
        int maxTasksPerWorker,
        long maxMemoryPerWorker,
        List<String> jvmFlags,
        String classPath,
        Map<String, String> environment,
        boolean inline) {

    public PoolOptions {
        if (processes < 1) {
            throw new IllegalArgumentException("processes must be at least 1, got " + processes);
        }
        if (maxTasksPerWorker < 0) {
            throw new IllegalArgumentException(
                    "maxTasksPerWorker must be at least 1, or 0 for no limit, got " + maxTasksPerWorker);
        }
        jvmFlags = List.copyOf(jvmFlags);
        environment = Map.copyOf(environment);
    }

    public static PoolOptions of(int processes) {
        return new PoolOptions(
                processes,
                RedisOptions.fromEnvironment(),
                null,
                null,
                0,
                0,
                List.of(),
                System.getProperty("java.class.path"),
                Map.of(),
                false);
    }

    /** The name of the queue, if it is a shared one. */
    Optional<String> namedQueue() {
        return Optional.ofNullable(queue);
    }

    public PoolOptions withRedis(RedisOptions redis) {
        return new PoolOptions(
                processes,
                redis,
                queue,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                jvmFlags,
                classPath,
                environment,
                inline);
    }

    public PoolOptions withQueue(String queue) {
        return new PoolOptions(
                processes,
                redis,
                queue,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                jvmFlags,
                classPath,
                environment,
                inline);
    }

    /** For example {@code withInitializer(Task.of(Tasks::open, "jdbc:..."))}. */
    public PoolOptions withInitializer(Task<?> initializer) {
        return new PoolOptions(
                processes,
                redis,
                queue,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                jvmFlags,
                classPath,
                environment,
                inline);
    }

    public PoolOptions withMaxTasksPerWorker(int maxTasksPerWorker) {
        return new PoolOptions(
                processes,
                redis,
                queue,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                jvmFlags,
                classPath,
                environment,
                inline);
    }

    public PoolOptions withMaxMemoryPerWorker(long maxMemoryPerWorker) {
        return new PoolOptions(
                processes,
                redis,
                queue,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                jvmFlags,
                classPath,
                environment,
                inline);
    }

    public PoolOptions withJvmFlags(String... jvmFlags) {
        return new PoolOptions(
                processes,
                redis,
                queue,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                List.of(jvmFlags),
                classPath,
                environment,
                inline);
    }

    public PoolOptions withClassPath(String classPath) {
        return new PoolOptions(
                processes,
                redis,
                queue,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                jvmFlags,
                classPath,
                environment,
                inline);
    }

    public PoolOptions withEnvironment(Map<String, String> environment) {
        return new PoolOptions(
                processes,
                redis,
                queue,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                jvmFlags,
                classPath,
                environment,
                inline);
    }

    public PoolOptions withInline(boolean inline) {
        return new PoolOptions(
                processes,
                redis,
                queue,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                jvmFlags,
                classPath,
                environment,
                inline);
    }
}
