package dev.weirpool.queue.inspect;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.protocol.Survey;
import dev.weirpool.queue.redis.ForeignDataException;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.signing.Keyring;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Sees all queues of a Redis, and steers them.
 *
 * <p>May be used by many threads. While Redis is away each method tries again for 10 s, then throws
 * {@link dev.weirpool.queue.redis.RedisUnavailableException}. What is asked for is looked at when it is asked for; nothing is kept.
 */
public final class Operator implements AutoCloseable {

    private static final int PROBES = 5;
    private static final Duration MEMORY_OF_EMPTY_QUEUES = Duration.ofHours(1);

    private final Redis redis;
    private final Clock clock;

    private Operator(Redis redis, Clock clock) {
        this.redis = redis;
        this.clock = clock;
    }

    /**
     * Connects to a Redis.
     *
     * @throws dev.weirpool.queue.redis.RedisUnavailableException if it does not answer; that is tried once, for 4 s at most
     * @throws dev.weirpool.queue.redis.RedisRefusedException if it is not suitable for queues
     */
    public static Operator connect(RedisOptions options) {
        return new Operator(options.open(), Clock.systemUTC());
    }

    /**
     * The same for a Redis that may not be suitable, to find out why.
     *
     * @param clock with which that of Redis is compared
     */
    public static Operator connectUnchecked(RedisOptions options, Clock clock) {
        return new Operator(options.openUnchecked(), clock);
    }

    /** The names of all queues in use, in order. */
    public List<String> queueNames() {
        return redis.call(Survey::queues);
    }

    /**
     * How all queues are, by name; those of which nothing is left are forgotten.
     *
     * @param spoilt told of each that cannot be looked at, because its keys are not as Weirpool makes them; it is left out
     */
    public List<QueueState> queues(Consumer<String> spoilt) {
        var states = new ArrayList<QueueState>();
        for (var name : queueNames()) {
            QueueState state;
            try {
                state = queue(name).state();
            } catch (ForeignDataException e) {
                spoilt.accept("queue " + name + " cannot be looked at: " + e.getMessage());
                continue;
            }
            if (state.exists()) {
                states.add(state);
            } else {
                // its first task may still be on its way, if it was noted just now
                var moment = state.at().minus(MEMORY_OF_EMPTY_QUEUES).toEpochMilli();
                redis.call(connection -> Survey.forget(connection, name, moment));
            }
        }
        return List.copyOf(states);
    }

    /**
     * The queue called {@code name}; it need not exist.
     *
     * @throws IllegalArgumentException if that is no queue name
     */
    public OperatedQueue queue(String name) {
        return new OperatedQueue(redis, name);
    }

    /** With what this process signs and verifies. */
    public Keyring keyring() {
        return redis.keyring();
    }

    /** How the server is. */
    public ServerState server() {
        var best = Duration.ofDays(1);
        var now = Instant.EPOCH;
        var difference = Duration.ZERO;
        var trips = new ArrayList<Duration>();
        for (var i = 0; i < PROBES; i++) {
            var began = System.nanoTime();
            var theirs = redis.call(Operator::time);
            var trip = Duration.ofNanos(System.nanoTime() - began);
            trips.add(trip);
            if (trip.compareTo(best) < 0) {
                best = trip;
                now = theirs;
                difference = Duration.between(clock.instant().minus(trip.dividedBy(2)), theirs);
            }
        }
        trips.sort(null);
        return new ServerState(
                now,
                difference,
                trips.get(PROBES / 2),
                redis.call(connection ->
                        ask(connection, "INFO").map(Operator::info).orElse(Map.of())),
                redis.call(Operator::appendfsync));
    }

    private static Instant time(RedisConnection redis) {
        if (redis.call("TIME") instanceof List<?> reply && reply.size() == 2) {
            return Instant.ofEpochSecond(
                    Long.parseLong(text(reply.get(0))), 1000L * Long.parseLong(text(reply.get(1))));
        }
        return Instant.EPOCH;
    }

    private static Optional<String> ask(RedisConnection redis, String command) {
        return redis.callIfAllowed(command).orElse(null) instanceof byte[] text
                ? Optional.of(new String(text, UTF_8))
                : Optional.empty();
    }

    private static Map<String, String> info(String text) {
        var values = new HashMap<String, String>();
        text.lines().forEach(line -> {
            var colon = line.indexOf(':');
            if (colon > 0) {
                values.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return values;
    }

    private static Optional<String> appendfsync(RedisConnection redis) {
        return redis.callIfAllowed("CONFIG", bytes("GET"), bytes("appendfsync")).orElse(null) instanceof List<?> pair
                        && pair.size() == 2
                ? Optional.of(text(pair.get(1)))
                : Optional.empty();
    }

    private static String text(Object bytes) {
        return new String((byte[]) bytes, UTF_8);
    }

    @Override
    public void close() {
        redis.close();
    }

    @Override
    public String toString() {
        return redis.toString();
    }
}
