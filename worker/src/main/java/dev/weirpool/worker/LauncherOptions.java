package dev.weirpool.worker;

import dev.weirpool.queue.RedisOptions;
import java.time.Duration;

/**
 * What a launcher runs.
 *
 * @param processes how many workers, at least 1
 * @param redis where the queue is
 * @param queue whose tasks they run
 * @param workers what each of them is started with
 * @param output where the lines go that they print; to this process's own streams by default
 * @param lease for how long a worker counts as alive after its launcher was last heard of; at least 1 s, 15 s by default
 */
public record LauncherOptions(
        int processes, RedisOptions redis, String queue, WorkerOptions workers, WorkerOutput output, Duration lease) {

    private static final Duration LEASE = Duration.ofSeconds(15);

    public LauncherOptions {
        if (processes < 1) {
            throw new IllegalArgumentException("processes must be at least 1, got " + processes);
        }
        if (lease.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("a lease must be at least PT1S, got " + lease);
        }
    }

    public static LauncherOptions of(int processes, RedisOptions redis, String queue) {
        return new LauncherOptions(processes, redis, queue, WorkerOptions.DEFAULT, WorkerOutput.PLAIN, LEASE);
    }

    public LauncherOptions withWorkers(WorkerOptions workers) {
        return new LauncherOptions(processes, redis, queue, workers, output, lease);
    }

    public LauncherOptions withOutput(WorkerOutput output) {
        return new LauncherOptions(processes, redis, queue, workers, output, lease);
    }

    public LauncherOptions withLease(Duration lease) {
        return new LauncherOptions(processes, redis, queue, workers, output, lease);
    }
}
