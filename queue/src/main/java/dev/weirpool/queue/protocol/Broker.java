package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.protocol.Replies.list;
import static dev.weirpool.queue.protocol.Replies.moment;
import static dev.weirpool.queue.protocol.Replies.number;
import static dev.weirpool.queue.protocol.Replies.part;
import static dev.weirpool.queue.protocol.Replies.raw;
import static dev.weirpool.queue.protocol.Replies.text;
import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static dev.weirpool.queue.redis.RedisConnection.seconds;

import dev.weirpool.queue.redis.ForeignDataException;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.Script;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Signer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The steps of the protocol on one queue: each method is one atomic change in Redis, and may be sent again, however late.
 *
 * <p>It holds no state; any thread may use it with a connection of its own.
 */
public final class Broker {

    private static final Script PUSH = Script.load(Broker.class, "push");
    private static final Script REGISTER = Script.load(Broker.class, "register");
    private static final Script HEARTBEAT = Script.load(Broker.class, "heartbeat");
    private static final Script TICK = Script.load(Broker.class, "tick");
    private static final Script RECOVER = Script.load(Broker.class, "recover");
    private static final Script RELEASE = Script.load(Broker.class, "release");
    private static final Script CANCEL = Script.load(Broker.class, "cancel");
    private static final Script REQUEUE = Script.load(Broker.class, "requeue");
    private static final Script DISCARD = Script.load(Broker.class, "discard");
    private static final Script OPEN = Script.load(Broker.class, "open");
    private static final Script OWN = Script.load(Broker.class, "own");
    private static final Script RESUME = Script.load(Broker.class, "resume");

    private static final Script ENLIST = Script.load(Broker.class, "enlist");
    private static final Script PURGE = Script.load(Broker.class, "purge");
    private static final Script ADMIT = Script.load(Broker.class, "admit");
    private static final Script REVIVE = Script.load(Broker.class, "revive");

    private static final int MOST_QUEUES = 10_000;

    /** Read at once, each of which may hold a mebibyte of results. */
    private static final int RESULT_ENTRIES = 32;

    private static final int DROPPED_AT_A_TIME = 500;
    private static final Duration CANCEL_MARK_LIFE = Duration.ofDays(1);

    /** A task that was claimed before it was marked is found by the next heartbeat, or its launcher has lost it. */
    private static final Duration END_MARK_LIFE = Duration.ofMinutes(5);

    private static final Duration PRODUCER_LIFE = Duration.ofDays(7);
    private static final Duration REQUEST_LIFE = Duration.ofMinutes(10);
    private static final Duration ADMISSION_LIFE = Duration.ofDays(1);
    private static final int ABANDONED_AT_A_TIME = 10;
    private static final Duration RECORD_LIFE = Duration.ofDays(30);
    private static final Duration PROGRESS_LIFE = Duration.ofMinutes(10);
    private static final byte[] NOTHING = {};
    private static final byte[] ONE = bytes("1");
    private static final byte[] ZERO = bytes("0");
    private static final byte[] LIMIT = bytes("!limit");
    private static final byte[] LOAD = bytes("!load");
    private static final byte[] BLOBS = bytes("!blobs");

    private final String queue;
    private final Keys keys;
    private final StepExchange step;

    /**
     * @throws IllegalArgumentException if {@code queue} is not a queue name
     */
    public Broker(String queue) {
        this.queue = queue;
        this.keys = new Keys(queue);
        this.step = new StepExchange(queue, keys);
    }

    public String queue() {
        return queue;
    }

    /**
     * Puts tasks on the queue, once each.
     *
     * @param previous the sequence that the producer knows to be stored before these; 0 if none
     * @param tasks in the order of their sequences; may be empty, to ask whether anything was lost
     * @param dues empty, or one for each task
     */
    public PushReply push(RedisConnection redis, long producer, long previous, List<Envelope> tasks, List<Due> dues) {
        var arguments = pushArguments(producer, previous, tasks, dues, List.of());
        return pushReply(
                tasks.isEmpty()
                        ? redis.run(PUSH, 9, arguments)
                        : redis.runDurably(keys.producersMark, PUSH, 9, arguments));
    }

