package dev.weirpool.cli.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.redis.Redis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Sends tasks while things are killed, lets what is left come to its end, and counts.
 *
 * <p>All takes place on a queue and in a directory of its own. Every process of a run ends with {@link #close}, and with this one
 * however that ends.
 */
public final class ChaosRun implements AutoCloseable {

    /** Short, so that a launcher's death is seen to be recovered from within a run. */
    static final Duration LEASE = Duration.ofSeconds(5);

    private static final Duration BOOT_LIMIT = Duration.ofSeconds(60);
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(90);
    private static final Duration END_LIMIT = Duration.ofSeconds(15);
    private static final double SHARE_OF_TIME_TO_SEND_IN = 0.9;
    private static final double SHARE_OF_TIME_FOR_WORKERS_ALONE = 0.15;

    private final ChaosOptions options;
    private final Stage stage;
    private final Optional<OwnRedis> ownRedis;
    private final Redis redis;
    private final Broker broker;
    private final Audit audit;
    private final Cast cast;
    private final List<Witness> witnesses = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean keepsLedgers;

    private ChaosRun(ChaosOptions options) {
        this.options = options;
        var directory = temporaryDirectory();
        this.ownRedis = options.redis().isPresent() ? Optional.empty() : Optional.of(OwnRedis.start(directory));
        this.redis = ownRedis.map(own -> RedisOptions.of(own.uri().toString()))
                .or(options::redis)
                .orElseThrow()
                .open();
        this.stage = new Stage(directory, "chaos-" + UUID.randomUUID(), redis.uri());
        this.broker = new Broker(stage.queue());
        this.audit = new Audit(redis, broker);
        this.cast = new Cast(stage, options, ownRedis, Duration.ofNanos((long)
                (options.limit().toNanos() * SHARE_OF_TIME_TO_SEND_IN)));
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "weirpool-chaos-end"));
    }

    /** @throws dev.weirpool.queue.redis.RedisUnavailableException if Redis does not answer */
    public static ChaosRun of(ChaosOptions options) {
        return new ChaosRun(options);
    }

    /** Where ledgers and logs are; kept if there is anything to look up in them. */
    public Path directory() {
        return stage.directory();
    }

    /** Does it all, once; takes as long as the options say and some time to come to the end. */
    public Report run() throws InterruptedException {
        try {
            var report = perform();
            keepsLedgers = !report.isClean();
            return report;
        } catch (RuntimeException e) {
            keepsLedgers = !closed.get();
            throw e;
        }
    }

    private Report perform() throws InterruptedException {
        cast.startLaunchers();
        awaitWorkers();
        cast.startProducers();
        for (var producer : cast.steady()) {
            var id = Long.parseUnsignedLong(producer.awaitReady(BOOT_LIMIT), 16);
            witnesses.add(Witness.start(stage.redis(), broker, id));
        }
        var monkey = new Monkey(stage, cast, redis, new Random(options.seed()));
        var began = System.nanoTime();
        fire(monkey, began);
        var seconds = (System.nanoTime() - began) / 1e9;
        drain();
        var witnessed = new HashMap<TaskId, Integer>();
        witnesses.forEach(witness -> witnessed.putAll(witness.results()));
        witnesses.forEach(Witness::close);
        cast.endProducers(END_LIMIT);
        var accounts = Accounts.read(stage, options.poisonEvery());
        addKept(accounts);
        cast.stopLaunchers(END_LIMIT);
        var leaks = new ArrayList<>(audit.leaksOnceStopped());
        if (!Pace.awaitTrue(END_LIMIT, () -> cast.left().isEmpty())) {
            cast.left().forEach(process -> leaks.add("process " + process.pid()));
        }
        return new Report(numbers(accounts, monkey.strikes(), witnessed, seconds), leaks);
    }

    private void awaitWorkers() {
        var count = options.launchers() * options.processes();
        if (!Pace.awaitTrue(BOOT_LIMIT, () -> audit.isIdle(count))) {
            throw new IllegalStateException(
                    "the workers did not start within " + BOOT_LIMIT + "; see the logs in " + stage.directory());
        }
    }

    private void fire(Monkey monkey, long began) throws InterruptedException {
        var random = new Random(options.seed());
        while (System.nanoTime() - began < options.limit().toNanos() && !cast.isFinished()) {
            Pace.pause(Duration.ofNanos((long) (options.every().toNanos() * (0.5 + random.nextDouble()))));
            cast.replaceThoseThatGaveUp();
            if (System.nanoTime() - began < options.limit().toNanos() * SHARE_OF_TIME_FOR_WORKERS_ALONE) {
                monkey.killWorker(); // to see how soon its launcher has its task begun again
            } else {
                monkey.strike();
            }
        }
        cast.stopSending();
        monkey.rest();
    }

    /** Waits until all tasks have ended and the workers of dead launchers are forgotten. */
    private void drain() {
        Pace.awaitTrue(DRAIN_LIMIT, () -> {
            cast.replaceThoseThatGaveUp();
            return cast.isFinished()
                    && audit.isIdle(options.launchers() * options.processes())
                    && cast.keeps(audit.workers()); // else they are as many, but those of a dead launcher among them
        });
        Pace.awaitTrue(Duration.ofSeconds(5), this::witnessesHaveSeenAll);
    }

    private boolean witnessesHaveSeenAll() {
        var witnessed = new HashMap<TaskId, Integer>();
        witnesses.forEach(witness -> witnessed.putAll(witness.results()));
        return Accounts.read(stage, options.poisonEvery()).unwitnessed(witnessed) == 0;
    }

    private void addKept(Accounts accounts) {
        try (var queue = TaskQueue.connect(RedisOptions.of(stage.redis().toString()), stage.queue())) {
            accounts.submittedByExpendable()
                    .forEach((number, id) -> queue.result(id).ifPresent(outcome -> accounts.addKept(number, outcome)));
        }
    }

    private Map<String, Object> numbers(
            Accounts accounts, List<Strike> strikes, Map<TaskId, Integer> witnessed, double seconds) {
        var numbers = new LinkedHashMap<String, Object>();
        numbers.put("seed", options.seed());
        numbers.put("redis_version", redisVersion());
        numbers.put("cores", Runtime.getRuntime().availableProcessors());
        numbers.put("java", Runtime.version().toString());
        numbers.put("seconds", seconds);
        numbers.put("submitted", accounts.submitted());
        numbers.put("completed", accounts.completed());
        numbers.put("poison_given_up", accounts.givenUp());
        numbers.put("lost", accounts.lost());
        numbers.put("completed_twice", accounts.completedTwice(witnessed));
        numbers.put("wrong", accounts.wrong());
        numbers.put("executed_twice", accounts.executedTwice());
        numbers.put("further_executions", accounts.furtherExecutions());
        numbers.put("poison_most_executions", accounts.mostExecutionsOfPoison());
        numbers.put("stale_fences", accounts.staleFences());
        numbers.put("unwitnessed", accounts.unwitnessed(witnessed));
        numbers.put("launchers_gave_up", cast.gaveUp());
        numbers.put("kills", strikes.size());
        for (var kind : Strike.Kind.values()) {
            numbers.put(kind.name().toLowerCase(Locale.ROOT), of(strikes, kind).size());
        }
        var workers = of(strikes, Strike.Kind.WORKER_KILLED);
        var disturbed = workers.stream().collect(Collectors.partitioningBy(strike -> strike.isDisturbedBy(strikes)));
        addRecoveries(numbers, "undisturbed", accounts, disturbed.getOrDefault(false, List.of()));
        addRecoveries(numbers, "disturbed", accounts, disturbed.getOrDefault(true, List.of()));
        addRecoveries(numbers, "launcher", accounts, of(strikes, Strike.Kind.LAUNCHER_KILLED));
        numbers.put("tasks_per_second", accounts.tasksPerSecond());
        return numbers;
    }

    private static List<Strike> of(List<Strike> strikes, Strike.Kind kind) {
        return strikes.stream().filter(strike -> strike.kind() == kind).toList();
    }

    private static void addRecoveries(
            Map<String, Object> numbers, String name, Accounts accounts, List<Strike> strikes) {
        var millis = accounts.recoveries(strikes.stream());
        numbers.put(name + "_recoveries", millis.size());
        if (!millis.isEmpty()) {
            numbers.put(name + "_recovery_p50_ms", millis.get((millis.size() - 1) / 2));
            numbers.put(name + "_recovery_p99_ms", millis.get((int) Math.ceil(millis.size() * 0.99) - 1));
        }
    }

    private String redisVersion() {
        var info = redis.call(connection -> connection.call("INFO"));
        var version = Pattern.compile("redis_version:(\\S+)")
                .matcher(info instanceof byte[] text ? new String(text, UTF_8) : "");
        return version.find() ? version.group(1) : "of unknown version";
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("weirpool-chaos");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory for the ledgers", e);
        }
    }

    /** Kills every process of the run and deletes its keys; its directory, too, unless something went wrong. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        cast.close();
        witnesses.forEach(Witness::close);
        if (ownRedis.isPresent()) {
            ownRedis.get().close();
        } else {
            audit.clear();
        }
        redis.close();
        if (!keepsLedgers) {
            stage.delete();
        }
    }
}
