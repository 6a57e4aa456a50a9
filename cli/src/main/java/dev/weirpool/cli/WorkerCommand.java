package dev.weirpool.cli;

import dev.weirpool.examples.Fleet;
import dev.weirpool.metrics.Health;
import dev.weirpool.metrics.LauncherMeters;
import dev.weirpool.pool.Pool;
import dev.weirpool.queue.codec.AllowList;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import dev.weirpool.worker.WorkerOptions;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import sun.misc.Signal;

/** {@code weirpool worker}: keeps worker processes on a queue until it is told to stop. */
@Command(
        name = "worker",
        description =
                "Keeps worker processes on a queue. TERM lets running tasks end; a second TERM, or INT, stops them now."
                        + " HUP restarts them one after the other; TTIN and TTOU make them one more and one less.",
        subcommands = {Workers.Ls.class, Workers.Dump.class, Workers.Drain.class},
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  weirpool worker --processes 4 --classpath 'app/*' --redis redis://build-1",
            "  weirpool worker ls                 # those of all machines",
            "  weirpool worker dump build-3:4711  # what a worker is doing, even if it hangs"
        })
final class WorkerCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(WorkerCommand.class);
    private static final Duration NO_LIMIT = Duration.ofDays(36_500);

    @Option(names = "--processes", paramLabel = "N", description = "How many; one for each core by default.")
    private @Nullable Integer processes;

    @Option(
            names = "--queue",
            paramLabel = "Q",
            defaultValue = "default",
            description = "Whose tasks to run; ${DEFAULT-VALUE} by default.")
    private String queue = "default";

    @Option(
            names = "--classpath",
            paramLabel = "CP",
            defaultValue = "",
            description =
                    "Where the workers find the tasks' classes, as for java -cp: 'app/*' is every jar of a directory.")
    private String classPath = "";

    @Option(
            names = "--allow",
            paramLabel = "WHAT",
            split = ",",
            description =
                    "Of which packages, classes or jars tasks and their arguments may be, and no others, such as com.acme.; what is in"
                            + " directories and in the jars of --classpath by default.")
    private List<String> allow = List.of();

    @Option(
            names = "--jvm-flag",
            paramLabel = "FLAG",
            description = "A flag for the workers' JVMs, such as -Xmx2g; may be repeated.")
    private List<String> jvmFlags = List.of();

    @Option(
            names = "--max-tasks-per-worker",
            paramLabel = "N",
            defaultValue = "0",
            description = "Replace a worker after so many tasks.")
    private int maxTasksPerWorker;

    @Option(
            names = "--max-memory-per-worker",
            paramLabel = "BYTES",
            defaultValue = "0",
            converter = ByteCount.class,
            description = "Replace a worker that occupies more, such as 512m or 2g; Linux only.")
    private long maxMemoryPerWorker;

    @Option(
            names = "--max-age-per-worker",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "Replace a worker that is older.")
    private int maxAgePerWorker;

    @Option(
            names = "--grace",
            paramLabel = "SECONDS",
            defaultValue = "25",
            description = "How long running tasks may take to end after TERM; ${DEFAULT-VALUE} by default.")
    private int grace;

    @Mixin
    private RedisArgument redis;

    @Mixin
    private HttpArgument http;

    @ParentCommand
    private Main main = new Main();

    WorkerCommand() {
        redis = new RedisArgument();
        http = new HttpArgument();
    }

    @Override
    public Integer call() throws InterruptedException {
        var server = redis.required();
        var count = processes != null ? processes : Runtime.getRuntime().availableProcessors();
        var options = LauncherOptions.of(count, server, queue)
                .withOutput(main.logFormat().output())
                .withWorkers(WorkerOptions.DEFAULT
                        .withClassPath(withExamples(classPath))
                        .withAllow(allow.isEmpty() ? allowedWithExamples(classPath) : allow)
                        .withJvmFlags(jvmFlags)
                        .withMaxTasks(maxTasksPerWorker)
                        .withMaxMemory(maxMemoryPerWorker)
                        .withMaxAge(Duration.ofSeconds(maxAgePerWorker)));
        try (var monitoring = Monitoring.bind(http.address());
                var launcher = Launcher.start(options)) {
            log.info("{} worker processes serve queue {} on {}", count, queue, server);
            obeySignals(launcher);
            monitoring.serve(
                    server,
                    () -> List.of(queue),
                    queues -> Health.of(queues, launcher),
                    new LauncherMeters(launcher::census));
            try (var health = HealthFile.start(launcher::lastHeardOfRedis)) {
                launcher.await(NO_LIMIT);
            }
        }
        log.info("all workers have ended");
        return ExitCode.DONE;
    }

    private void obeySignals(Launcher launcher) {
        var draining = new AtomicBoolean();
        Signal.handle(new Signal("TERM"), signal -> {
            if (draining.compareAndSet(false, true)) {
                log.info("TERM: running tasks have {} s to end; a second TERM stops them now", grace);
                launcher.stop(Duration.ofSeconds(grace));
            } else {
                log.info("TERM again: stopping now");
                launcher.kill();
            }
        });
        Signal.handle(new Signal("INT"), signal -> {
            log.info("INT: stopping now");
            launcher.kill();
        });
        Signal.handle(new Signal("HUP"), signal -> {
            log.info("HUP: restarting the workers one after the other");
            launcher.restart();
        });
        Signal.handle(new Signal("TTIN"), signal -> resize(launcher, "TTIN", 1));
        Signal.handle(new Signal("TTOU"), signal -> resize(launcher, "TTOU", -1));
    }

    /** Signals are handled one at a time, but on threads of their own. */
    private synchronized void resize(Launcher launcher, String signal, int change) {
        var count = Math.max(1, launcher.census().wanted() + change);
        log.info("{}: {} worker processes from now on", signal, count);
        launcher.resize(count);
    }

    /** The demo's tasks can be run by every worker. */
    private static String withExamples(String classPath) {
        String examples = jarOf(Fleet.class) + File.pathSeparator + jarOf(Pool.class);
        return classPath.isEmpty() ? examples : classPath + File.pathSeparator + examples;
    }

    private static List<String> allowedWithExamples(String classPath) {
        var all = new ArrayList<>(AllowList.entriesFor(classPath));
        all.add(jarOf(Fleet.class).toString());
        return all;
    }

    private static Path jarOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