    /** Puts a task on the queue unless another holds the name; else it holds it from then on. */
    public PushReply pushUnique(RedisConnection redis, long previous, Envelope task, Due due, UniqueName unique) {
        var keysOfTask = List.of(keys.unique(unique.name()), keys.refused(task.id()));
        var arguments = pushArguments(task.producer(), previous, List.of(task), List.of(due), keysOfTask);
        arguments.add(bytes(unique.limit().toMillis()));
        return pushReply(redis.runDurably(keys.producersMark, PUSH, 11, arguments));
    }

    /** Puts a task on the queue whose body lies apart and has been stored; it may hold a name. */
    public PushReply pushApart(
            RedisConnection redis, long previous, Envelope task, Due due, Optional<UniqueName> unique) {
        var blob = task.blob().orElseThrow();
        var name = unique.map(UniqueName::name).orElse("");
        var keysOfTask = List.of(keys.unique(name), keys.refused(task.id()), keys.blob(blob));
        var arguments = pushArguments(task.producer(), previous, List.of(task), List.of(due), keysOfTask);
        arguments.add(bytes(unique.map(UniqueName::limit).orElse(Duration.ZERO).toMillis()));
        arguments.add(bytes(BlobBroker.TASK_LIFE.plus(due.fromNow()).toMillis()));
        return pushReply(redis.runDurably(keys.producersMark, PUSH, 12, arguments));
    }

    private List<byte[]> pushArguments(
            long producer, long previous, List<Envelope> tasks, List<Due> dues, List<byte[]> furtherKeys) {
        var arguments = new ArrayList<byte[]>(12 + 2 * tasks.size());
        arguments.addAll(keys.ready());
        arguments.add(keys.producers);
        arguments.add(keys.bell);
        arguments.add(keys.workers);
        arguments.add(keys.delayed);
        arguments.add(keys.producers1);
        arguments.addAll(furtherKeys);
        arguments.add(ByteBuffer.allocate(8).putLong(producer).array());
        arguments.add(bytes(previous));
        arguments.add(bytes(tasks.size()));
        for (var task : tasks) {
            arguments.add(task.raw());
        }
        for (var due : dues) {
            arguments.add(bytes(due.wireForm()));
        }
        return arguments;
    }

    static PushReply pushReply(@Nullable Object raw) {
        var reply = list(raw);
        return switch (text(part(reply, 0))) {
            case "OK" -> new PushReply.Stored();
            case "GAP" -> new PushReply.Gap(number(part(reply, 1)));
            case "CLOSED" -> new PushReply.Closed();
            case "APART" -> new PushReply.BodyMissing();
            case "FULL" -> new PushReply.Full(number(part(reply, 1)), Limit.of(text(part(reply, 2))));
            case "EXISTS" -> new PushReply.Exists(raw(part(reply, 2)));
            default -> throw unexpected(PUSH, reply);
        };
    }

    /** Settles what {@code worker} has done and claims its next tasks. */
    public StepReply step(RedisConnection redis, String worker, StepRequest request) {
        return step.send(redis, worker, request);
    }

    /** Waits up to {@code limit} for the bell, then steps, whether it rang or not: it is a hint. */
    public StepReply stepAtBell(RedisConnection redis, String worker, StepRequest request, Duration limit) {
        return step.sendAtBell(redis, worker, request, limit);
    }

    /** Waits up to {@code limit} for the bell. It is a hint: a step must follow whether it rang or not. */
    public boolean awaitBell(RedisConnection redis, Duration limit) {
        return redis.callBlocking(limit, "BLPOP", keys.bell, seconds(limit)) != null;
    }

    /** Makes a new worker known; false if it is known already. */
    public boolean register(RedisConnection redis, String worker, Duration lease) {
        return number(redis.run(REGISTER, 1, List.of(keys.workers, bytes(lease.toMillis()), bytes(worker)))) == 1;
    }

    /** Renews the leases of {@code workers}. */
    public HeartbeatReply heartbeat(RedisConnection redis, Duration lease, List<String> workers) {
        var arguments = new ArrayList<byte[]>();
        arguments.add(keys.workers);
        arguments.add(keys.cancels);
        workers.forEach(worker -> arguments.add(keys.inflight(worker)));
        arguments.add(bytes(lease.toMillis()));
        workers.forEach(worker -> arguments.add(bytes(worker)));
        var reply = list(redis.run(HEARTBEAT, 2 + workers.size(), arguments));
        var lost = new HashSet<String>();
        list(part(reply, 0)).forEach(worker -> lost.add(text(worker)));
        var condemned = new HashMap<String, String>();
        var pairs = list(part(reply, 1));
        for (var i = 0; i < pairs.size(); i += 2) {
            condemned.put(text(part(pairs, i)), HexFormat.of().formatHex(raw(part(pairs, i + 1))));
        }
        return new HeartbeatReply(Set.copyOf(lost), Map.copyOf(condemned));
    }

