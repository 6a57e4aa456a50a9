package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.Script;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The steps of the protocol on one queue: each method is one atomic change in Redis, and may be sent again, however late.
 *
 * <p>It holds no state; any thread may use it with a connection of its own.
 */
public final class Broker {

    private static final Script PUSH = Script.load(Broker.class, "push");
    private static final Script STEP = Script.load(Broker.class, "step");
    private static final Script REGISTER = Script.load(Broker.class, "register");
    private static final Script HEARTBEAT = Script.load(Broker.class, "heartbeat");
    private static final Script TICK = Script.load(Broker.class, "tick");
    private static final Script RECOVER = Script.load(Broker.class, "recover");
    private static final Script RELEASE = Script.load(Broker.class, "release");
    private static final Script CANCEL = Script.load(Broker.class, "cancel");
    private static final Script RESUME = Script.load(Broker.class, "resume");

    private static final int PROMOTED_PER_TICK = 500;
    private static final Duration CANCEL_MARK_LIFE = Duration.ofDays(1);
    private static final byte[] ONE = bytes("1");
    private static final byte[] ZERO = bytes("0");

    private final String queue;
    private final Keys keys;

    /**
     * @throws IllegalArgumentException if {@code queue} is not a queue name
     */
    public Broker(String queue) {
        this.queue = queue;
        this.keys = new Keys(queue);
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
        var arguments = new ArrayList<byte[]>(11 + 2 * tasks.size());
        arguments.add(keys.ready);
        arguments.add(keys.ready1);
        arguments.add(keys.ready2);
        arguments.add(keys.ready3);
        arguments.add(keys.producers);
        arguments.add(keys.bell);
        arguments.add(keys.workers);
        arguments.add(keys.delayed);
        arguments.add(ByteBuffer.allocate(8).putLong(producer).array());
        arguments.add(bytes(previous));
        arguments.add(bytes(tasks.size()));
        for (var task : tasks) {
            arguments.add(task.raw());
        }
        for (var due : dues) {
            arguments.add(bytes(due.wireForm()));
        }
        var reply = list(redis.run(PUSH, 8, arguments));
        return switch (text(reply.get(0))) {
            case "OK" -> new PushReply.Stored();
            case "GAP" -> new PushReply.Gap(number(reply.get(1)));
            case "CLOSED" -> new PushReply.Closed();
            default -> throw unexpected(PUSH, reply);
        };
    }

    /** Settles what {@code worker} has done and claims its next tasks. */
    public StepReply step(RedisConnection redis, String worker, StepRequest request) {
        var settlements = request.settlements();
        var arguments = new ArrayList<byte[]>(16 + 4 * settlements.size());
        arguments.add(keys.inflight(worker));
        arguments.add(keys.workers);
        arguments.add(keys.ready);
        arguments.add(keys.ready1);
        arguments.add(keys.ready2);
        arguments.add(keys.ready3);
        arguments.add(keys.bell);
        arguments.add(keys.delayed);
        arguments.add(keys.dead);
        arguments.add(keys.cancels);
        var streams = new HashMap<Long, Integer>();
        for (var settlement : settlements) {
            var task = settlement.task();
            if (task.awaitsResult() && !streams.containsKey(task.producer())) {
                arguments.add(keys.results(task.producer()));
                streams.put(task.producer(), arguments.size());
            }
        }
        var keyCount = arguments.size();
        arguments.add(bytes(worker));
        arguments.add(bytes(request.want()));
        arguments.add(bytes(request.held()));
        arguments.add(request.woken() ? ONE : ZERO);
        arguments.add(bytes(settlements.size()));
        for (var settlement : settlements) {
            arguments.add(settlement.task().fence());
            var stream = streams.getOrDefault(settlement.task().producer(), 0);
            var awaited = settlement.task().awaitsResult() ? bytes(stream) : ZERO;
            if (settlement instanceof Settlement.Complete complete) {
                arguments.addAll(List.of(bytes("C"), awaited, complete.result()));
            } else if (settlement instanceof Settlement.Retry retry) {
                arguments.addAll(List.of(bytes("R"), ZERO, bytes(retry.delay().toMillis())));
            } else if (settlement instanceof Settlement.Bury bury) {
                arguments.addAll(List.of(bytes("X"), awaited, bury.result()));
            }
        }
        var reply = list(redis.run(STEP, keyCount, arguments));
        return switch (text(reply.get(0))) {
            case "OK" -> claimed(list(reply.get(1)), list(reply.get(2)));
            case "PAUSED" -> new StepReply.Paused();
            case "RESYNC" ->
                new StepReply.Resync(list(reply.get(1)).stream()
                        .map(raw -> Envelope.stored((byte[]) raw))
                        .toList());
            case "FENCED" -> new StepReply.Fenced();
            default -> throw unexpected(STEP, reply);
        };
    }

