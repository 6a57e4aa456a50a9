package dev.weirpool.worker;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a launcher runs.
 *
 * @param processes how many workers, at least 1
 * @param redis where the queue is
 * @param queue whose tasks they run
 * @param classPath what else the workers can load, in the form of {@code java -cp}; that of this process by default
 * @param jvmFlags further flags for the workers' JVMs, which win over the launcher's own
 * @param environment further environment variables for the workers
 * @param initializer called in each worker before its first task, or null
 * @param maxTasksPerWorker a worker is replaced after so many tasks; 0 for never
 * @param maxMemoryPerWorker a worker that occupies more bytes is replaced after its task, and killed if it occupies half as much
 *     again; 0 for no limit. Linux only
 * @param maxAgePerWorker a worker that is older is replaced after its task; zero for never
 * @param lease for how long a worker counts as alive after its launcher was last heard of; at least 1 s
 */
public record LauncherOptions(
        int processes,
        RedisOptions redis,
        String queue,
        String classPath,
        List<String> jvmFlags,
        Map<String, String> environment,
        @Nullable Task<?> initializer,
        int maxTasksPerWorker,
        long maxMemoryPerWorker,
        Duration maxAgePerWorker,
        Duration lease) {

    private static final Duration LEASE = Duration.ofSeconds(15);

    public LauncherOptions {
        if (processes < 1) {
            throw new IllegalArgumentException("processes must be at least 1, got " + processes);
        }
        if (maxTasksPerWorker < 0) {
            throw new IllegalArgumentException(
                    "maxTasksPerWorker must be at least 1, or 0 for no limit, got " + maxTasksPerWorker);
        }
        if (maxMemoryPerWorker < 0) {
            throw new IllegalArgumentException(
                    "maxMemoryPerWorker must be a number of bytes, or 0 for no limit, got " + maxMemoryPerWorker);
        }
        if (maxAgePerWorker.isNegative()) {
            throw new IllegalArgumentException("maxAgePerWorker must not be negative, got " + maxAgePerWorker);
        }
        if (lease.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("a lease must be at least PT1S, got " + lease);
        }
        jvmFlags = List.copyOf(jvmFlags);
        environment = Map.copyOf(environment);
    }

    public static LauncherOptions of(int processes, RedisOptions redis, String queue) {
        return new LauncherOptions(
                processes,
                redis,
                queue,
                System.getProperty("java.class.path"),
                List.of(),
                Map.of(),
                null,
                0,
                0,
                Duration.ZERO,
                LEASE);
    }

    public LauncherOptions withClassPath(String classPath) {
        return new LauncherOptions(
                processes,
                redis,
                queue,
                classPath,
                jvmFlags,
                environment,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                maxAgePerWorker,
                lease);
    }

    public LauncherOptions withJvmFlags(List<String> jvmFlags) {
        return new LauncherOptions(
                processes,
                redis,
                queue,
                classPath,
                jvmFlags,
                environment,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                maxAgePerWorker,
                lease);
    }

    public LauncherOptions withEnvironment(Map<String, String> environment) {
        return new LauncherOptions(
                processes,
                redis,
                queue,
                classPath,
                jvmFlags,
                environment,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                maxAgePerWorker,
                lease);
    }

    public LauncherOptions withInitializer(@Nullable Task<?> initializer) {
        return new LauncherOptions(
                processes,
                redis,
                queue,
                classPath,
                jvmFlags,
                environment,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                maxAgePerWorker,
                lease);
    }

    public LauncherOptions withMaxTasksPerWorker(int maxTasksPerWorker) {
        return new LauncherOptions(
                processes,
                redis,
                queue,
                classPath,
                jvmFlags,
                environment,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                maxAgePerWorker,
                lease);
    }

    public LauncherOptions withMaxMemoryPerWorker(long maxMemoryPerWorker) {
        return new LauncherOptions(
                processes,
                redis,
                queue,
                classPath,
                jvmFlags,
                environment,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                maxAgePerWorker,
                lease);
    }

    public LauncherOptions withMaxAgePerWorker(Duration maxAgePerWorker) {
        return new LauncherOptions(
                processes,
                redis,
                queue,
                classPath,
                jvmFlags,
                environment,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                maxAgePerWorker,
                lease);
    }

    public LauncherOptions withLease(Duration lease) {
        return new LauncherOptions(
                processes,
                redis,
                queue,
                classPath,
                jvmFlags,
                environment,
                initializer,
                maxTasksPerWorker,
                maxMemoryPerWorker,
                maxAgePerWorker,
                lease);
    }
}