    /** Promotes due tasks and finds workers whose lease has run out; after a silence longer than {@code gap} none has, for a time of grace. */
    public TickReply tick(RedisConnection redis, Duration gap, Duration grace) {
        var arguments = new ArrayList<byte[]>();
        arguments.add(keys.delayed);
        arguments.addAll(keys.ready());
        arguments.addAll(
                List.of(keys.bell, keys.workers, keys.tick, keys.cancels, keys.producers, keys.producers1, keys.fence));
        var keyCount = arguments.size();
        arguments.add(bytes(TickReply.MOST_PROMOTED));
        arguments.add(bytes(gap.toMillis()));
        arguments.add(bytes(grace.toMillis()));
        arguments.add(bytes(END_MARK_LIFE.toMillis()));
        arguments.add(bytes(PRODUCER_LIFE.toMillis()));
        var reply = list(redis.run(TICK, keyCount, arguments));
        var expired = list(part(reply, 1)).stream().map(Replies::text).toList();
        return new TickReply((int) number(part(reply, 0)), expired, number(part(reply, 2)) == 1);
    }

    /**
     * Gives back the tasks of a worker whose process is known to be dead.
     *
     * @param backoff delay of the task that is to blame, for each attempt before this one
     */
    public int recoverDead(RedisConnection redis, String worker, Duration backoff, Blame blame) {
        return recover(redis, worker, "dead", backoff, blame);
    }

    /** Gives back the tasks of a worker whose lease has run out; negative if it has not, or in a time of grace. */
    public int recoverExpired(RedisConnection redis, String worker, Duration backoff) {
        return recover(redis, worker, "expired", backoff, new Blame.Oldest());
    }

    private int recover(RedisConnection redis, String worker, String mode, Duration backoff, Blame blame) {
        var arguments = new ArrayList<byte[]>();
        arguments.add(keys.workers);
        arguments.add(keys.inflight(worker));
        arguments.addAll(keys.ready());
        arguments.addAll(List.of(keys.bell, keys.tick, keys.delayed, keys.dead, keys.cancels, keys.producers));
        var running = blame instanceof Blame.Running is ? is : null;
        var verdict = running == null ? null : running.verdict();
        var run = verdict == null ? Optional.<ScheduledRun>empty() : verdict.run();
        var again = run.flatMap(ScheduledRun::again);
        if (running != null) {
            var id = running.id();
            arguments.add(keys.attempts(id));
            arguments.add(keys.results(ByteBuffer.wrap(id).getLong()));
            arguments.add(keys.result(id));
            arguments.add(keys.unique(verdict == null ? "" : verdict.uniqueKey().orElse("")));
            arguments.add(keys.running(run.map(ScheduledRun::schedule).orElse("")));
            arguments.add(keys.schedules);
        }
        var keyCount = arguments.size();
        arguments.add(bytes(worker));
        arguments.add(bytes(mode));
        arguments.add(bytes(backoff.toMillis()));
        arguments.add(running != null ? running.fence() : blame instanceof Blame.Oldest ? bytes("?") : NOTHING);
        arguments.add(running != null ? running.record() : NOTHING);
        arguments.add(bytes(RECORD_LIFE.toMillis()));
        arguments.add(
                running == null || verdict == null
                        ? NOTHING
                        : new ResultPack(redis.keyring(), queue).seal(running.id(), verdict.result()));
        arguments.add(
                bytes(verdict == null ? 0 : verdict.keep().orElse(Duration.ZERO).toMillis()));
        arguments.add(
                bytes(again.flatMap(how -> run).map(ScheduledRun::schedule).orElse("")));
        arguments.add(bytes(again.map(ScheduledRun.Again::putOff).orElse(0L)));
        arguments.add(bytes(again.map(ScheduledRun.Again::delay).orElse(0L)));
        return (int) number(redis.run(RECOVER, keyCount, arguments));
    }

    /** Gives back what {@code worker} holds but the first {@code keep} tasks; negative if it is fenced off. */
    public int release(RedisConnection redis, String worker, int keep, boolean unregister) {
        return release(redis, worker, keep, unregister, NOTHING);
    }