    private static StepReply claimed(List<?> raws, List<?> cancelledIds) {
        var cancelled = new HashSet<ByteBuffer>();
        for (var id : cancelledIds) {
            cancelled.add(ByteBuffer.wrap((byte[]) id));
        }
        var tasks = new ArrayList<StepReply.Task>(raws.size());
        for (var raw : raws) {
            var envelope = Envelope.stored((byte[]) raw);
            var isCancelled = !cancelled.isEmpty() && cancelled.contains(ByteBuffer.wrap(envelope.id()));
            tasks.add(new StepReply.Task(envelope, isCancelled));
        }
        return new StepReply.Claimed(tasks);
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
        list(reply.get(0)).forEach(worker -> lost.add(text(worker)));
        var condemned = new HashMap<String, String>();
        var pairs = list(reply.get(1));
        for (var i = 0; i < pairs.size(); i += 2) {
            condemned.put(text(pairs.get(i)), HexFormat.of().formatHex((byte[]) pairs.get(i + 1)));
        }
        return new HeartbeatReply(Set.copyOf(lost), Map.copyOf(condemned));
    }

    /** Promotes due tasks and finds workers whose lease has run out; a silence longer than {@code gap} gives all a lease of grace. */
    public TickReply tick(RedisConnection redis, Duration gap, Duration lease) {
        var reply = list(redis.run(
                TICK,
                9,
                List.of(
                        keys.delayed,
                        keys.ready,
                        keys.ready1,
                        keys.ready2,
                        keys.ready3,
                        keys.bell,
                        keys.workers,
                        keys.tick,
                        keys.cancels,
                        bytes(PROMOTED_PER_TICK),
                        bytes(gap.toMillis()),
                        bytes(lease.toMillis()))));
        var expired = list(reply.get(1)).stream().map(Broker::text).toList();
        return new TickReply((int) number(reply.get(0)), expired, number(reply.get(2)) == 1);
    }

    /**
     * Gives back the tasks of a worker whose process is known to be dead.
     *
     * @param backoff delay of the running task for each attempt before this one
     */
    public int recoverDead(RedisConnection redis, String worker, Duration backoff) {
        return recover(redis, worker, "dead", backoff);
    }

    /** Gives back the tasks of a worker whose lease has run out; negative if it has not, or in a time of grace. */
    public int recoverExpired(RedisConnection redis, String worker, Duration backoff) {
        return recover(redis, worker, "expired", backoff);
    }

    private int recover(RedisConnection redis, String worker, String mode, Duration backoff) {
        return (int) number(redis.run(
                RECOVER,
                9,
                List.of(
                        keys.workers,
                        keys.inflight(worker),
                        keys.ready,
                        keys.ready1,
                        keys.ready2,
                        keys.ready3,
                        keys.bell,
                        keys.tick,
                        keys.delayed,
                        bytes(worker),
                        bytes(mode),
                        bytes(backoff.toMillis()))));
    }

    /** Gives back what {@code worker} holds but the first {@code keep} tasks; negative if it is fenced off. */
    public int release(RedisConnection redis, String worker, int keep, boolean unregister) {
        return (int) number(redis.run(
                RELEASE,
                7,
                List.of(
                        keys.workers,
                        keys.inflight(worker),
                        keys.ready,
                        keys.ready1,
                        keys.ready2,
                        keys.ready3,
                        keys.bell,
                        bytes(worker),
                        bytes(keep),
                        unregister ? ONE : ZERO)));
    }

