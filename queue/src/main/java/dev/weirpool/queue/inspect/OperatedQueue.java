package dev.weirpool.queue.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.Progress;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.codec.Preview;
import dev.weirpool.queue.protocol.Blob;
import dev.weirpool.queue.protocol.BlobBroker;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.Glimpse;
import dev.weirpool.queue.protocol.Limit;
import dev.weirpool.queue.protocol.Orders;
import dev.weirpool.queue.protocol.Period;
import dev.weirpool.queue.protocol.Place;
import dev.weirpool.queue.protocol.ScheduledRun;
import dev.weirpool.queue.protocol.Survey;
import dev.weirpool.queue.protocol.Tally;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.MissingSecretException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/** One queue, as an {@link Operator} sees and steers it. */
public final class OperatedQueue {

    /** The most tasks on a page. */
    public static final int MOST_ON_PAGE = 500;

    private static final List<Place> READY = List.of(Place.READY, Place.READY1, Place.READY2, Place.READY3);
    private static final int CHUNK = 500;
    private static final int SEARCHED_AT_ONCE = 1000;
    private static final int PREVIEWED_BODY = 16 * 1024;
    private static final Duration LOOK = Duration.ofMillis(50);
    /** How a task ended that was deleted, as {@code TaskCodec} writes it. */
    private static final byte[] CANCELLED = {'C'};

    private static final byte RETURNED = 'V';

    private final Redis redis;
    private final String name;
    private final Broker broker;
    private final Survey survey;
    private final Orders orders;

    OperatedQueue(Redis redis, String name) {
        this.redis = redis;
        this.name = name;
        this.broker = new Broker(name);
        this.survey = new Survey(name);
        this.orders = new Orders(name);
    }

    public String name() {
        return name;
    }

    /** How it is. */
    public QueueState state() {
        var counts = redis.call(survey::counts);
        var running = redis.call(connection -> survey.busy(connection, counts.workerNames()));
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
                counts.limit().bytes());
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

    private TaskPage page(List<Place> places, TaskState state, boolean backwards, String cursor, int limit) {
        if (!cursor.matches("([0-3]:\\d{1,15})?")) {
            throw new IllegalArgumentException("not a cursor of " + state + " tasks: '" + cursor + "'");
        }
        var level = cursor.isEmpty() ? 0 : Math.min(cursor.charAt(0) - '0', places.size() - 1);
        var index = cursor.isEmpty() ? 0 : Long.parseLong(cursor.substring(2));
        var tasks = new ArrayList<TaskSummary>();
        var total = 0L;
        var next = Optional.<String>empty();
        for (var i = 0; i < places.size(); i++) {
            var place = places.get(i);
            var wanted = i < level || next.isPresent() ? 0 : limit - tasks.size();
            var from = i == level ? index : 0;
            var seen = wanted == 0 ? count(place) : peek(place, backwards, from, wanted);
            total += seen.total();
            seen.glimpses().forEach(glimpse -> tasks.add(TaskSummary.of(glimpse, state)));
            if (next.isEmpty() && i >= level && from + seen.glimpses().size() < seen.total()) {
                next = Optional.of(i + ":" + (from + seen.glimpses().size()));
            }
        }
        return new TaskPage(tasks, total, next);
    }

    private Glimpse.Of count(Place place) {
        return new Glimpse.Of(redis.call(connection -> survey.count(connection, place)), List.of());
    }

    private Glimpse.Of peek(Place place, boolean backwards, long from, int wanted) {
        if (!backwards) {
            return redis.call(connection -> survey.peek(connection, place, from, from + wanted - 1, TaskSummary.BYTES));
        }
        var seen =
                redis.call(connection -> survey.peek(connection, place, -from - wanted, -from - 1, TaskSummary.BYTES));
        var reversed = new ArrayList<>(seen.glimpses());
        Collections.reverse(reversed);
        return new Glimpse.Of(seen.total(), reversed);
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
        var total = redis.call(connection -> survey.busy(connection, workers));
        return new TaskPage(
                tasks, total, looked < workers.size() ? Optional.of(workers.get(looked - 1)) : Optional.empty());
    }

    private List<String> workerNames() {
        return redis.call(survey::counts).workerNames().stream().sorted().toList();
    }