    /** Gives back what {@code worker} holds but {@code running}, which comes first, or nothing if it does not; negative if it is fenced off. */
    public int giveBackAhead(RedisConnection redis, String worker, Envelope running) {
        return release(redis, worker, 1, false, running.fence());
    }

    private int release(RedisConnection redis, String worker, int keep, boolean unregister, byte[] head) {
        var arguments = new ArrayList<byte[]>();
        arguments.add(keys.workers);
        arguments.add(keys.inflight(worker));
        arguments.addAll(keys.ready());
        arguments.add(keys.bell);
        arguments.add(keys.producers);
        var keyCount = arguments.size();
        arguments.add(bytes(worker));
        arguments.add(bytes(keep));
        arguments.add(unregister ? ONE : ZERO);
        arguments.add(head);
        return (int) number(redis.run(RELEASE, keyCount, arguments));
    }

    /** Marks tasks of one producer as not wanted; {@code endRunning} also ends those that run. */
    public void cancel(RedisConnection redis, long producer, List<Long> sequences, boolean endRunning) {
        var arguments = new ArrayList<byte[]>();
        arguments.add(keys.cancels);
        arguments.add(keys.workers);
        arguments.add(bytes(CANCEL_MARK_LIFE.toMillis()));
        arguments.add(endRunning ? bytes(END_MARK_LIFE.toMillis()) : ZERO);
        sequences.forEach(sequence -> arguments.add(Envelope.id(producer, sequence)));
        redis.run(CANCEL, 2, arguments);
    }

    /** Lets no worker claim from this queue until {@link #resume}; what runs is finished. */
    public void pause(RedisConnection redis) {
        redis.call("ZADD", keys.workers, bytes("+inf"), bytes("!paused"));
    }

    public void resume(RedisConnection redis) {
        redis.run(RESUME, 2, List.of(keys.workers, keys.bell));
    }

    /** Has the queue take no more tasks while so much waits; what is there already stays. */
    public void limit(RedisConnection redis, Limit limit) {
        if (limit.equals(Limit.NONE)) {
            redis.call("HDEL", keys.producers, LIMIT);
        } else {
            redis.call("HSET", keys.producers, LIMIT, bytes(limit.wireForm()));
        }
    }

    /** How much may wait. */
    public Limit limit(RedisConnection redis) {
        var limit = (byte[]) redis.call("HGET", keys.producers, LIMIT);
        return limit == null ? Limit.NONE : Limit.of(text(limit));
    }

    /** The limit, if as much waits as may; what waits can change at once. */
    public Optional<Limit> reachedLimit(RedisConnection redis) {
        var fields = list(redis.call("HMGET", keys.producers, LIMIT, LOAD));
        if (fields.get(0) == null) {
            return Optional.empty();
        }
        var limit = Limit.of(text(fields.get(0)));
        var load = fields.get(1) == null ? 0 : moment(fields.get(1)).orElse(0L);
        var isReached =
                (limit.items() > 0 && waiting(redis) >= limit.items()) || (limit.bytes() > 0 && load >= limit.bytes());
        return isReached ? Optional.of(limit) : Optional.empty();
    }

    /** How many tasks wait, ready or delayed. */
    public long waiting(RedisConnection redis) {
        return keys.ready().stream()
                        .mapToLong(key -> number(redis.call("LLEN", key)))
                        .sum()
                + number(redis.call("ZCARD", keys.delayed));
    }

    /** How many dead letters there are. */
    public long deadCount(RedisConnection redis) {
        return number(redis.call("LLEN", keys.dead));
    }

    /** What {@code worker} holds, the oldest first. */
    public List<Envelope> inflight(RedisConnection redis, String worker) {
        return list(redis.call("LRANGE", keys.inflight(worker), ZERO, bytes(-1))).stream()
                .map(raw -> Envelope.received((byte[]) raw, verifier(redis)))
                .toList();
    }

    /** {@code count} dead letters, the newest first, without the first {@code skip}. */
    public List<Envelope> dead(RedisConnection redis, int skip, int count) {
        var oldestFirst = list(redis.call("LRANGE", keys.dead, bytes(-skip - count), bytes(-skip - 1)));
        var letters = new ArrayList<Envelope>(oldestFirst.size());
        oldestFirst.forEach(raw -> letters.add(0, Envelope.received((byte[]) raw, verifier(redis))));
        return letters;
    }

