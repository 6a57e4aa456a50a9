package dev.weirpool.queue.inspect;

import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.Progress;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Glimpse;
import dev.weirpool.queue.protocol.Limit;
import dev.weirpool.queue.protocol.Orders;
import dev.weirpool.queue.protocol.Partitions;
import dev.weirpool.queue.protocol.Period;
import dev.weirpool.queue.protocol.Place;
import dev.weirpool.queue.protocol.Statistics;
import dev.weirpool.queue.protocol.Survey;
import dev.weirpool.queue.protocol.Tally;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.signing.MissingSecretException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.function.ToLongBiFunction;
import java.util.stream.Collectors;

/** One queue, as an {@link Operator} sees and steers it. */
public final class OperatedQueue {

    /** The most tasks on a page. */
    public static final int MOST_ON_PAGE = 500;

    private static final List<Place> READY = List.of(Place.READY, Place.READY1, Place.READY2, Place.READY3);
    private static final List<Place> SEARCHED =
            List.of(Place.DEAD, Place.DELAYED, Place.READY, Place.READY1, Place.READY2, Place.READY3);
    private static final int SEARCHED_AT_ONCE = 1000;
    private static final Duration LOOK = Duration.ofMillis(50);

    private final Redis redis;
    private final String name;
    private final OperatedPartition first; // which has the workers, and what tasks say of their progress
    private final Statistics statistics;
    private final Orders orders;
    private volatile List<OperatedPartition> partitions = List.of(); // empty until they are needed

    OperatedQueue(Redis redis, String name) {
        this.redis = redis;
        this.name = name;
        this.first = new OperatedPartition(redis, name);
        this.statistics = new Statistics(name);
        this.orders = new Orders(name);
    }

    public String name() {
        return name;
    }

    private List<OperatedPartition> partitions() {
        if (partitions.isEmpty()) {
            partitions = redis.call(connection -> Partitions.of(connection, name)).names().stream()
                    .map(partition -> new OperatedPartition(redis, partition))
                    .toList();
        }
        return partitions;
    }

    /** How it is, all its partitions together. */
    public QueueState state() {
        var counts = redis.call(connection -> Survey.all(connection, name));
        var running = new Partitions(name, counts.partitions())
                .names().stream()
                        .mapToLong(partition ->
                                redis.call(connection -> new Survey(partition).busy(connection, counts.workerNames())))
                        .sum();
        return new QueueState(
                name,
                Instant.ofEpochMilli(counts.now()),
                counts.ready(),
                counts.delayed(),
                running,
                counts.dead(),
                counts.workers(),
                counts.paused(),
                counts.claims(),
                counts.firstDue().map(Instant::ofEpochMilli),
                counts.oldestAge(),
                counts.schedules(),
                counts.nextFire().map(Instant::ofEpochMilli),
                counts.beat().map(Instant::ofEpochMilli),
                Math.max(0, counts.load()),
                counts.limit().items(),
                counts.limit().bytes(),
                counts.partitions());
    }

    /**
     * Some of its tasks: those that are ready in the order in which they will be claimed, the delayed as they are due, the running by
     * worker, the dead in the order in which they were given up.
     *
     * @param backwards from the other end; of those that run there is none
     * @param cursor where the page before told to begin; nothing for the first
     * @param limit at most so many, from 1 to {@value #MOST_ON_PAGE}
     * @throws IllegalArgumentException if that is no cursor or limit
     */
    public TaskPage tasks(TaskState state, boolean backwards, String cursor, int limit) {
        if (limit < 1 || limit > MOST_ON_PAGE) {
            throw new IllegalArgumentException("a page has 1 to " + MOST_ON_PAGE + " tasks, got " + limit);
        }
        return switch (state) {
            case READY -> page(READY, state, backwards, cursor, limit);
            case DELAYED -> page(List.of(Place.DELAYED), state, backwards, cursor, limit);
            case DEAD -> page(List.of(Place.DEAD), state, backwards, cursor, limit);
            case RUNNING -> running(cursor, limit);
        };
    }

