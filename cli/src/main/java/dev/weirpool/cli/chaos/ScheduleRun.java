package dev.weirpool.cli.chaos;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisRefusedException;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.scheduler.Misfire;
import dev.weirpool.scheduler.Schedule;
import dev.weirpool.scheduler.ScheduleOptions;
import dev.weirpool.scheduler.Scheduler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/**
 * Has schedules fire while the schedulers are killed, and compares what was planned with what the workers received.
 *
 * <p>All takes place on a queue and in a directory of its own. Every process of a run ends with {@link #close}, and with this one
 * however that ends.
 */
public final class ScheduleRun implements AutoCloseable {

    private static final Duration BOOT_LIMIT = Duration.ofSeconds(60);
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(60);
    private static final Duration END_LIMIT = Duration.ofSeconds(15);
    private static final Duration MOST_SKEW = Duration.ofSeconds(30);
    private static final double SHARE_OF_TIME_FOR_SCHEDULERS_ALONE = 0.2;
    private static final int WORKERS = 2;
    private static final ScheduleOptions ALL = ScheduleOptions.DEFAULT.withMisfire(Misfire.all(10_000));
    private static final Pattern CLIENT = Pattern.compile("^id=(\\d+) .* cmd=(?!client)", Pattern.MULTILINE);

    /** What can be done, and how often in a hundred. */
    enum Kind {
        SCHEDULER_KILLED("schedulers killed (-9)", 35),
        SCHEDULER_FROZEN("schedulers frozen for 1 to 3 s", 5),
        SCHEDULE_EDITED("schedules edited", 40),
        CUT("connections killed", 17),
        SERVER_KILLED("Redis killed (-9) and started again", 2),
        SERVER_FROZEN("Redis frozen for 0.3 to 1 s", 1);

        final String words;
        private final int weight;

        Kind(String words, int weight) {
            this.words = words;
            this.weight = weight;
        }
    }

    private final ScheduleChaosOptions options;
    private final Stage stage;
    private final Optional<OwnRedis> ownRedis;
    private final Redis redis;
    private final Audit audit;
    private final Broker broker;
    private final Scheduler editor;
    private final Random random;
    private final int[] revisions;
    private final List<Peer> replicas = new ArrayList<>();
    private final List<ProcessHandle> all = new ArrayList<>();
    private final List<Process> freezers = new ArrayList<>();
    private final Map<Kind, Integer> strikes = new EnumMap<>(Kind.class);
    private final AtomicBoolean closed = new AtomicBoolean();
    private int started;
    private long aloneUntil; // in ms since 1970
    private volatile boolean keepsLedgers;