    /**
     * Puts a dead letter back on the queue; false if it is gone.
     *
     * @param request the same each time that this is sent for one purpose, so that what was carried out is known to have been
     */
    public boolean requeue(RedisConnection redis, Envelope letter, UUID request) {
        var arguments = new ArrayList<byte[]>();
        arguments.add(keys.dead);
        arguments.addAll(keys.ready());
        arguments.add(keys.bell);
        arguments.add(keys.done(request));
        arguments.add(keys.producers);
        var keyCount = arguments.size();
        arguments.add(letter.raw());
        arguments.add(bytes(REQUEST_LIFE.toMillis()));
        return number(redis.run(REQUEUE, keyCount, arguments)) == 1;
    }

    /**
     * Puts a task that another queue has given up on this one. The request is as for {@link #requeue}, but remembered for a day.
     *
     * @param task as it is to be here
     * @param attempts the records of its attempts
     */
    public void admit(RedisConnection redis, Envelope task, List<byte[]> attempts, UUID request) {
        var arguments = new ArrayList<byte[]>();
        arguments.add(keys.done(request));
        arguments.add(keys.attempts(task.id()));
        arguments.addAll(keys.ready());
        arguments.addAll(List.of(keys.bell, keys.workers, keys.producers));
        var keyCount = arguments.size();
        arguments.addAll(List.of(task.raw(), bytes(ADMISSION_LIFE.toMillis()), bytes(RECORD_LIFE.toMillis())));
        arguments.addAll(attempts);
        redis.run(ADMIT, keyCount, arguments);
    }

    /** Deletes a dead letter and what is kept of its attempts; false if it is gone. The request is as for {@link #requeue}. */
    public boolean discard(RedisConnection redis, Envelope letter, UUID request) {
        var arguments = new ArrayList<byte[]>();
        arguments.add(keys.dead);
        arguments.add(keys.attempts(letter.id()));
        arguments.add(keys.done(request));
        letter.blob().ifPresent(blob -> arguments.add(keys.blob(blob)));
        var keyCount = arguments.size();
        arguments.add(letter.raw());
        arguments.add(bytes(REQUEST_LIFE.toMillis()));
        return number(redis.run(DISCARD, keyCount, arguments)) == 1;
    }

    /** The records of a task's attempts. */
    public List<byte[]> attempts(RedisConnection redis, Envelope task) {
        return list(redis.call("LRANGE", keys.attempts(task.id()), ZERO, bytes(-1))).stream()
                .map(record -> (byte[]) record)
                .toList();
    }

    /**
     * The result of a task, if it has ended and its result is kept.
     *
     * @throws dev.weirpool.queue.signing.WrongSignatureException if what is kept there was not signed by one of our keys
     */
    public byte @Nullable [] keptResult(RedisConnection redis, long producer, long sequence) {
        var sealed = (byte[]) redis.call("GET", keys.result(Envelope.id(producer, sequence)));
        if (sealed == null) {
            return null;
        }
        var pack = new ResultPack(redis.keyring(), queue);
        if (pack.isLone(producer, sealed)) {
            return sealed;
        }
        var results = pack.open(producer, "", sealed);
        if (results.size() != 1 || results.get(0).sequence() != sequence) {
            throw new IllegalArgumentException("what is kept as the result of the task is that of another");
        }
        return results.get(0).result();
    }

    /** Says how far the task with that id is; it can be read for ten minutes. */
    public void tellProgress(RedisConnection redis, byte[] id, byte[] progress) {
        redis.call("SET", keys.progress(id), progress, bytes("PX"), bytes(PROGRESS_LIFE.toMillis()));
    }

    /** How far a task last said it was. */
    public Optional<byte[]> progress(RedisConnection redis, long producer, long sequence) {
        return Optional.ofNullable((byte[]) redis.call("GET", keys.progress(Envelope.id(producer, sequence))));
    }

    /** The workers registered now. */
    public List<String> workers(RedisConnection redis) {
        return list(redis.call("ZRANGE", keys.workers, ZERO, bytes(-1))).stream()
                .map(Replies::text)
                .filter(worker -> !worker.startsWith("!"))
                .toList();
    }

    /** Opens the stream in which {@code producer} gets its results; it lapses unless renewed. */
    public void openResults(RedisConnection redis, long producer, Duration life) {
        redis.run(OPEN, 1, List.of(keys.results(producer), bytes(life.toMillis())));
    }