    private List<TaskSummary> held(List<String> workers) {
        var held = redis.call(connection -> survey.running(connection, workers, TaskSummary.BYTES));
        var since = since(workers);
        var tasks = new ArrayList<TaskSummary>();
        for (var i = 0; i < workers.size(); i++) {
            var worker = workers.get(i);
            for (var glimpse : held.get(i).glimpses()) {
                var task = TaskSummary.of(glimpse, TaskState.RUNNING);
                tasks.add(task.heldBy(worker, Optional.ofNullable(since.get(worker + task.id()))));
            }
        }
        return withProgress(tasks);
    }

    private List<TaskSummary> withProgress(List<TaskSummary> tasks) {
        var ids = tasks.stream().map(task -> bytesOf(task.id())).toList();
        var progress = redis.call(connection -> survey.progress(connection, ids));
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
        var wanted = bytesOf(id);
        for (var worker : workerNames()) {
            var held = redis.call(connection -> survey.findHeld(connection, worker, wanted, Envelope.MAX_BYTES));
            if (held.glimpse().isPresent()) {
                var glimpse = held.glimpse().get();
                return new Search.Found(detail(glimpse, running(glimpse, worker)));
            }
        }
        var ending = shownEnding(id);
        if (ending.isPresent() && ending.get().kind() == Ending.Kind.RETURNED) {
            return new Search.Ended(ending.get(), attempts(id));
        }
        var looked = 0L;
        var total = 0L;
        for (var place : List.of(Place.DEAD, Place.DELAYED, Place.READY, Place.READY1, Place.READY2, Place.READY3)) {
            var count = count(place).total();
            total += count;
            for (var i = 0L; 2 * i * SEARCHED_AT_ONCE < count && looked < most; i++) {
                var front = i * SEARCHED_AT_ONCE;
                var ends =
                        new long[][] {{front, front + SEARCHED_AT_ONCE - 1}, {-front - SEARCHED_AT_ONCE, -front - 1}};
                for (var end : ends) {
                    var found = redis.call(
                            connection -> survey.find(connection, place, wanted, end[0], end[1], Envelope.MAX_BYTES));
                    if (found.glimpse().isPresent()) {
                        var glimpse = found.glimpse().get();
                        return new Search.Found(detail(glimpse, TaskSummary.of(glimpse, stateAt(place))));
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

    private TaskDetail detail(Glimpse glimpse, TaskSummary task) {
        var envelope = Envelope.received(glimpse.beginning(), redis.keyring().signer(Direction.TASK, name));
        var hidden = hidden(envelope);
        var headers = hidden.isEmpty() ? envelope.headers() : Map.<String, String>of();
        var options = TaskOptions.of(headers, envelope.priority(), Math.max(1, envelope.maxAttempts()));
        return new TaskDetail(
                task, options.headers(), options, attempts(task.id()), hidden.orElseGet(() -> arguments(envelope)));
    }

    /** Why no more of a task is shown than its fixed fields and its name. */
    private static Optional<String> hidden(Envelope envelope) {
        try {
            envelope.requireReadable();
            return Optional.empty();
        } catch (IllegalArgumentException | MissingSecretException e) {
            return Optional.of("(hidden: " + e.getMessage() + ")");
        }
    }

    /** How the attempts of a task ended that did not end well, in order, as far as that is kept. */
    public List<Attempt> attempts(TaskId id) {
        return redis.call(connection -> survey.attempts(connection, bytesOf(id))).stream()
                .map(Attempt::of)
                .toList();
    }

    /** The body is a byte for the kind of task and an array of descriptor, captured values and arguments. */
    private static String arguments(Envelope envelope) {
        if (envelope.blob().isPresent()) {
            return "(" + envelope.blob().get().length() + " bytes, which lie apart)";
        }
        var body = envelope.body();
        return body.length == 0
                ? ""
                : Preview.of(Arrays.copyOfRange(body, 1, Math.min(body.length, PREVIEWED_BODY)), 2);
    }

    /** What happened on it in the periods that begin at {@code starts}. */
    public List<Tally> statistics(Period period, List<Instant> starts) {
        return redis.call(connection -> broker.tallies(connection, period, starts));
    }

    /** What has happened on it, all in all; it begins anew when the queue was deleted, or nobody served it for 30 days. */
    public Tally statistics() {
        return redis.call(broker::total);
    }

    /**
     * How the task with that id has ended, if it has and its result is kept.
     *
     * @throws dev.weirpool.queue.signing.WrongSignatureException if what is kept there was not signed with a secret of this process
     * @throws MissingSecretException if this process has none
     */
    public Optional<Ending> ending(TaskId id) {
        return redis.call(
                        connection -> Optional.ofNullable(broker.keptResult(connection, id.producer(), id.sequence())))
                .map(bytes -> {
                    var apart = TaskCodec.outcomeApart(bytes);
                    if (apart.isPresent()) {
                        return new Ending(
                                bytes[1] == RETURNED ? Ending.Kind.RETURNED : Ending.Kind.THREW,
                                "(" + apart.get().length() + " bytes, which lie apart)");
                    }
                    if (bytes.length > 1 && bytes[0] == RETURNED) {
                        return new Ending(Ending.Kind.RETURNED, Preview.of(Arrays.copyOfRange(bytes, 1, bytes.length)));
                    }
                    var codec = new TaskCodec(() -> redis, "operator");
                    return codec.decodeOutcome(bytes) instanceof Outcome.Threw threw
                            ? new Ending(Ending.Kind.THREW, threw.failure().stackAsText())
                            : new Ending(Ending.Kind.CANCELLED, "");
                });
    }

    /** The launchers that serve it and their workers, in order. */
    public List<LauncherState> launchers() {
        return launchers(workerNames());
    }

    private List<LauncherState> launchers(List<String> workers) {
        var byLauncher = workers.stream()
                .collect(Collectors.groupingBy(LauncherState::ofWorker, TreeMap::new, Collectors.toList()));
        var ids = List.copyOf(byLauncher.keySet());
        var reports = redis.call(connection -> survey.reports(connection, ids));
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
        redis.call(connection -> {
            broker.pause(connection);
            return true;
        });
    }

    public void resume() {
        redis.call(connection -> {
            broker.resume(connection);
            return true;
        });
    }

    /**
     * Has the queue take no more tasks from those who send them while so much waits, ready or delayed; 0 for any number. See
     * {@code TaskOptions.withFailWhenFull} for what becomes of them.
     *
     * @param bytes as long as fewer wait, one more task is taken, whatever its size
     * @throws IllegalArgumentException if one of them is negative
     */
    public void limit(long items, long bytes) {
        var limit = new Limit(items, bytes);
        redis.call(connection -> {
            broker.limit(connection, limit);
            return true;
        });
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
        var result = state == TaskState.DEAD ? new byte[0] : CANCELLED; // of the dead their clients know already
        var deleted = 0L;
        for (var place : places) {
            var left = count(place).total(); // what comes later may stay
            while (left > 0) {
                var most = (int) Math.min(CHUNK, left);
                var first = redis.call(
                        connection -> survey.peek(connection, place, 0, most - 1, Envelope.MOST_APART_BYTES));
                if (first.glimpses().isEmpty()) {
                    break;
                }
                var expected =
                        first.glimpses().stream().map(OperatedQueue::expected).toList();
                var chunk = redis.call(connection -> broker.purge(connection, place, expected, result));
                deleted += chunk;
                left -= Math.max(1, chunk); // workers may have taken what was expected
                progress.accept(deleted);
            }
        }
        return deleted;
    }

    private static Broker.Expected expected(Glimpse glimpse) {
        var envelope = Envelope.stored(glimpse.beginning());
        var task = TaskSummary.of(glimpse, TaskState.READY);
        var headers = envelope.isReadable() ? envelope.headers() : Map.<String, String>of();
        var unique = TaskOptions.of(headers, 0, 1).uniqueKey();
        return new Broker.Expected(bytesOf(task.id()), unique.orElse(""), ScheduledRun.of(envelope), envelope.blob());
    }

    /**
     * Puts the tasks that are given up now back on the queue, the oldest first, with all their attempts before them.
     *
     * @param progress told how many have been put back, now and then
     * @return how many were put back
     */
    public long requeueDead(LongConsumer progress) {
        var left = redis.call(broker::deadCount); // those that are given up again stay
        var done = 0L;
        while (left > 0) {
            var most = (int) Math.min(CHUNK, left);
            var chunk = redis.call(connection -> broker.revive(connection, most));
            if (chunk == 0) {
                break;
            }
            done += chunk;
            left -= chunk;
            progress.accept(done);
        }
        return done;
    }

    /** Puts the task with that id, which was given up, back on the queue; false if it is not among those. */
    public boolean requeueDead(TaskId id) {
        var request = UUID.randomUUID();
        return deadLetter(id)
                .filter(letter -> redis.call(connection -> broker.requeue(connection, letter, request)))
                .isPresent();
    }

    /**
     * Puts the task with that id, which was given up, on another queue, with all its attempts before it; false if it is not among those.
     *
     * @throws IllegalArgumentException if {@code to} is this queue, or no queue name, or the task is not one that can be signed anew for it
     * @throws dev.weirpool.queue.signing.MissingSecretException if there is nothing to sign it with
     */
    public boolean moveDead(TaskId id, String to) {
        var target = target(to);
        return deadLetter(id).filter(letter -> move(letter, target)).isPresent();
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
        var done = 0L;
        for (var left = redis.call(broker::deadCount); left > 0; left--) {
            var oldest = redis.call(connection -> survey.peek(connection, Place.DEAD, 0, 0, Envelope.MAX_BYTES))
                    .glimpses();
            if (oldest.isEmpty()) {
                break;
            }
            if (move(Envelope.stored(oldest.get(0).beginning()), target)) {
                progress.accept(++done);
            }
        }
        return done;
    }

    private Broker target(String to) {
        if (to.equals(name)) {
            throw new IllegalArgumentException(
                    "tasks of queue " + name + " are there already; name another queue, or none");
        }
        var target = new Broker(to);
        redis.call(connection -> {
            target.enlist(connection);
            return true;
        });
        return target;
    }

    private boolean move(Envelope letter, Broker target) {
        // two steps, because the queues may be on two servers; whoever repeats what was cut in between puts it there no
        // second time
        var request =
                UUID.nameUUIDFromBytes((HexFormat.of().formatHex(letter.fence()) + target.queue()).getBytes(UTF_8));
        var copy = Envelope.received(letter.raw(), redis.keyring().signer(Direction.TASK, name))
                .revived()
                .signedBy(redis.keyring().signer(Direction.TASK, target.queue()));
        return redis.call(connection -> {
            letter.blob().ifPresent(blob -> copyBody(connection, blob, target));
            target.admit(connection, copy, broker.attempts(connection, letter), request);
            return broker.discard(connection, letter, request);
        });
    }

    /** The other queue may be on another server. */
    private void copyBody(RedisConnection connection, Blob blob, Broker target) {
        var body = new BlobBroker(name)
                .get(connection, blob)
                .orElseThrow(() -> new IllegalArgumentException("the arguments of the task, " + blob.length()
                        + " bytes, are not in Redis any more; delete the task"));
        new BlobBroker(target.queue()).put(connection, blob, body, BlobBroker.TASK_LIFE, false);
    }

    /** Deletes the task with that id, which was given up; false if it is not among those. */
    public boolean deleteDead(TaskId id) {
        var request = UUID.randomUUID();
        return deadLetter(id)
                .filter(letter -> redis.call(connection -> broker.discard(connection, letter, request)))
                .isPresent();
    }

    private Optional<Envelope> deadLetter(TaskId id) {
        var wanted = bytesOf(id);
        for (var from = 0L; ; from += SEARCHED_AT_ONCE) {
            var first = from;
            var found = redis.call(connection -> survey.find(
                    connection, Place.DEAD, wanted, first, first + SEARCHED_AT_ONCE - 1, Envelope.MAX_BYTES));
            if (found.glimpse().isPresent() || found.looked() < SEARCHED_AT_ONCE) {
                return found.glimpse().map(glimpse -> Envelope.stored(glimpse.beginning()));
            }
        }
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
        redis.call(connection -> {
            broker.cancel(connection, id.producer(), List.of(id.sequence()), endRunning);
            return true;
        });
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

    private static byte[] bytesOf(TaskId id) {
        return ByteBuffer.allocate(16)
                .putLong(id.producer())
                .putLong(id.sequence())
                .array();
    }
}