    private ScheduleRun(ScheduleChaosOptions options) {
        this.options = options;
        this.random = new Random(options.seed());
        this.revisions = new int[options.schedules()];
        try {
            var directory = Files.createTempDirectory("weirpool-chaos");
            this.ownRedis = options.redis().isPresent() ? Optional.empty() : Optional.of(OwnRedis.start(directory));
            var server = ownRedis.map(own -> RedisOptions.of(own.uri().toString()))
                    .or(options::redis)
                    .orElseThrow();
            this.redis = server.open();
            this.stage = new Stage(directory, "chaos-" + UUID.randomUUID(), redis.uri());
            this.broker = new Broker(stage.queue());
            this.audit = new Audit(redis, broker);
            this.editor = Scheduler.connect(RedisOptions.of(redis.uri().toString()), stage.queue());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory for the ledgers", e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "weirpool-chaos-end"));
    }

    /** @throws RedisUnavailableException if Redis does not answer */
    public static ScheduleRun of(ScheduleChaosOptions options) {
        return new ScheduleRun(options);
    }

    /** Where ledgers and logs are; kept if there is anything to look up in them. */
    public String directory() {
        return stage.directory().toString();
    }

    /** Does it all, once. */
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
        var launcher =
                Peer.start(stage, LauncherMain.class, "launcher", stage.queue(), WORKERS, Duration.ofSeconds(15));
        all.add(launcher.handle());
        launcher.awaitReady(BOOT_LIMIT);
        Pace.awaitTrue(BOOT_LIMIT, () -> audit.isIdle(WORKERS));
        for (var number = 0; number < revisions.length; number++) {
            edit(number);
        }
        var first = planned();
        while (replicas.size() < options.replicas()) {
            startReplica();
        }
        replicas.get(0).awaitReady(BOOT_LIMIT);
        var began = System.nanoTime();
        while (System.nanoTime() - began < options.limit().toNanos()) {
            Pace.pause(Duration.ofNanos((long) (options.every().toNanos() * (0.5 + random.nextDouble()))));
            if (System.nanoTime() - began < options.limit().toNanos() * SHARE_OF_TIME_FOR_SCHEDULERS_ALONE) {
                count(Kind.SCHEDULER_KILLED); // to see that nothing is later for it
                aloneUntil = System.currentTimeMillis();
            } else {
                strike();
            }
        }
        for (var freezer : freezers) {
            freezer.waitFor();
        }
        var seconds = (System.nanoTime() - began) / 1e9;
        settle();
        for (var replica : replicas) {
            replica.kill();
            replica.awaitEnd(END_LIMIT);
        }
        var next = planned();
        Pace.awaitTrue(DRAIN_LIMIT, () -> audit.isIdle(WORKERS));
        launcher.handle().children().forEach(all::add);
        launcher.tell(Peer.STOP);
        launcher.awaitEnd(END_LIMIT);
        var leaks = new ArrayList<>(audit.leaksOnceStopped());
        if (!Pace.awaitTrue(END_LIMIT, () -> all.stream().noneMatch(ProcessHandle::isAlive))) {
            leaks.add("processes");
        }
        return new Report(numbers(first, next, seconds), leaks);
    }

    private void edit(int number) {
        var revision = ++revisions[number];
        // the same times, in other words, and another task
        var schedule = revision % 2 == 1 ? Schedule.every(Duration.ofSeconds(1)) : Schedule.cron("* * * * * ?", "UTC");
        editor.schedule(
                name(number),
                Task.of(ChaosTasks::fired, number, revision, stage.directory().toString()),
                schedule,
                ALL);
    }

    private static String name(int number) {
        return "schedule-" + number;
    }

    /** When each schedule fires next, in ms. */
    private List<Long> planned() {
        var next = new Long[revisions.length];
        editor.list()
                .forEach(status -> next[Integer.parseInt(status.name().substring("schedule-".length()))] =
                        status.next().map(Instant::toEpochMilli).orElseThrow());
        return Arrays.asList(next);
    }

    /** Half of them have clocks that are wrong by up to 30 s. */
    private void startReplica() {
        var most = (int) MOST_SKEW.toMillis();
        var skew = Duration.ofMillis(started % 2 == 0 ? 0 : random.nextInt(2 * most + 1) - most);
        var replica = Peer.start(stage, ReplicaMain.class, "scheduler-" + ++started, stage.queue(), skew);
        all.add(replica.handle());
        replicas.add(replica);
    }

    private void strike() throws InterruptedException {
        var draw = random.nextInt(100);
        for (var kind : Kind.values()) {
            draw -= kind.weight;
            if (draw < 0) {
                count(kind);
                return;
            }
        }
    }

    private void count(Kind kind) throws InterruptedException {
        if (strike(kind)) {
            strikes.merge(kind, 1, Integer::sum);
        }
    }

    private boolean strike(Kind kind) throws InterruptedException {
        return switch (kind) {
            case SCHEDULER_KILLED -> killReplica();
            case SCHEDULER_FROZEN -> {
                var ready = ready();
                yield ready.size() > 1
                        && freeze(ready.get(random.nextInt(ready.size())).handle(), 1, 3);
            }
            case SCHEDULE_EDITED -> {
                edit(random.nextInt(revisions.length));
                yield true;
            }
            case CUT -> ownRedis.isPresent() && cut();
            case SERVER_KILLED -> {
                if (ownRedis.isPresent()) {
                    ownRedis.get().killAndRestart(Duration.ofMillis(random.nextInt(1000)));
                }
                yield ownRedis.isPresent();
            }
            case SERVER_FROZEN -> ownRedis.isPresent() && freeze(ownRedis.get().server(), 0.3, 1);
        };
    }