    /** Extends the life of the result stream; false if it is gone. */
    public boolean renewResults(RedisConnection redis, long producer, Duration life) {
        return number(redis.call("PEXPIRE", keys.results(producer), bytes(life.toMillis()))) == 1;
    }

    /** Waits up to {@code limit} for results behind {@code cursor}; those that are not genuine are passed over. */
    public ResultReply readResults(RedisConnection redis, long producer, String cursor, Duration limit) {
        var reply = redis.callBlocking(
                limit,
                "XREAD",
                bytes("COUNT"),
                bytes(RESULT_ENTRIES),
                bytes("BLOCK"),
                bytes(limit.toMillis()),
                bytes("STREAMS"),
                keys.results(producer),
                bytes(cursor));
        if (reply == null) {
            return new ResultReply(cursor, List.of(), List.of());
        }
        var pack = new ResultPack(redis.keyring(), queue);
        var results = new ArrayList<ResultEntry>();
        var refused = new ArrayList<String>();
        var place = cursor;
        for (var entry : list(list(list(reply).get(0)).get(1))) {
            var both = list(entry);
            place = text(part(both, 0));
            try {
                results.addAll(pack.open(producer, place, raw(part(list(part(both, 1)), 1))));
            } catch (IllegalArgumentException e) {
                refused.add(String.valueOf(e.getMessage()));
            }
        }
        return new ResultReply(place, results, refused);
    }

    /** Drops results up to and including {@code cursor}. */
    public void trimResults(RedisConnection redis, long producer, String cursor) {
        var dash = cursor.indexOf('-');
        // whoever can write there chooses the numbers of his entries
        var millis = Long.parseUnsignedLong(cursor.substring(0, dash));
        var next = Long.parseUnsignedLong(cursor.substring(dash + 1)) + 1;
        var minimum = Long.toUnsignedString(next == 0 ? millis + 1 : millis) + "-" + Long.toUnsignedString(next);
        redis.call("XTRIM", keys.results(producer), bytes("MINID"), bytes(minimum));
    }

    public void closeResults(RedisConnection redis, long producer) {
        redis.call("UNLINK", keys.results(producer));
    }

    private Signer verifier(RedisConnection redis) {
        return redis.keyring().signer(Direction.TASK, queue);
    }

    /** Notes that this queue is in use, or the one of which this is a partition, so that {@link Survey#queues} names it. */
    public void enlist(RedisConnection redis) {
        redis.run(ENLIST, 1, List.of(Keys.QUEUES, bytes(Partitions.queueOf(queue)), bytes(MOST_QUEUES + 1)));
    }

    /** Puts up to {@code most} dead letters back on the queue, the oldest first; returns how many. */
    public int revive(RedisConnection redis, int most) {
        return (int) number(redis.run(
                REVIVE,
                7,
                List.of(
                        keys.dead,
                        keys.ready,
                        keys.ready1,
                        keys.ready2,
                        keys.ready3,
                        keys.bell,
                        keys.producers,
                        bytes(most))));
    }

    /**
     * Deletes the first tasks of {@code where}, as long as they are the expected ones; returns how many.
     *
     * @param cancelled the result that tells a client so; empty to tell none
     */
    public int purge(RedisConnection redis, Place where, List<Expected> tasks, byte[] cancelled) {
        var arguments = new ArrayList<byte[]>(4 + 10 * tasks.size());
        arguments.add(where.key(keys));
        arguments.add(keys.schedules);
        arguments.add(keys.producers);
        for (var task : tasks) {
            arguments.add(keys.results(ByteBuffer.wrap(task.id()).getLong()));
            arguments.add(keys.unique(task.uniqueKey()));
            arguments.add(keys.attempts(task.id()));
            arguments.add(keys.running(task.run().map(ScheduledRun::schedule).orElse("")));
            arguments.add(task.blob().map(keys::blob).orElseGet(() -> keys.attempts(task.id())));
        }
        var keyCount = arguments.size();
        arguments.add(where == Place.DEAD ? ZERO : ONE);
        var pack = new ResultPack(redis.keyring(), queue);
        for (var task : tasks) {
            var again = task.run().flatMap(ScheduledRun::again);
            arguments.add(task.id());
            arguments.add(cancelled.length == 0 ? NOTHING : pack.seal(task.id(), cancelled));
            arguments.add(again.isEmpty() ? NOTHING : bytes(task.run().get().schedule()));
            arguments.add(bytes(again.map(ScheduledRun.Again::putOff).orElse(0L)));
            arguments.add(bytes(again.map(ScheduledRun.Again::delay).orElse(0L)));
        }
        return (int) number(redis.run(PURGE, keyCount, arguments));
    }

