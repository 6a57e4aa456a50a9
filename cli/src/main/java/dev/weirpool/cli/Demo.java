package dev.weirpool.cli;

import dev.weirpool.examples.Checksums;
import dev.weirpool.examples.Fleet;
import dev.weirpool.examples.Letters;
import dev.weirpool.examples.TenTasks;
import dev.weirpool.pool.Pool;
import dev.weirpool.pool.PoolOptions;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.TaskQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/** {@code weirpool demo}: the examples, run for real. */
@Command(
        name = "demo",
        description = "Runs small programs on worker processes and a real Redis; without a name, pool and then queue.",
        mixinStandardHelpOptions = true)
final class Demo implements Callable<Integer> {
    @Option(
            names = "--port",
            scope = ScopeType.INHERIT,
            description = "The port of the embedded Redis; any that is free by default.")
    private @Nullable Integer port;

    @Override
    public Integer call() throws Exception {
        pool(false);
        queue();
        return ExitCode.DONE;
    }

    @Command(description = "Ten tasks on three worker processes.", mixinStandardHelpOptions = true)
    int pool(
            @Option(
                            names = "--timing",
                            description = "Tell how long it takes from starting a pool of four to its first result.")
                    boolean timing)
            throws Exception {
        if (timing) {
            printTiming();
            return ExitCode.DONE;
        }
        TenTasks.run(start(3));
        return ExitCode.DONE;
    }

    private void printTiming() throws InterruptedException {
        var began = System.nanoTime();
        var pool = start(4);
        pool.apply(System::nanoTime);
        var first = System.nanoTime();
        pool.terminate();
        System.out.printf(
                "Pool.start(4) to first result: %d ms, a Redis of its own and four JVMs included%n",
                (first - began) / 1_000_000);
    }

    @Command(
            description = "A writer and a reader in two processes, and a queue between them.",
            mixinStandardHelpOptions = true)
    int queue() throws Exception {
        Letters.run(start(2));
        return ExitCode.DONE;
    }

    @Command(
            description = "SHA-256 of every file below a directory, as sha256sum prints it.",
            mixinStandardHelpOptions = true)
    int files(
            @Parameters(paramLabel = "DIR", description = "The directory.") Path directory,
            @Option(names = "--processes", description = "How many worker processes; one for each core by default.")
                    @Nullable
                    Integer processes)
            throws IOException, InterruptedException {
        if (!Files.exists(directory)) {
            throw new IllegalArgumentException("no such directory: " + directory);
        }
        try (var pool =
                start(processes != null ? processes : Runtime.getRuntime().availableProcessors())) {
            return Checksums.run(pool, directory) == 0 ? ExitCode.DONE : ExitCode.SOME_FAILED;
        }
    }

    @Command(
            description = "Tasks for the workers of a queue, on this machine or others, and who ran which.",
            mixinStandardHelpOptions = true)
    int fleet(
            @Option(names = "--tasks", defaultValue = "30", description = "How many; ${DEFAULT-VALUE} by default.")
                    int tasks,
            @Option(
                            names = "--seconds",
                            defaultValue = "0.3",
                            description = "How long each; ${DEFAULT-VALUE} by default.")
                    double seconds,
            @Option(
                            names = "--queue",
                            defaultValue = "default",
                            description = "The queue; ${DEFAULT-VALUE} by default.")
                    String queue,
            @Mixin RedisArgument redis) {
        if (port != null) {
            throw new IllegalArgumentException("--port is that of the embedded Redis, which demo fleet does not use");
        }
        if (tasks < 1) {
            throw new IllegalArgumentException("--tasks must be at least 1, got " + tasks);
        }
        if (!(seconds >= 0 && seconds <= 3600)) {
            throw new IllegalArgumentException("--seconds must be from 0 to 3600, got " + seconds);
        }
        if (!redis.isGiven()) {
            throw new IllegalArgumentException(
                    "no Redis given: name the one that the workers use, with --redis redis://host:6379 or WEIRPOOL_REDIS_URL");
        }
        requireWorkers(redis.options(), queue);
        OwnTasks.allow(Fleet.class.getPackageName());
        try (var pool = Pool.connect(redis.options(), queue)) {
            Fleet.run(pool, tasks, seconds);
        }
        return ExitCode.DONE;
    }

    private static void requireWorkers(RedisOptions redis, String queue) {
        try (var tasks = TaskQueue.connect(redis, queue)) {
            if (tasks.workers() == 0) {
                throw new IllegalArgumentException("no such queue: no worker serves '" + queue + "' on " + redis
                        + "; start one with: weirpool worker --queue " + queue + " --redis " + redis);
            }
        }
    }

    private Pool start(int processes) {
        OwnTasks.allow(Fleet.class.getPackageName());
        var options = PoolOptions.of(processes);
        return Pool.start(port == null ? options : options.withRedis(RedisOptions.embedded(port)));
    }
}