    private List<Peer> ready() {
        return replicas.stream().filter(Peer::isReady).toList();
    }

    /** One is left that is ready: what is planned while nobody runs is late, as it must be. */
    private boolean killReplica() throws InterruptedException {
        var ready = ready();
        if (ready.size() < 2) {
            return false;
        }
        var victim = ready.get(random.nextInt(ready.size()));
        victim.kill();
        victim.awaitEnd(END_LIMIT);
        replicas.remove(victim);
        startReplica();
        return true;
    }

    private boolean freeze(ProcessHandle process, double least, double most) {
        freezers.add(Freezer.freeze(process, least + random.nextDouble() * (most - least)));
        return true;
    }

    private boolean cut() {
        try {
            var list = redis.call(Duration.ZERO, connection -> connection.call("CLIENT", bytes("LIST")));
            var ids = CLIENT.matcher(list instanceof byte[] text ? new String(text, UTF_8) : "")
                    .results()
                    .map(client -> client.group(1))
                    .toList();
            var id = bytes(ids.get(random.nextInt(ids.size())));
            return Long.valueOf(1)
                    .equals(redis.call(
                            Duration.ZERO, connection -> connection.call("CLIENT", bytes("KILL"), bytes("ID"), id)));
        } catch (RedisUnavailableException | RedisRefusedException e) {
            return false;
        }
    }

    /** Waits until everything that was planned up to now has been fired. */
    private void settle() {
        var until = System.currentTimeMillis();
        if (!Pace.awaitTrue(DRAIN_LIMIT, () -> planned().stream().allMatch(next -> next > until))) {
            System.err.println("some schedules have not been fired " + DRAIN_LIMIT + " after the end");
        }
    }

    private Map<String, Object> numbers(List<Long> first, List<Long> next, double seconds) {
        var accounts = ScheduleAccounts.read(stage);
        var numbers = new LinkedHashMap<String, Object>();
        numbers.put("seed", options.seed());
        numbers.put("cores", Runtime.getRuntime().availableProcessors());
        numbers.put("java", Runtime.version().toString());
        numbers.put("seconds", seconds);
        numbers.put("schedules", revisions.length);
        numbers.put("fires", accounts.fires());
        numbers.put("missed", accounts.missed(first, next));
        numbers.put("doubled", accounts.doubled());
        numbers.put("unplanned", accounts.unplanned(first, next));
        numbers.put("kills", strikes.values().stream().mapToInt(count -> count).sum());
        for (var kind : Kind.values()) {
            numbers.put(kind.name().toLowerCase(Locale.ROOT), strikes.getOrDefault(kind, 0));
        }
        addLateness(numbers, "", accounts.lateness(fired -> true));
        var alone = accounts.lateness(fired -> fired.planned() < aloneUntil - 1000);
        numbers.put("alone_fires", alone.size());
        addLateness(numbers, "alone_", alone);
        return numbers;
    }

    private static void addLateness(Map<String, Object> numbers, String prefix, List<Double> millis) {
        if (!millis.isEmpty()) {
            numbers.put(prefix + "late_p50_ms", millis.get((millis.size() - 1) / 2));
            numbers.put(prefix + "late_p99_ms", millis.get((int) Math.ceil(millis.size() * 0.99) - 1));
            numbers.put(prefix + "late_max_ms", millis.get(millis.size() - 1));
        }
    }

    /** Kills every process of the run and deletes its keys; its directory, too, unless something went wrong. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        all.stream().flatMap(ProcessHandle::descendants).forEach(ProcessHandle::destroyForcibly);
        all.forEach(ProcessHandle::destroyForcibly);
        Pace.awaitTrue(END_LIMIT, () -> all.stream().noneMatch(ProcessHandle::isAlive));
        editor.close();
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