    /** A place in one of the partitions. */
    private record Spot(OperatedPartition partition, Place place) {}

    private TaskPage page(List<Place> places, TaskState state, boolean backwards, String cursor, int limit) {
        var spots = spots(places);
        if (!cursor.matches("(\\d{1,3}:\\d{1,15})?")) {
            throw new IllegalArgumentException("not a cursor of " + state + " tasks: '" + cursor + "'");
        }
        var colon = cursor.indexOf(':');
        var level = cursor.isEmpty() ? 0 : Math.min(Integer.parseInt(cursor.substring(0, colon)), spots.size() - 1);
        var index = cursor.isEmpty() ? 0 : Long.parseLong(cursor.substring(colon + 1));
        var tasks = new ArrayList<TaskSummary>();
        var total = 0L;
        var next = Optional.<String>empty();
        for (var i = 0; i < spots.size(); i++) {
            var spot = spots.get(i);
            var wanted = i < level || next.isPresent() ? 0 : limit - tasks.size();
            var from = i == level ? index : 0;
            var seen = wanted == 0
                    ? new Glimpse.Of(spot.partition.count(spot.place), List.of())
                    : spot.partition.peek(spot.place, backwards, from, wanted);
            total += seen.total();
            seen.glimpses().forEach(glimpse -> tasks.add(TaskSummary.of(glimpse, state)));
            if (next.isEmpty() && i >= level && from + seen.glimpses().size() < seen.total()) {
                next = Optional.of(i + ":" + (from + seen.glimpses().size()));
            }
        }
        return new TaskPage(tasks, total, next);
    }

    /** Those of all partitions, place by place. */
    private List<Spot> spots(List<Place> places) {
        return places.stream()
                .flatMap(place -> partitions().stream().map(partition -> new Spot(partition, place)))
                .toList();
    }

    private TaskPage running(String cursor, int limit) {
        var workers = workerNames();
        var from =
                workers.stream().filter(worker -> worker.compareTo(cursor) <= 0).count();
        var tasks = new ArrayList<TaskSummary>();
        var looked = (int) from;
        while (looked < workers.size() && tasks.size() < limit) {
            var some = workers.subList(looked, Math.min(workers.size(), looked + limit - tasks.size()));
            tasks.addAll(held(some));
            looked += some.size();
        }
        var total = partitions().stream()
                .mapToLong(
                        partition -> redis.call(connection -> partition.survey().busy(connection, workers)))
                .sum();
        return new TaskPage(
                tasks, total, looked < workers.size() ? Optional.of(workers.get(looked - 1)) : Optional.empty());
    }

    private List<String> workerNames() {
        return redis.call(first.survey()::counts).workerNames().stream()
                .sorted()
                .toList();
    }

    private List<TaskSummary> held(List<String> workers) {
        var held = partitions().stream()
                .map(partition -> partition.running(workers))
                .toList();
        var since = since(workers);
        var tasks = new ArrayList<TaskSummary>();
        for (var i = 0; i < workers.size(); i++) {
            var worker = workers.get(i);
            for (var ofPartition : held) {
                for (var glimpse : ofPartition.get(i).glimpses()) {
                    var task = TaskSummary.of(glimpse, TaskState.RUNNING);
                    tasks.add(task.heldBy(worker, Optional.ofNullable(since.get(worker + task.id()))));
                }
            }
        }
        return withProgress(tasks);
    }

    private List<TaskSummary> withProgress(List<TaskSummary> tasks) {
        var ids = tasks.stream().map(task -> bytesOf(task.id())).toList();
        var progress = redis.call(connection -> first.survey().progress(connection, ids));
        var told = new ArrayList<TaskSummary>();
        for (var i = 0; i < tasks.size(); i++) {
            told.add(tasks.get(i).at(Optional.ofNullable(progress.get(i)).flatMap(Progress::of)));
        }
        return told;
    }

