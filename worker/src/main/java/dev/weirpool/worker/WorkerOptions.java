package dev.weirpool.worker;

import dev.weirpool.queue.Task;
import dev.weirpool.queue.codec.AllowList;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each worker process is started with, and when it is replaced by a fresh one.
 *
 * @param classPath what else the worker can load, in the form of {@code java -cp}; that of this process by default
 * @param jvmFlags further flags for the worker's JVM, which win over the launcher's own
 * @param environment further environment variables for the worker
 * @param initializer called in the worker before its first task, or null
 * @param allow packages, classes and jars: what tasks and their arguments may be of, and nothing else; by default what can be told to be
 *     the user's own of the class path
 * @param maxTasks it is replaced after so many tasks; 0, the default, for never
 * @param maxMemory if it occupies more bytes it is replaced after its task, and killed if it occupies half as much again; 0, the
 *     default, for no limit. Linux only
 * @param maxAge if it is older it is replaced after its task; zero, the default, for never
 */
public record WorkerOptions(
        String classPath,
        List<String> jvmFlags,
        Map<String, String> environment,
        @Nullable Task<?> initializer,
        List<String> allow,
        int maxTasks,
        long maxMemory,
        Duration maxAge) {

    public static final WorkerOptions DEFAULT = new WorkerOptions(
            System.getProperty("java.class.path"), List.of(), Map.of(), null, List.of(), 0, 0, Duration.ZERO);

    public WorkerOptions {
        if (maxTasks < 0) {
            throw new IllegalArgumentException(
                    "maxTasksPerWorker must be at least 1, or 0 for no limit, got " + maxTasks);
        }
        if (maxMemory < 0) {
            throw new IllegalArgumentException(
                    "maxMemoryPerWorker must be a number of bytes, or 0 for no limit, got " + maxMemory);
        }
        if (maxAge.isNegative()) {
            throw new IllegalArgumentException("maxAgePerWorker must not be negative, got " + maxAge);
        }
        AllowList.of(allow); // or an error
        allow = List.copyOf(allow);
        jvmFlags = List.copyOf(jvmFlags);
        environment = Map.copyOf(environment);
    }

    public WorkerOptions withClassPath(String classPath) {
        return new WorkerOptions(classPath, jvmFlags, environment, initializer, allow, maxTasks, maxMemory, maxAge);
    }

    public WorkerOptions withJvmFlags(List<String> jvmFlags) {
        return new WorkerOptions(classPath, jvmFlags, environment, initializer, allow, maxTasks, maxMemory, maxAge);
    }

    public WorkerOptions withEnvironment(Map<String, String> environment) {
        return new WorkerOptions(classPath, jvmFlags, environment, initializer, allow, maxTasks, maxMemory, maxAge);
    }

    public WorkerOptions withInitializer(@Nullable Task<?> initializer) {
        return new WorkerOptions(classPath, jvmFlags, environment, initializer, allow, maxTasks, maxMemory, maxAge);
    }

    /**
     * Lets tasks and their arguments be of these packages ({@code com.acme.}), classes and jars ({@code lib/acme-model.jar}), and of no
     * others.
     *
     * @throws IllegalArgumentException if one is none of these
     */
    public WorkerOptions withAllow(List<String> allow) {
        return new WorkerOptions(classPath, jvmFlags, environment, initializer, allow, maxTasks, maxMemory, maxAge);
    }

    public WorkerOptions withMaxTasks(int maxTasks) {
        return new WorkerOptions(classPath, jvmFlags, environment, initializer, allow, maxTasks, maxMemory, maxAge);
    }

    public WorkerOptions withMaxMemory(long maxMemory) {
        return new WorkerOptions(classPath, jvmFlags, environment, initializer, allow, maxTasks, maxMemory, maxAge);
    }

    public WorkerOptions withMaxAge(Duration maxAge) {
        return new WorkerOptions(classPath, jvmFlags, environment, initializer, allow, maxTasks, maxMemory, maxAge);
    }
}