    /** Marks tasks of one producer as not wanted; {@code endRunning} also ends those that run. */
    public void cancel(RedisConnection redis, long producer, List<Long> sequences, boolean endRunning) {
        var arguments = new ArrayList<byte[]>();
        arguments.add(keys.cancels);
        arguments.add(keys.workers);
        arguments.add(bytes(CANCEL_MARK_LIFE.toMillis()));
        arguments.add(endRunning ? ONE : ZERO);
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

    /** How many tasks wait, ready or delayed. */
    public long waiting(RedisConnection redis) {
        return Stream.of(keys.ready, keys.ready1, keys.ready2, keys.ready3)
                        .mapToLong(key -> number(redis.call("LLEN", key)))
                        .sum()
                + number(redis.call("ZCARD", keys.delayed));
    }

    /** The workers registered now. */
    public List<String> workers(RedisConnection redis) {
        return list(redis.call("ZRANGE", keys.workers, ZERO, bytes(-1))).stream()
                .map(Broker::text)
                .filter(worker -> !worker.startsWith("!"))
                .toList();
    }

    /** Opens the stream in which {@code producer} gets its results; it lapses unless renewed. */
    public void openResults(RedisConnection redis, long producer, Duration life) {
        // adds an entry and drops it at once, which leaves an empty stream
        redis.call("XADD", keys.results(producer), bytes("MAXLEN"), ZERO, bytes("*"), bytes("open"), ONE);
        renewResults(redis, producer, life);
    }

    /** Extends the life of the result stream; false if it is gone. */
    public boolean renewResults(RedisConnection redis, long producer, Duration life) {
        return number(redis.call("PEXPIRE", keys.results(producer), bytes(life.toMillis()))) == 1;
    }

    /** Waits up to {@code limit} for results behind {@code cursor}. */
    public List<ResultEntry> readResults(RedisConnection redis, long producer, String cursor, Duration limit) {
        var reply = redis.callBlocking(
                limit,
                "XREAD",
                bytes("COUNT"),
                bytes(1000),
                bytes("BLOCK"),
                bytes(limit.toMillis()),
                bytes("STREAMS"),
                keys.results(producer),
                bytes(cursor));
        if (reply == null) {
            return List.of();
        }
        var entries = list(list(list(reply).get(0)).get(1));
        var results = new ArrayList<ResultEntry>(entries.size());
        for (var entry : entries) {
            var fields = list(list(entry).get(1));
            var id = (byte[]) requireNonNull(fields.get(1));
            results.add(new ResultEntry(
                    text(list(entry).get(0)), ByteBuffer.wrap(id).getLong(8), (byte[]) requireNonNull(fields.get(3))));
        }
        return results;
    }

    /** Drops results up to and including {@code cursor}. */
    public void trimResults(RedisConnection redis, long producer, String cursor) {
        var dash = cursor.indexOf('-');
        var next = cursor.substring(0, dash + 1) + (Long.parseLong(cursor.substring(dash + 1)) + 1);
        redis.call("XTRIM", keys.results(producer), bytes("MINID"), bytes(next));
    }

    public void closeResults(RedisConnection redis, long producer) {
        redis.call("UNLINK", keys.results(producer));
    }

    /** Deletes the queue, with all that waits on it; for a queue that only its caller uses. */
    public void drop(RedisConnection redis, List<String> workers) {
        var all = new ArrayList<byte[]>(List.of(
                keys.ready,
                keys.ready1,
                keys.ready2,
                keys.ready3,
                keys.workers,
                keys.bell,
                keys.delayed,
                keys.dead,
                keys.producers,
                keys.cancels,
                keys.tick));
        workers.forEach(worker -> all.add(keys.inflight(worker)));
        redis.call("UNLINK", all.toArray(byte[][]::new));
    }

    private static byte[] seconds(Duration limit) {
        return bytes(Double.toString(limit.toMillis() / 1000.0));
    }

    private static List<?> list(@Nullable Object reply) {
        return (List<?>) requireNonNull(reply);
    }

    private static String text(@Nullable Object reply) {
        return new String((byte[]) requireNonNull(reply), UTF_8);
    }

    private static long number(@Nullable Object reply) {
        return (Long) requireNonNull(reply);
    }

    private static IllegalStateException unexpected(Script script, List<?> reply) {
        return new IllegalStateException(script + " gave an unexpected reply of " + reply.size() + " parts");
    }
}