    private TaskSummary running(Glimpse glimpse, String worker) {
        var task = TaskSummary.of(glimpse, TaskState.RUNNING);
        var since = since(List.of(worker)).get(worker + task.id());
        return withProgress(List.of(task.heldBy(worker, Optional.ofNullable(since))))
                .get(0);
    }

    /** When workers began their tasks, as far as their launchers have said, by worker and task. */
    private Map<String, Instant> since(List<String> workers) {
        var since = new HashMap<String, Instant>();
        for (var launcher : launchers(workers)) {
            for (var worker : launcher.workers()) {
                worker.since()
                        .ifPresent(moment ->
                                since.put(worker.name() + worker.task().orElse(""), moment));
            }
        }
        return since;
    }

    /**
     * Looks for the task with that id: among those that run, that were given up, that are delayed, and among the ready from both ends.
     *
     * @param most how many tasks to look at before giving up; some 100 000 a second
     */
    public Search find(TaskId id, long most) {
        for (var worker : workerNames()) {
            for (var partition : partitions()) {
                var held = partition.findHeld(worker, id);
                if (held.isPresent()) {
                    return new Search.Found(partition.detail(held.get(), running(held.get(), worker)));
                }
            }
        }
        var ending = shownEnding(id);
        if (ending.isPresent() && ending.get().kind() == Ending.Kind.RETURNED) {
            return new Search.Ended(ending.get(), attempts(id));
        }
        var looked = 0L;
        var total = 0L;
        for (var spot : spots(SEARCHED)) {
            var count = spot.partition.count(spot.place);
            total += count;
            for (var i = 0L; 2 * i * SEARCHED_AT_ONCE < count && looked < most; i++) {
                var front = i * SEARCHED_AT_ONCE;
                var ends =
                        new long[][] {{front, front + SEARCHED_AT_ONCE - 1}, {-front - SEARCHED_AT_ONCE, -front - 1}};
                for (var end : ends) {
                    var found = spot.partition.find(spot.place, id, end[0], end[1]);
                    if (found.glimpse().isPresent()) {
                        var glimpse = found.glimpse().get();
                        return new Search.Found(
                                spot.partition.detail(glimpse, TaskSummary.of(glimpse, stateAt(spot.place))));
                    }
                    looked += found.looked();
                }
            }
        }
        if (ending.isPresent()) { // nor was it given up, or put back after that
            return new Search.Ended(ending.get(), attempts(id));
        }
        return looked < total ? new Search.GaveUp(looked, total) : new Search.Absent();
    }

    /** How it has ended, or why that is not shown. */
    private Optional<Ending> shownEnding(TaskId id) {
        try {
            return ending(id);
        } catch (IllegalArgumentException | MissingSecretException e) {
            return Optional.of(new Ending(Ending.Kind.HIDDEN, "(hidden: " + e.getMessage() + ")"));
        }
    }

    private static TaskState stateAt(Place place) {
        return switch (place) {
            case DEAD -> TaskState.DEAD;
            case DELAYED -> TaskState.DELAYED;
            default -> TaskState.READY;
        };
    }

