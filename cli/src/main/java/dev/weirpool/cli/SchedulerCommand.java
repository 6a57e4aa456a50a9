package dev.weirpool.cli;

import dev.weirpool.metrics.Health;
import dev.weirpool.metrics.ScheduleMeters;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.scheduler.ScheduleFile;
import dev.weirpool.scheduler.ScheduledTask;
import dev.weirpool.scheduler.Scheduler;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sun.misc.Signal;

/** {@code weirpool scheduler}: puts tasks on queues at planned times until it is told to stop. */
@Command(
        name = "scheduler",
        description = {
            "Puts tasks on queues at planned times. Run as many as you like side by side: each time is fired once.",
            "Schedules that are gone from the file are removed; those made by programs stay. HUP reads the file again; TERM or INT"
                    + " ends."
        },
        mixinStandardHelpOptions = true)
final class SchedulerCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(SchedulerCommand.class);
    private static final String END = "TERM";
    private static final String AGAIN = "HUP";

    @Option(names = "--schedules", paramLabel = "FILE", description = "The schedules, in YAML; see docs/schedules.md.")
    private @Nullable Path file;

    @Option(
            names = "--queue",
            paramLabel = "Q",
            description = "A queue whose schedules to fire besides those of the file; may be repeated.")
    private List<String> queues = List.of();

    @Option(names = "--check", description = "Only read the file, and show when each schedule fires next.")
    private boolean check;

    @Option(
            names = "--classpath",
            paramLabel = "CP",
            description =
                    "Where the tasks' classes are, as for java -cp; with it, a task that does not exist is refused.")
    private @Nullable String classPath;

    @Mixin
    private RedisArgument redis;

    @Mixin
    private HttpArgument http;

    private final ScheduleMeters meters = new ScheduleMeters();
    private final BlockingQueue<String> signals = new LinkedBlockingQueue<>();

    SchedulerCommand() {
        redis = new RedisArgument();
        http = new HttpArgument();
    }

    @Override
    public Integer call() throws InterruptedException {
        if (file == null && (check || queues.isEmpty())) {
            throw new IllegalArgumentException("no schedules given: name a file with --schedules schedules.yml"
                    + (check ? "" : ", or a queue whose schedules to fire with --queue default"));
        }
        var schedules = read();
        if (check) {
            show(schedules);
            return ExitCode.DONE;
        }
        if (!redis.isGiven()) {
            throw new IllegalArgumentException(
                    "no Redis given: name one with --redis redis://host:6379 or WEIRPOOL_REDIS_URL");
        }
        Signal.handle(new Signal("TERM"), signal -> signals.add(END));
        Signal.handle(new Signal("INT"), signal -> signals.add(END));
        Signal.handle(new Signal("HUP"), signal -> signals.add(AGAIN));
        var schedulers = new LinkedHashMap<String, Scheduler>();
        try (var monitoring = Monitoring.bind(http.address())) {
            apply(schedules, schedulers);
            monitoring.serve(redis.options(), () -> served(schedulers), Health::of, meters);
            serve(schedulers);
        } finally {
            schedulers.values().forEach(Scheduler::close);
        }
        log.info("the scheduler has ended; what is scheduled stays in Redis");
        return ExitCode.DONE;
    }

    private void serve(Map<String, Scheduler> schedulers) throws InterruptedException {
        try (var health = HealthFile.start(() -> lastHeardOfRedis(schedulers))) {
            for (var signal = signals.take(); signal.equals(AGAIN); signal = signals.take()) {
                try {
                    apply(read(), schedulers);
                } catch (IllegalArgumentException | UncheckedIOException | RedisUnavailableException e) {
                    log.error("{}; the schedules stay as they were", e.getMessage());
                }
            }
        }
    }

    /** HUP may add some. */
    private static List<String> served(Map<String, Scheduler> schedulers) {
        synchronized (schedulers) {
            return List.copyOf(schedulers.keySet());
        }
    }

    private static Instant lastHeardOfRedis(Map<String, Scheduler> schedulers) {
        synchronized (schedulers) {
            return schedulers.values().stream()
                    .map(Scheduler::lastHeardOfRedis)
                    .min(Instant::compareTo)
                    .orElse(Instant.EPOCH);
        }
    }

    private Map<String, List<ScheduledTask>> read() {
        if (file == null) {
            return Map.of();
        }
        var schedules = classPath == null ? ScheduleFile.read(file) : ScheduleFile.read(file, loader(classPath));
        return schedules.queues();
    }

    /** Puts what the file says into Redis, and starts a scheduler for each queue that has none yet. */
    private void apply(Map<String, List<ScheduledTask>> schedules, Map<String, Scheduler> schedulers) {
        var all = new LinkedHashSet<>(queues);
        all.addAll(schedules.keySet());
        all.addAll(schedulers.keySet());
        if (all.isEmpty()) {
            all.add("default"); // for what programs schedule, and for the file's next edit
        }
        for (var queue : all) {
            synchronized (schedulers) {
                schedulers.computeIfAbsent(queue, this::start);
            }
            var tasks = schedules.getOrDefault(queue, List.of());
            if (file != null) {
                schedulers.get(queue).apply(String.valueOf(file.getFileName()), tasks);
            }
            log.info(
                    "firing the schedules of queue {} on {}, {} of them from {}",
                    queue,
                    redis.options(),
                    tasks.size(),
                    file);
        }
    }

    private Scheduler start(String queue) {
        var scheduler = Scheduler.start(redis.options(), queue);
        scheduler.tellLateness(meters::fired);
        return scheduler;
    }

    private static void show(Map<String, List<ScheduledTask>> schedules) {
        var now = Instant.now();
        schedules.forEach((queue, tasks) -> tasks.forEach(task -> System.out.printf(
                "%s on queue %s: %s; next %s%n",
                task.name(),
                queue,
                task.schedule().description(),
                task.schedule().next(now).map(Instant::toString).orElse("never: all its times are over"))));
    }

    private static ClassLoader loader(String classPath) {
        var urls = Stream.of(classPath.split(File.pathSeparator, -1))
                .flatMap(SchedulerCommand::expanded)
                .toArray(URL[]::new);
        return new URLClassLoader(urls, SchedulerCommand.class.getClassLoader());
    }

    /** As {@code java -cp} does: {@code lib/*} is every jar of a directory. */
    private static Stream<URL> expanded(String entry) {
        if (!entry.endsWith("*")) {
            return Stream.of(url(Path.of(entry)));
        }
        var directory = Objects.requireNonNullElse(Path.of(entry).getParent(), Path.of("."));
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().matches("(?i).*\\.jar")).toList().stream()
                    .map(SchedulerCommand::url);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the class path " + entry + ": " + e.getMessage(), e);
        }
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("not a class path: " + path, e);
        }
    }
}