    /**
     * A task that is to be purged.
     *
     * @param uniqueKey the name that it may hold, or nothing
     * @param run of the schedule that counts it
     * @param blob where its body lies, if that is apart
     */
    public record Expected(byte[] id, String uniqueKey, Optional<ScheduledRun> run, Optional<Blob> blob) {}

    /** Says that this queue has an owner, who will say so again within {@code life}; else {@link #dropAbandoned} deletes it. */
    public void own(RedisConnection redis, Duration life) {
        own(redis, queue, life);
    }

    private static List<?> own(RedisConnection redis, String queue, Duration life) {
        return list(redis.run(
                OWN, 1, List.of(Keys.POOLS, bytes(queue), bytes(life.toMillis()), bytes(ABANDONED_AT_A_TIME))));
    }

    /** Deletes queues whose owner has not said for too long that it lives; ten at most. Returns their names. */
    public static List<String> dropAbandoned(RedisConnection redis) {
        var abandoned = new ArrayList<String>();
        for (var name :
                own(redis, "", Duration.ZERO).stream().map(Replies::text).toList()) {
            if (Keys.isName(name)) {
                var broker = new Broker(name);
                broker.drop(redis, broker.workers(redis));
                abandoned.add(name);
            } else {
                redis.call("ZREM", Keys.POOLS, bytes(name)); // nobody of ours has put it there
            }
        }
        return abandoned;
    }

    /** Deletes the queue, with all that waits on it; for a queue that only its caller uses. */
    public void drop(RedisConnection redis, List<String> workers) {
        for (var letters = dead(redis, 0, DROPPED_AT_A_TIME);
                !letters.isEmpty();
                letters = dead(redis, 0, DROPPED_AT_A_TIME)) {
            redis.call(
                    "UNLINK",
                    letters.stream().map(letter -> keys.attempts(letter.id())).toArray(byte[][]::new));
            redis.call("LTRIM", keys.dead, ZERO, bytes(-DROPPED_AT_A_TIME - 1));
        }
        if (redis.call("ZSCORE", keys.workers, BLOBS) != null) {
            dropBlobs(redis);
        }
        var all = new ArrayList<byte[]>(List.of(
                keys.workers,
                keys.bell,
                keys.delayed,
                keys.dead,
                keys.producers,
                keys.producers1,
                keys.cancels,
                keys.tick,
                keys.fence,
                keys.schedules,
                keys.definitions,
                keys.versions,
                keys.sources,
                keys.paused,
                keys.edits,
                keys.counts,
                keys.partitions,
                keys.total));
        all.addAll(keys.ready());
        all.addAll(Statistics.keys(keys, Instant.now()));
        workers.forEach(worker -> all.add(keys.inflight(worker)));
        redis.call("UNLINK", all.toArray(byte[][]::new));
        redis.call("ZREM", Keys.QUEUES, bytes(queue));
        redis.call("ZREM", Keys.POOLS, bytes(queue)); // last: whoever is halted before it leaves it to be found again
    }

    /** Drops the bodies of tasks that lie apart; where there never was one nobody looks. */
    private void dropBlobs(RedisConnection redis) {
        var survey = new Survey(queue);
        for (var place : Place.values()) {
            var from = 0L;
            for (var seen = DROPPED_AT_A_TIME; seen == DROPPED_AT_A_TIME; from += seen) {
                var page = survey.peek(redis, place, from, from + DROPPED_AT_A_TIME - 1, Envelope.MOST_APART_BYTES)
                        .glimpses();
                seen = page.size();
                var blobs = page.stream()
                        .flatMap(glimpse -> Envelope.stored(glimpse.beginning()).blob().stream())
                        .map(keys::blob)
                        .toArray(byte[][]::new);
                if (blobs.length > 0) {
                    redis.call("UNLINK", blobs);
                }
            }
        }
    }

    static ForeignDataException unexpected(Script script, List<?> reply) {
        return new ForeignDataException(
                "Redis replied with " + reply.size() + " parts that are no reply of " + script + "; is it a Redis?");
    }
}