    /** How the attempts of a task ended that did not end well, in order, as far as that is kept. */
    public List<Attempt> attempts(TaskId id) {
        return partitions().stream()
                .map(partition -> partition.attempts(id))
                .filter(attempts -> !attempts.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    /** What happened on it in the periods that begin at {@code starts}. */
    public List<Tally> statistics(Period period, List<Instant> starts) {
        return redis.call(connection -> statistics.of(connection, period, starts));
    }

    /** What has happened on it, all in all; it begins anew when the queue was deleted, or nobody served it for 30 days. */
    public Tally statistics() {
        return redis.call(statistics::total);
    }

    /**
     * How the task with that id has ended, if it has and its result is kept.
     *
     * @throws dev.weirpool.queue.signing.WrongSignatureException if what is kept there was not signed with a secret of this process
     * @throws MissingSecretException if this process has none
     */
    public Optional<Ending> ending(TaskId id) {
        return partitions().stream()
                .flatMap(partition -> partition.ending(id).stream())
                .findFirst();
    }

    /** The launchers that serve it and their workers, in order. */
    public List<LauncherState> launchers() {
        return launchers(workerNames());
    }

    private List<LauncherState> launchers(List<String> workers) {
        var byLauncher = workers.stream()
                .collect(Collectors.groupingBy(LauncherState::ofWorker, TreeMap::new, Collectors.toList()));
        var ids = List.copyOf(byLauncher.keySet());
        var reports = redis.call(connection -> first.survey().reports(connection, ids));
        var launchers = new ArrayList<LauncherState>();
        for (var i = 0; i < ids.size(); i++) {
            var id = ids.get(i);
            var report = reports.get(i);
            launchers.add(
                    report == null
                            ? LauncherState.silent(id, byLauncher.getOrDefault(id, List.of()))
                            : LauncherState.of(id, report));
        }
        return launchers;
    }

    /** Lets no worker start a task until {@link #resume}; what runs is finished. */
    public void pause() {
        partitions().forEach(OperatedPartition::pause);
    }

    public void resume() {
        partitions().forEach(OperatedPartition::resume);
    }

    /**
     * Has the queue take no more tasks from those who send them while so much waits, ready or delayed; 0 for any number. See
     * {@code TaskOptions.withFailWhenFull} for what becomes of them.
     *
     * @param bytes as long as fewer wait, one more task is taken, whatever its size
     * @throws IllegalArgumentException if one of them is negative
     */
    public void limit(long items, long bytes) {
        var share = new Limit(items, bytes).share(partitions().size());
        partitions().forEach(partition -> partition.limit(share));
    }

    /**
     * Spreads it over so many partitions: lists of its own each, in a cluster on as many masters as there are. Workers serve all of them.
     * Tasks are put on each in turn, or where {@code TaskOptions.withPartitionKey} says, and keep their order on one only. Processes that have
     * it open send to those that there were.
     *
     * @throws IllegalArgumentException if that is not from 1 to {@value Partitions#MOST}, if workers serve it, or if a partition that would
     *     be no more holds tasks
     */
    public void partition(int count) {
        var wanted = new Partitions(name, count);
        var old = redis.call(connection -> Partitions.of(connection, name));
        var workers = state().workers();
        if (workers > 0 && !wanted.equals(old)) {
            throw new IllegalArgumentException("queue " + name + " has " + workers
                    + " workers, which serve its partitions as they are; drain them, and start them again afterwards");
        }
        redis.call(connection -> {
                    first.broker().enlist(connection);
                    return wanted.replace(connection, old);
                })
                .ifPresent(why -> {
                    throw new IllegalArgumentException("partition " + why
                            + " tasks, which would be left behind; have workers run them, or purge them, before");
                });
        partitions = List.of();
    }

    /**
     * Deletes the tasks that are {@code state} now, a few hundred at a time; who awaits one learns that it was cancelled. Those that
     * run cannot be deleted: {@link #kill} them.
     *
     * @param progress told how many have been deleted, now and then
     * @return how many were deleted
     */
    public long purge(TaskState state, LongConsumer progress) {
        var places = switch (state) {
            case READY -> READY;
            case DELAYED -> List.of(Place.DELAYED);
            case DEAD -> List.of(Place.DEAD);
            case RUNNING -> throw new IllegalArgumentException("tasks that run cannot be purged; kill them");
        };
        return inTurn(progress, (partition, told) -> partition.purge(places, told));
    }

    /**
     * Puts the tasks that are given up now back on the queue, the oldest first, with all their attempts before them.
     *
     * @param progress told how many have been put back, now and then
     * @return how many were put back
     */
    public long requeueDead(LongConsumer progress) {
        return inTurn(progress, OperatedPartition::requeueDead);
    }

    /** Puts the task with that id, which was given up, back on the queue; false if it is not among those. */
    public boolean requeueDead(TaskId id) {
        return partitions().stream().anyMatch(partition -> partition.requeueDead(id));
    }

    /**
     * Puts the task with that id, which was given up, on another queue, with all its attempts before it; false if it is not among those.
     *
     * @throws IllegalArgumentException if {@code to} is this queue, or no queue name, or the task is not one that can be signed anew for it
     * @throws dev.weirpool.queue.signing.MissingSecretException if there is nothing to sign it with
     */
    public boolean moveDead(TaskId id, String to) {
        var target = target(to);
        return partitions().stream().anyMatch(partition -> partition.moveDead(id, target));
    }

    /**
     * Puts the tasks that are given up now on another queue, the oldest first, with all their attempts before them.
     *
     * @param progress told how many have been moved, now and then
     * @return how many were moved
     * @throws IllegalArgumentException if {@code to} is this queue, or no queue name, or a task is not one that can be signed anew for it;
     *     those before it have been moved
     * @throws dev.weirpool.queue.signing.MissingSecretException if there is nothing to sign them with
     */
    public long moveDead(String to, LongConsumer progress) {
        var target = target(to);
        return inTurn(progress, (partition, told) -> partition.moveDead(target, told));
    }

    private Broker target(String to) {
        if (to.equals(name)) {
            throw new IllegalArgumentException(
                    "tasks of queue " + name + " are there already; name another queue, or none");
        }
        var target = new Broker(to);
        redis.use(target::enlist);
        return target;
    }

    /** Deletes the task with that id, which was given up; false if it is not among those. */
    public boolean deleteDead(TaskId id) {
        return partitions().stream().anyMatch(partition -> partition.deleteDead(id));
    }

    /** Does something with each partition that tells how far it is; returns how much was done in all. */
    private long inTurn(LongConsumer progress, ToLongBiFunction<OperatedPartition, LongConsumer> work) {
        var before = 0L;
        for (var partition : partitions()) {
            var done = before;
            before += work.applyAsLong(partition, now -> progress.accept(done + now));
        }
        return before;
    }

    /** Has the task with that id not run if it waits; if it runs, it may end. */
    public void cancel(TaskId id) {
        cancel(id, false);
    }

    /** Has the task with that id not run if it waits, and ended if it runs: by an interrupt, then by the end of its process. */
    public void kill(TaskId id) {
        cancel(id, true);
    }

    private void cancel(TaskId id, boolean endRunning) {
        partitions().forEach(partition -> partition.cancel(id, endRunning));
    }

    /**
     * Has a launcher begin no more tasks and end when the last has ended. It hears of it with its next heartbeat, within 5 s as a rule.
     *
     * @return false if too many orders wait for it already
     */
    public boolean drain(String launcher) {
        var number = UUID.randomUUID().toString();
        return redis.call(connection -> orders.give(connection, launcher, number, "drain"));
    }

    /**
     * Has the threads of a worker taken down, also if it hangs.
     *
     * @return the stacks of its threads, or why they cannot be had; empty if its launcher has not answered within {@code limit}
     * @throws InterruptedException if interrupted while waiting
     */
    public Optional<String> threads(String worker, Duration limit) throws InterruptedException {
        var number = UUID.randomUUID().toString();
        var launcher = LauncherState.ofWorker(worker);
        if (!redis.call(connection -> orders.give(connection, launcher, number, "threads " + worker))) {
            return Optional.empty();
        }
        var deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            var answer = redis.call(connection -> orders.answerTo(connection, number));
            if (answer.isPresent() || System.nanoTime() > deadline) {
                return answer;
            }
            Thread.sleep(LOOK.toMillis());
        }
    }

    static byte[] bytesOf(TaskId id) {
        return ByteBuffer.allocate(16)
                .putLong(id.producer())
                .putLong(id.sequence())
                .array();
    }
}
