package dev.weirpool.cli.chaos;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Looks for what a run has left behind in Redis, and clears it up. */
final class Audit {

    private static final String INFLIGHT = "inflight:";

    private final Redis redis;
    private final Broker broker;
    private final String prefix;

    Audit(Redis redis, Broker broker) {
        this.redis = redis;
        this.broker = broker;
        this.prefix = "weirpool:{" + broker.queue() + "}:";
    }

    /** Whether no worker holds a task and {@code count} workers are registered. */
    boolean isIdle(int count) {
        return redis.call(connection -> {
            var workers = broker.workers(connection);
            return workers.size() == count
                    && broker.waiting(connection) == 0
                    && keys(connection).stream().noneMatch(key -> key.startsWith(INFLIGHT));
        });
    }

    /** The workers that are registered, alive or not. */
    List<String> workers() {
        return redis.call(broker::workers);
    }

    /** What should not be there when all launchers have stopped; the queue is gone afterwards. */
    List<String> leaksOnceStopped() {
        return redis.call(connection -> {
            var leaks = new ArrayList<String>();
            var workers = Set.copyOf(broker.workers(connection));
            workers.forEach(worker -> leaks.add("worker " + worker + " is still registered"));
            for (var key : keys(connection)) {
                if (key.startsWith(INFLIGHT)) {
                    var owner = workers.contains(key.substring(INFLIGHT.length())) ? "a" : "no";
                    leaks.add(key + " is left, of " + owner + " registered worker");
                }
            }
            broker.drop(connection, List.of());
            for (var key : keys(connection)) {
                if (Long.valueOf(-1).equals(connection.call("PTTL", bytes(prefix + key)))) {
                    leaks.add(key + " outlives the queue and has no end");
                }
            }
            return List.copyOf(leaks);
        });
    }

    /** Deletes every key of the queue. */
    void clear() {
        redis.use(connection -> keys(connection).forEach(key -> connection.call("UNLINK", bytes(prefix + key))));
    }

    private Set<String> keys(RedisConnection connection) {
        var found = new TreeSet<String>();
        var cursor = bytes("0");
        do {
            var reply = (List<?>)
                    connection.call("SCAN", cursor, bytes("MATCH"), bytes(prefix + "*"), bytes("COUNT"), bytes("1000"));
            if (reply == null) {
                break;
            }
            cursor = (byte[]) reply.get(0);
            for (var key : (List<?>) reply.get(1)) {
                found.add(new String((byte[]) key, UTF_8).substring(prefix.length()));
            }
        } while (!new String(cursor, UTF_8).equals("0"));
        return found;
    }
}
