package dev.weirpool.scheduler;

import dev.weirpool.queue.Invocation;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.ScheduleBroker;
import dev.weirpool.queue.protocol.ScheduleBroker.Edit;
import dev.weirpool.queue.protocol.ScheduleBroker.Fire;
import dev.weirpool.queue.protocol.ScheduleBroker.Fired;
import dev.weirpool.queue.protocol.ScheduleBroker.ReadReply;
import dev.weirpool.queue.protocol.StoredSchedule;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Signer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Puts tasks on a queue at planned times, each time once. What is scheduled is in Redis: it outlives every process.
 *
 * <p>{@link #start} makes one that runs. Start it in as many processes as you like: all do the same work, none leads, and if one dies the
 * others go on without a pause. While none runs, nothing is put, and what was missed is treated as {@link Misfire} says. {@link #connect} makes
 * one that only changes and shows schedules. Workers are needed besides.
 *
 * <p>For any number of threads. While Redis is away, or does not answer, each method tries again for 10 s, then throws
 * {@link RedisUnavailableException}.
 */
public final class Scheduler implements AutoCloseable {

    private static final int AT_A_TIME = 500;
    private static final int MOST_TRIES = 1000;
    private static final int MOST_FORESEEN = 100_000;

    private final Redis redis;
    private final String queue;
    private final ScheduleBroker broker;
    private final Signer signer; // of definitions
    private final TaskCodec codec;
    private final Optional<Timekeeper> timekeeper;

    private Scheduler(Redis redis, String queue, Optional<Timekeeper> timekeeper) {
        this.redis = redis;
        this.queue = queue;
        this.broker = new ScheduleBroker(queue);
        this.signer = redis.keyring().signer(Direction.SCHEDULE, queue);
        this.codec =
                new TaskCodec(() -> redis, "process " + ProcessHandle.current().pid());
        this.timekeeper = timekeeper;
    }

    /**
     * Starts firing the schedules of {@code queue}, those that there are and those that come, until {@link #close}.
     *
     * @throws IllegalArgumentException if that is no queue name
     * @throws dev.weirpool.queue.signing.MissingSecretException if there is no secret to sign with
     * @throws RedisUnavailableException if Redis does not answer; that is tried once, for 4 s at most
     */
    public static Scheduler start(RedisOptions redis, String queue) {
        return start(redis, queue, InstantSource.system());
    }

    /**
     * The same in a process that takes {@code clock} for its own. What is due is for the clock of Redis to say, so one that is wrong, or set
     * while this runs, changes nothing: this is there to see that.
     */
    public static Scheduler start(RedisOptions options, String queue, InstantSource clock) {
        new ScheduleBroker(queue); // checks the name before a server is started for it
        options.keyring().require();
        var redis = options.open();
        var timekeeper = new Timekeeper(redis, queue, clock);
        timekeeper.start();
        return new Scheduler(redis, queue, Optional.of(timekeeper));
    }

    /**
     * Connects to the schedules of {@code queue}, to change and to show them, without firing any.
     *
     * @throws IllegalArgumentException if that is no queue name
     * @throws RedisUnavailableException if Redis does not answer; that is tried once, for 4 s at most
     */
    public static Scheduler connect(RedisOptions redis, String queue) {
        new ScheduleBroker(queue);
        return new Scheduler(redis.open(), queue, Optional.empty());
    }

    /**
     * Has {@code listener} told, each time this replica has fired a schedule, how long after its planned time that was. It is called on the
     * thread that fires, and should be quick. There is one listener.
     */
    public void tellLateness(Consumer<Duration> listener) {
        timekeeper.ifPresent(keeper -> keeper.tellLateness(listener));
    }

    /** The queue that tasks are put on. */
    public String queue() {
        return queue;
    }

    /** Has {@code task} put on the queue as {@code schedule} says. */
    public void schedule(String name, Task<?> task, Schedule schedule) {
        schedule(name, task, schedule, ScheduleOptions.DEFAULT);
    }

    /**
     * Has {@code task} put on the queue as {@code schedule} says. If there is a schedule of that name it becomes this one: the new planned
     * times take over from where it had got to. If it is this one already, nothing changes. One that is paused stays so.
     *
     * <p>The first run of a schedule with a fixed delay is one delay from now.
     *
     * @throws IllegalArgumentException if {@code name} is not a schedule name, an argument cannot travel, the class of the task is
     *     known here and has no such method, or there is no planned time left
     */
    public void schedule(String name, Task<?> task, Schedule schedule, ScheduleOptions options) {
        var scheduled = new ScheduledTask(name, task, schedule, options);
        var definition = checked(scheduled);
        edit(List.of(name), now -> {
            var edit = put(scheduled, definition, now, Optional.empty());
            if (edit.isEmpty()) {
                throw new IllegalArgumentException("schedule '" + name + "' never fires: " + schedule.description()
                        + ", and that is over; give it a time to come");
            }
            return edit.get();
        });
    }

    /**
     * Makes the schedules of {@code source} those of {@code all}: the ones that are new are added, edited ones are changed, and
     * those of the same source that are not among them are removed. Schedules of other sources, and those made by {@link #schedule}, stay. Those
     * with no planned time left are passed over.
     *
     * @param source for example the name of a file
     * @throws IllegalArgumentException if a name comes twice or belongs to another source, an argument cannot travel, or a class is
     *     known here and has no such method; then nothing is changed
     */
    public void apply(String source, List<ScheduledTask> all) {
        if (source.isBlank()) {
            throw new IllegalArgumentException("a source must have a name; give the name of the file, for example");
        }
        var definitions = new HashMap<String, Definition>();
        for (var scheduled : all) {
            if (definitions.put(scheduled.name(), checked(scheduled)) != null) {
                throw new IllegalArgumentException(
                        "there are two schedules named '" + scheduled.name() + "'; rename one");
            }
        }
        var stored = redis.call(broker::sources);
        all.forEach(scheduled -> requireOurs(scheduled.name(), stored.get(scheduled.name()), source));
        for (var part : parts(all)) {
            edit(
                    part.stream().map(ScheduledTask::name).toList(),
                    now -> part.stream()
                            .flatMap(scheduled -> {
                                var old = now.schedules().get(scheduled.name());
                                requireOurs(scheduled.name(), old == null ? null : old.source(), source);
                                return put(scheduled, definitions.get(scheduled.name()), now, Optional.of(source))
                                        .stream()
                                        .flatMap(List::stream);
                            })
                            .toList());
        }
        var gone = stored.keySet().stream()
                .filter(name -> source.equals(stored.get(name)) && !definitions.containsKey(name))
                .toList();
        for (var part : parts(gone)) {
            edit(
                    part,
                    now -> now.schedules().values().stream()
                            .filter(left -> left.source().equals(source))
                            .map(left -> change(left, Edit.Change.REMOVE, Optional.empty()))
                            .toList());
        }
    }

    private static void requireOurs(String name, @Nullable String owner, String source) {
        if (owner != null && !owner.equals(source)) {
            throw new IllegalArgumentException("there is a schedule '" + name + "' already, "
                    + (owner.isEmpty() ? "made by a program" : "from " + owner) + "; rename one, or remove that one");
        }
    }

    private Definition checked(ScheduledTask scheduled) {
        try {
            Invocation.checkIfKnown(scheduled.task());
            return Definition.of(scheduled, codec);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("schedule '" + scheduled.name() + "': " + e.getMessage(), e);
        }
    }

    /** What has to be changed; nothing if it is so already, and not even that if there is no planned time left. */
    private Optional<List<Edit>> put(
            ScheduledTask scheduled, @Nullable Definition definition, ReadReply now, Optional<String> source) {
        var bytes = Objects.requireNonNull(definition).toBytes(scheduled.name(), signer);
        var old = now.schedules().get(scheduled.name());
        if (old != null && Arrays.equals(old.definition(), bytes)) {
            return Optional.of(List.of());
        }
        var next = old != null && old.isPaused()
                ? Optional.<Long>empty()
                : next(scheduled.schedule(), Optional.ofNullable(old), now.now());
        if (next.isEmpty()
                && scheduled.schedule().next(Instant.ofEpochMilli(now.now())).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(List.of(new Edit(
                scheduled.name(),
                old == null ? Optional.empty() : old.planned(),
                Edit.Change.PUT,
                next,
                bytes,
                source.orElse(old == null ? "" : old.source()))));
    }

    /** The same times go on as they were; new ones take over from where the old ones had got to. */
    private Optional<Long> next(Schedule schedule, Optional<StoredSchedule> old, long now) {
        var planned = old.flatMap(StoredSchedule::planned);
        if (planned.isPresent() && old.map(this::times).equals(Optional.of(schedule.toString()))) {
            return planned;
        }
        var from = planned.isPresent() && planned.get() <= now ? planned.get() - 1 : now;
        return schedule.next(Instant.ofEpochMilli(from)).map(Instant::toEpochMilli);
    }

    private String times(StoredSchedule stored) {
        try {
            return Definition.of(stored.definition(), stored.name(), signer)
                    .schedule()
                    .toString();
        } catch (IllegalArgumentException e) {
            return ""; // damaged or not genuine, and about to be mended
        }
    }

    /**
     * Fires no more, until {@link #resume}: planned times until then are passed over. Tasks that are on the queue are run.
     *
     * @throws IllegalArgumentException if there is no such schedule
     */
    public void pause(String name) {
        edit(List.of(name), now -> {
            var stored = existing(name, now);
            return stored.isPaused() ? List.of() : List.of(change(stored, Edit.Change.PAUSE, Optional.empty()));
        });
    }

    /**
     * Fires again, from now on.
     *
     * @throws IllegalArgumentException if there is no such schedule, or no planned time left
     */
    public void resume(String name) {
        edit(List.of(name), now -> {
            var stored = existing(name, now);
            if (!stored.isPaused()) {
                return List.of();
            }
            var next = definition(stored).schedule().next(Instant.ofEpochMilli(now.now()));
            if (next.isEmpty()) {
                throw new IllegalArgumentException(
                        "schedule '" + name + "' has no planned time left; remove it, or schedule it again");
            }
            return List.of(change(stored, Edit.Change.RESUME, next.map(Instant::toEpochMilli)));
        });
    }

    /**
     * Removes the schedule. Tasks that are on the queue are run.
     *
     * @throws IllegalArgumentException if there is no such schedule
     */
    public void remove(String name) {
        existing(name, read(List.of(name)));
        // if it is gone then, we have removed it, and the answer was lost
        edit(
                List.of(name),
                now -> now.schedules().values().stream()
                        .map(stored -> change(stored, Edit.Change.REMOVE, Optional.empty()))
                        .toList());
    }

    private static Edit change(StoredSchedule stored, Edit.Change what, Optional<Long> next) {
        return Edit.of(stored.name(), stored.planned(), what, next);
    }

    /**
     * Puts the task of the schedule on the queue now, paused or not; its planned times stay as they are.
     *
     * @return the task's id; empty if it was not put because as many as may of the schedule's run
     * @throws IllegalArgumentException if there is no such schedule
     */
    public Optional<TaskId> triggerNow(String name) {
        // no planned time is negative
        var sequence = ThreadLocalRandom.current().nextLong() | Long.MIN_VALUE;
        for (var tries = 0; tries < MOST_TRIES; tries++) {
            var now = read(List.of(name));
            var stored = existing(name, now);
            var definition = definition(stored);
            var task = definition
                    .template()
                    .withId(Definition.producer(name), sequence, redis.keyring().signer(Direction.TASK, queue));
            var fire = new Fire(
                    name,
                    Optional.empty(),
                    stored.version(),
                    Optional.empty(),
                    Optional.empty(),
                    Long.MAX_VALUE >>> 12,
                    0,
                    definition.limit(),
                    List.of(task));
            var fired = redis.call(connection -> broker.fire(connection, List.of(fire)))
                    .fired()
                    .get(0);
            if (fired.what() != Fired.Found.VERSION) {
                return fired.tasks() == 0 ? Optional.empty() : Optional.of(TaskId.of(task.id()));
            }
        }
        throw tooBusy();
    }

    /** All schedules, by name. */
    public List<ScheduleStatus> list() {
        var names = List.copyOf(redis.call(broker::sources).keySet());
        return parts(names).stream()
                .flatMap(part -> read(part).schedules().values().stream())
                .flatMap(this::status)
                .sorted(Comparator.comparing(ScheduleStatus::name))
                .toList();
    }

    /** The schedule of that name, if there is one. */
    public Optional<ScheduleStatus> find(String name) {
        return Optional.ofNullable(read(List.of(name)).schedules().get(name)).stream()
                .flatMap(this::status)
                .findFirst();
    }

    private Stream<ScheduleStatus> status(StoredSchedule stored) {
        Definition definition;
        try {
            definition = redis.keyring().isNone()
                    ? Definition.unverified(stored.definition())
                    : Definition.of(stored.definition(), stored.name(), signer);
        } catch (IllegalArgumentException e) {
            return Stream.of(); // whoever runs it has reported it
        }
        return Stream.of(new ScheduleStatus(
                stored.name(),
                definition.template().name(),
                definition.schedule(),
                definition.misfire(),
                definition.limit(),
                stored.source(),
                stored.isPaused(),
                stored.planned().map(Instant::ofEpochMilli),
                stored.fired(),
                stored.skipped(),
                stored.missed()));
    }

    /**
     * The next {@code count} planned times, or fewer if there are no more; those after now if it is paused. Of a schedule with a fixed delay
     * one is known at most.
     *
     * @throws IllegalArgumentException if there is no such schedule, or {@code count} is not from 1 to 100 000
     */
    public List<Instant> nextFires(String name, int count) {
        if (count < 1 || count > MOST_FORESEEN) {
            throw new IllegalArgumentException("from 1 to 100000 planned times can be foreseen, not " + count);
        }
        var now = read(List.of(name));
        var stored = existing(name, now);
        var schedule = definition(stored).schedule();
        if (schedule.delay().isPresent()) {
            return stored.planned().map(Instant::ofEpochMilli).stream().toList();
        }
        var from = stored.planned().map(planned -> planned - 1).orElse(now.now());
        return Stream.iterate(
                        schedule.next(Instant.ofEpochMilli(from)),
                        Optional::isPresent,
                        time -> schedule.next(time.orElseThrow()))
                .limit(count)
                .map(Optional::orElseThrow)
                .toList();
    }

    /** When Redis last answered whoever fires here, by the clock of this process; the beginning of time if nobody does. */
    public Instant lastHeardOfRedis() {
        return timekeeper.map(Timekeeper::lastHeard).orElse(Instant.EPOCH);
    }

    private ReadReply read(List<String> names) {
        return redis.call(connection -> broker.read(connection, names));
    }

    private StoredSchedule existing(String name, ReadReply now) {
        var stored = now.schedules().get(name);
        if (stored == null) {
            var known = redis.call(broker::sources).keySet();
            throw new IllegalArgumentException("queue " + queue + " has no schedule '" + name + "'"
                    + Suggestion.of(name, known) + (known.isEmpty() ? "; it has none at all" : ""));
        }
        return stored;
    }

    private Definition definition(StoredSchedule stored) {
        try {
            return Definition.of(stored.definition(), stored.name(), signer);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "schedule '" + stored.name() + "' cannot be read: " + e.getMessage() + "; schedule it again", e);
        }
    }

    /** Decides on what is known and makes the edits, again for as long as something has changed meanwhile. */
    private void edit(List<String> names, Function<ReadReply, List<Edit>> decide) {
        for (var tries = 0; tries < MOST_TRIES; tries++) {
            var now = read(names);
            var edits = decide.apply(now);
            if (edits.isEmpty()) { // it is so already, but perhaps since a moment ago
                redis.use(connection -> broker.awaitDurability(connection));
                return;
            }
            if (redis.call(connection -> {
                new Broker(queue).enlist(connection);
                return broker.edit(connection, now.edits(), edits);
            })) {
                return;
            }
        }
        throw tooBusy();
    }

    private RedisUnavailableException tooBusy() {
        return new RedisUnavailableException(
                "others change the schedules of queue " + queue + " all the time; try again",
                new IllegalStateException(MOST_TRIES + " tries"));
    }

    private static <T> List<List<T>> parts(List<T> all) {
        var parts = new ArrayList<List<T>>();
        for (var i = 0; i < all.size(); i += AT_A_TIME) {
            parts.add(all.subList(i, Math.min(all.size(), i + AT_A_TIME)));
        }
        return parts;
    }

    /** Stops firing and ends the connection. What is scheduled stays so, for others to fire. */
    @Override
    public void close() {
        timekeeper.ifPresent(Timekeeper::close);
        redis.close();
    }

    @Override
    public String toString() {
        return "schedules of queue " + queue + " on " + redis;
    }
}
