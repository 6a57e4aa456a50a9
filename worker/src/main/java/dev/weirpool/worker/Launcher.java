package dev.weirpool.worker;

import dev.weirpool.queue.Progress;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.codec.AllowList;
import dev.weirpool.queue.inspect.LauncherState;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.HeartbeatReply;
import dev.weirpool.queue.protocol.Orders;
import dev.weirpool.queue.protocol.Partitions;
import dev.weirpool.queue.protocol.Tally;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisRefusedException;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a number of worker processes on one queue.
 *
 * <p>A worker that dies is replaced at once, and what it held is given back to the queue. Workers that die before they are ready
 * are replaced more and more slowly, from 1 s to 30 s; if none was ever ready the launcher gives up after {@value #BIRTHS} of
 * them. No worker outlives its launcher by more than a second, even if that is killed.
 *
 * <p>One thread owns the processes; exits, commands and {@link #stop} are posted to it.
 */
public final class Launcher implements AutoCloseable {

    private static final int BIRTHS = 5;
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final int LOOKS_PER_MEMORY_SAMPLE = 5;

    private static final int CRASHED = 134; // SIGABRT, with which a JVM ends that has crashed
    private static final Duration SECOND_WAVE = Duration.ofMillis(50);
    private static final Duration THREADS_TAKEN_DOWN = Duration.ofMillis(300);
    private static final Duration NO_LIMIT = Duration.ofDays(36_500);
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    private static final Duration LAST_BACKOFF = Duration.ofSeconds(30);

    private final LauncherOptions options;
    private final Redis redis;
    private final Partitions partitions;
    private final WorkerCommand command;
    private final StartupArchive archive;
    private final BoardDirectory boards;
    private final List<String> allow;
    private final TaskCodec codec;
    private final Optional<Envelope> initializer;
    private final String name = Host.name() + "." + ProcessHandle.current().pid() + "." + randomName();
    private final Instant startedAt = Instant.now();
    private final Upkeep upkeep;
    private final Bookkeeper bookkeeper;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final ScheduledThreadPoolExecutor inbox = new ScheduledThreadPoolExecutor(1, this::ownThread);

    // owned by the inbox's thread
    private final Map<String, Child> children = new LinkedHashMap<>();
    private int wanted;
    private int started;
    private boolean working;
    private int failedBirths;
    private volatile Optional<WorkersCannotStartException> gaveUp = Optional.empty();
    private volatile boolean anyWasReady;
    private boolean stopping;
    private @Nullable Announcer announcer; // there from when a task first speaks of its progress
    private volatile boolean killed;
    private long looks;
    private final Deque<Child> restarting = new ArrayDeque<>();
    private final Map<String, Long> deaths = new TreeMap<>();
    private final Ledger ledger = new Ledger();
    private long restarts;
    private final ThreadDumps threadDumps = new ThreadDumps();
    private final Map<String, String> answers = new LinkedHashMap<>();

    private Launcher(LauncherOptions options, Consumer<Redis> before) {
        this.options = options;
        this.wanted = options.processes();
        new Broker(options.queue()); // checks the name before anything is started for it
        this.command = new WorkerCommand(options);
        this.archive = new StartupArchive();
        this.boards = BoardDirectory.open();
        inbox.setRemoveOnCancelPolicy(true);
        inbox.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        // they boot while Redis is being opened, which they do not need for that
        inbox.execute(this::spawnFirst);
        try {
            this.redis = options.redis().open();
            before.accept(redis);
            this.partitions = redis.call(connection -> Partitions.of(connection, options.queue()));
            this.allow = options.workers().allow().isEmpty()
                    ? AllowList.entriesFor(options.workers().classPath())
                    : options.workers().allow();
            this.codec = new TaskCodec(
                    () -> redis,
                    "launcher " + ProcessHandle.current().pid() + " on " + Host.name(),
                    AllowList.of(allow));
            this.initializer =
                    Optional.ofNullable(options.workers().initializer()).map(this::sealed);
        } catch (RuntimeException e) {
            abandon();
            throw e;
        }
        this.upkeep = new Upkeep(redis, partitions, codec, options.lease(), new OwnHeart());
        this.bookkeeper = new Bookkeeper(redis, options.queue(), this::news);
    }

    /**
     * Starts the workers and returns while they boot.
     *
     * @throws IllegalArgumentException if the queue's name is none, or the initializer cannot travel
     * @throws dev.weirpool.queue.signing.MissingSecretException if there is no secret to verify tasks with
     * @throws dev.weirpool.queue.redis.RedisUnavailableException if Redis does not answer; that is tried once, for 4 s at most
     */
    public static Launcher start(LauncherOptions options) {
        return start(options, redis -> {});
    }

    /** The same; {@code before} is done when Redis has been opened, before anything of this launcher is written there. */
    public static Launcher start(LauncherOptions options, Consumer<Redis> before) {
        options.redis().keyring().require();
        var launcher = new Launcher(options, before);
        launcher.upkeep.start();
        launcher.bookkeeper.start();
        launcher.inbox.execute(launcher::work);
        launcher.inbox.schedule(launcher::spawnRest, SECOND_WAVE.toMillis(), TimeUnit.MILLISECONDS);
        launcher.inbox.scheduleWithFixedDelay(
                launcher::lookAfterAll, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
        return launcher;
    }

    /** Asks the workers to finish the task they run and to end; those that have not after {@code grace} are killed. Returns at once. */
    public void stop(Duration grace) {
        post(() -> {
            stopping = true;
            inbox.schedule(this::killAll, grace.toMillis(), TimeUnit.MILLISECONDS);
            children.values().forEach(this::dismiss);
            finishIfEmpty();
        });
    }

    /** Kills the workers now; what they ran is given back to the queue. Returns at once. */
    public void kill() {
        post(() -> {
            stopping = true;
            killed = true;
            killAll();
            finishIfEmpty();
        });
    }

    /**
     * Waits until the last worker has ended and what it held is given back; true if that was within {@code limit}.
     *
     * @throws WorkersCannotStartException if the launcher gave up because no worker ever became ready
     * @throws InterruptedException if interrupted while waiting; the launcher goes on
     */
    public boolean await(Duration limit) throws InterruptedException {
        try {
            stopped.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WorkersCannotStartException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Completes when the last worker has ended; exceptionally, with a {@link WorkersCannotStartException}, if the launcher gave up. */
    public CompletableFuture<Void> stopped() {
        return stopped.copy();
    }

    /**
     * Replaces the workers by fresh ones, one after the other, each when it has ended its task and the one before has been replaced.
     * Returns at once.
     */
    public void restart() {
        post(() -> {
            restarting.clear();
            restarting.addAll(children.values());
        });
    }

    /**
     * Keeps another number of workers from now on. Those that are too many end after their tasks, idle ones first; the share of memory
     * of each stays as it is. Returns at once.
     *
     * @throws IllegalArgumentException if that is less than 1
     */
    public void resize(int processes) {
        if (processes < 1) {
            throw new IllegalArgumentException("processes must be at least 1, got " + processes);
        }
        post(() -> {
            wanted = processes;
            adjust();
        });
    }

    /** How its workers are, and what it has counted; does not ask Redis. */
    public Census census() {
        var answer = ask(() -> List.of(count()));
        return answer.isEmpty() ? new Census(options.queue(), 0, 0, 0, 0, Map.of(), Tally.NOTHING) : answer.get(0);
    }

    /** Whether it looks after its workers: does not ask Redis, and takes 2 s at most. */
    public boolean isResponsive() {
        return stopped.isDone() || !ask(() -> List.of(true)).isEmpty();
    }

    /** The pids of the workers that run now; does not ask Redis. */
    public List<Long> pids() {
        return ask(() -> children.values().stream().map(Child::pid).toList());
    }

    /** When Redis last answered this launcher, by this machine's clock; it asks ten times a second. */
    public Instant lastHeardOfRedis() {
        return upkeep.lastTick();
    }

    /**
     * Kills the workers and waits until they have ended and what they held is given back; if Redis does not answer, for 13 s at most. An
     * interrupt ends the wait, and is kept.
     */
    @Override
    public void close() {
        kill();
        try {
            stopped.handle((nothing, failure) -> null).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    // the rest runs on the inbox's thread, unless it says otherwise

    /** One for each processor: more at a time would only make each boot slower, and the first result come later. */
    private int firstWave() {
        return Math.min(options.processes(), Runtime.getRuntime().availableProcessors());
    }

    private void spawnFirst() {
        for (var i = 0; i < firstWave(); i++) {
            spawn();
        }
    }

    private void adjust() {
        for (var missing = wanted - present(); missing > 0; missing--) {
            spawn();
        }
        children.values().stream()
                .filter(child -> !child.isSurplus())
                .sorted(Comparator.comparing(Child::isBusy))
                .limit(Math.max(0, present() - wanted))
                .forEach(Child::retireForGood);
    }

    private long present() {
        return children.values().stream().filter(child -> !child.isSurplus()).count();
    }

    private void spawnRest() {
        for (var i = firstWave(); i < options.processes(); i++) {
            spawn();
        }
    }

    private void work() {
        working = true;
        children.values().forEach(this::employ);
    }

    private void spawn() {
        if (stopping || present() >= wanted) {
            return;
        }
        var worker = name + "." + ++started;
        try {
            var child = Child.start(command.build(archive.find()), worker, boards.create(worker), options.output());
            children.put(worker, child);
            if (working) {
                employ(child);
            }
        } catch (IOException | RuntimeException e) {
            log().error("cannot start a worker: {}; trying again", e.getMessage(), e);
            bornDead(List.of(String.valueOf(e.getMessage())));
            finishIfEmpty();
        }
    }

    private void employ(Child child) {
        log().debug("worker {} started, pid {}", child.worker(), child.pid());
        child.tell(settings(child));
        child.process().onExit().thenAccept(exited -> post(() -> exited(child)));
    }

    /** One that runs an initializer is not interrupted in it. */
    private void dismiss(Child child) {
        if (options.workers().initializer() == null) {
            child.dismiss();
        } else {
            child.stop();
        }
    }

    /** On the caller's thread: nothing came of it, so nothing remains. */
    private void abandon() {
        inbox.execute(() -> {
            stopping = true;
            killAll();
            children.values().forEach(Child::bury);
            deleteBoards();
        });
        inbox.shutdown();
        try {
            inbox.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void exited(Child child) {
        children.remove(child.worker());
        var death = child.death();
        upkeep.recover(death);
        ledger.close(child);
        deaths.merge(child.reason(), 1L, Long::sum);
        child.bury();
        var code = child.process().exitValue();
        if (child.isReady()) {
            anyWasReady = true;
            failedBirths = 0;
            if (!stopping) {
                if (code != WorkerExit.DONE.code) {
                    restarts++;
                    log().warn("worker {}, pid {}, {}; starting another", child.worker(), child.pid(), death.how());
                }
                spawn();
            }
        } else if (!stopping) {
            log().warn("worker {}, pid {}, {} before it was ready", child.worker(), child.pid(), death.how());
            if (code == CRASHED) {
                archive.distrust();
            }
            bornDead(child.lastWords());
        }
        finishIfEmpty();
    }

    private void bornDead(List<String> lastWords) {
        failedBirths++;
        restarts++;
        if (!anyWasReady && failedBirths >= BIRTHS && !anyReady()) {
            giveUp(lastWords);
            return;
        }
        var doublings = Math.min(10, failedBirths / options.processes());
        var backoff = Math.min(LAST_BACKOFF.toMillis(), FIRST_BACKOFF.toMillis() << doublings);
        inbox.schedule(this::spawn, backoff, TimeUnit.MILLISECONDS);
    }

    private boolean anyReady() {
        return children.values().stream().anyMatch(Child::isReady);
    }

    private void giveUp(List<String> lastWords) {
        stopping = true;
        killAll();
        gaveUp = Optional.of(new WorkersCannotStartException(failedBirths, lastWords));
        finishIfEmpty();
    }

    private void killAll() {
        children.values().forEach(child -> child.kill("killed", "was killed with its launcher's other workers"));
    }

    /** Enforces the limits of tasks and of workers. */
    private void lookAfterAll() {
        try {
            look();
        } catch (RuntimeException e) { // would end the schedule
            log().error("a fault of the launcher: {}", e.getMessage(), e);
        }
    }

    private void look() {
        looks++;
        if (anyReady()) {
            archive.makeIfMissing(redis);
        }
        for (var child : children.values()) {
            child.look();
            child.progressToTell().ifPresent(said -> announce(child, said));
            enforceTimeLimit(child);
            if (looks % LOOKS_PER_MEMORY_SAMPLE == 0) {
                enforceMemoryLimit(child);
            }
            if (options.workers().maxAge().compareTo(Duration.ZERO) > 0
                    && child.age().compareTo(options.workers().maxAge()) > 0) {
                child.retire("recycled_age", "has reached its age");
            }
        }
        restartNext();
        threadDumps.answer(children::get, this::answer);
    }

    private void announce(Child child, Progress progress) {
        if (announcer == null) {
            announcer = new Announcer(redis, new Broker(options.queue()));
            announcer.start();
        }
        var announcing = announcer;
        child.sighting().map(Child.Sighting::taskId).ifPresent(task -> announcing.announce(task, progress));
    }

    /** One at a time: the next when all are there and ready. */
    private void restartNext() {
        restarting.removeIf(child -> !children.containsValue(child) || child.isRetired());
        if (stopping || restarting.isEmpty() || present() < wanted) {
            return;
        }
        if (children.values().stream().allMatch(child -> child.isReady() && !child.isRetired() || child.isSurplus())) {
            restarting.remove().retire("renewed", "is to be restarted");
        }
    }

    private Census count() {
        var ready = 0;
        var busy = 0;
        for (var child : children.values()) {
            ready += child.isReady() ? 1 : 0;
            busy += child.isBusy() ? 1 : 0;
        }
        return new Census(
                options.queue(), stopping ? 0 : wanted, ready, busy, started, deaths, ledger.sum(children.values()));
    }

    private static void enforceTimeLimit(Child child) {
        var limit = child.sighting().map(seen -> seen.task().limitMillis()).orElse(0L);
        if (limit > 0
                && System.nanoTime() - child.sighting().orElseThrow().sinceNanos()
                        > Duration.ofMillis(limit).plus(THREADS_TAKEN_DOWN).toNanos()) {
            child.killForTimeLimit(limit);
        }
    }

    private void answer(String number, String text) {
        answers.put(number, text);
        upkeep.report();
    }

    private void enforceMemoryLimit(Child child) {
        var occupied = child.memory().sample();
        var limit = options.workers().maxMemory();
        if (limit > 0 && occupied > limit + limit / 2) {
            child.kill(
                    "memory_limit",
                    "was killed because it occupied " + occupied + " bytes, half as much again as its limit of "
                            + limit);
        } else if (limit > 0 && occupied > limit) {
            child.retire("recycled_memory", "occupies " + occupied + " bytes, more than its limit of " + limit);
        }
    }

    private void finishIfEmpty() {
        if (stopping && children.isEmpty() && !inbox.isShutdown()) {
            inbox.shutdown();
            var closer = new Thread(this::finish, "weirpool-launcher-end");
            closer.start();
        }
    }

    /** On a thread of its own, because it waits for Redis: gives back what is left, then ends all. */
    private void finish() {
        upkeep.close();
        bookkeeper.close();
        if (announcer != null) {
            announcer.close();
        }
        if (anyWasReady && !killed) {
            archive.makeIfMissing(redis);
            archive.awaitMade();
        }
        archive.close();
        try {
            upkeep.finish();
            redis.call(Duration.ZERO, connection -> {
                bookkeeper.book(connection, ledger.news(children.values()));
                return true;
            });
        } catch (RedisUnavailableException | RedisRefusedException e) {
            log().warn("{}; what the last workers held is given back when their leases run out", e.getMessage());
        } finally {
            deleteBoards();
            retractReport();
            redis.close();
            end();
        }
    }

    /** Only now: whoever waits for it may delete the queue, and nothing of ours must come after that. */
    private void end() {
        if (gaveUp.isPresent()) {
            stopped.completeExceptionally(gaveUp.get());
        } else {
            stopped.complete(null);
        }
    }

    private void deleteBoards() {
        try {
            boards.close();
        } catch (IOException e) {
            log().debug("{} is left behind", boards, e);
        }
    }

    /** Tried once, because it lapses by itself. */
    private void retractReport() {
        try {
            redis.call(Duration.ZERO, connection -> {
                new Orders(options.queue()).retract(connection, name);
                return true;
            });
        } catch (RedisUnavailableException | RedisRefusedException e) {
            log().debug("{}; what this launcher has said of itself lapses", e.getMessage());
        }
    }

    private WorkerSettings settings(Child child) {
        return new WorkerSettings(
                child.worker(),
                redis.uri(),
                redis.keyring(),
                partitions.names(),
                redis.timeout(),
                options.lease(),
                options.workers().maxTasks(),
                child.board().file(),
                allow,
                initializer);
    }

    private LauncherState state() {
        return new LauncherState(
                name,
                Host.name(),
                ProcessHandle.current().pid(),
                Optional.ofNullable(Launcher.class.getPackage().getImplementationVersion())
                        .orElse(""),
                Runtime.version().toString(),
                Instant.now(),
                startedAt,
                wanted,
                Memory.limit(),
                restarts,
                stopping,
                children.values().stream().map(Child::state).toList());
    }

    /** On the bookkeeper's thread. */
    private Tally news() {
        var news = ask(() -> List.of(ledger.news(children.values())));
        return news.isEmpty() ? Tally.NOTHING : news.get(0);
    }

    private void obey(String number, String order) {
        if (answers.containsKey(number) || threadDumps.isWanted(number)) {
            return; // heard before
        }
        log().info("an operator has ordered: {}", order);
        var words = order.split(" ", 2);
        switch (words[0]) {
            case "drain" -> {
                stop(NO_LIMIT);
                answer(number, "");
            }
            case "threads" -> {
                var worker = words.length == 2 ? words[1] : "";
                threadDumps.want(number, worker, children.get(worker));
            }
            default -> answer(number, "this launcher, of an earlier version, does not know the order " + words[0]);
        }
    }

    /** Called on the heartbeat's thread. */
    private final class OwnHeart implements Heart {

        @Override
        public Optional<LauncherState> state() {
            return ask(() -> List.of(Launcher.this.state())).stream().findFirst();
        }

        @Override
        public void found(HeartbeatReply reply) {
            post(() -> heed(reply));
        }

        @Override
        public void ordered(String number, String order) {
            post(() -> obey(number, order));
        }

        @Override
        public Map<String, String> answers() {
            return ask(() -> {
                        var given = List.of(Map.copyOf(answers));
                        answers.clear();
                        return given;
                    })
                    .stream()
                    .findFirst()
                    .orElse(Map.of());
        }
    }

    private void heed(HeartbeatReply reply) {
        for (var lost : reply.lost()) {
            var child = children.get(lost);
            if (child != null
                    && !child.isLeaving()) { // such a one has just signed off, or will find out when it settles
                log().warn(
                                "worker {} was taken for dead and is fenced off; killing pid {} and starting another",
                                lost,
                                child.pid());
                child.kill("fenced", "was killed because it had been fenced off");
            }
        }
        reply.condemned().forEach((worker, task) -> {
            var child = children.get(worker);
            if (child != null) {
                child.cancel(task);
            }
        });
    }

    private <T> List<T> ask(Supplier<List<T>> question) {
        var answer = new CompletableFuture<List<T>>();
        if (!post(() -> answer.complete(question.get()))) {
            return List.of();
        }
        return answer.completeOnTimeout(List.of(), 2, TimeUnit.SECONDS).join();
    }

    /** Any thread: has it done on the inbox's thread; false if that has ended. */
    private boolean post(Runnable message) {
        try {
            inbox.execute(() -> {
                try {
                    message.run();
                } catch (RuntimeException e) {
                    log().error("a fault of the launcher: {}", e.getMessage(), e);
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private Thread ownThread(Runnable body) {
        var thread = new Thread(body, "weirpool-launcher-" + options.queue());
        thread.setDaemon(true);
        return thread;
    }

    private Envelope sealed(Task<?> task) {
        return codec.draft(task, TaskOptions.DEFAULT, false).inline().seal(0, 0);
    }

    private static String randomName() {
        var bytes = new byte[4];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Not a field: the workers are to boot while the user's logging is being set up, which may take longer than they do. */
    private static Logger log() {
        return LoggerFactory.getLogger(Launcher.class);
    }
}
