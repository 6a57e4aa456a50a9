package dev.weirpool.cli.chaos;

import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads the stream of one producer's results beside the producer, and counts: a second result of a task would be dropped by the
 * producer, and must not be there in the first place.
 */
final class Witness implements AutoCloseable {

    private static final Duration READ_LIMIT = Duration.ofMillis(200);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Redis redis;
    private final Broker broker;
    private final long producer;
    private final Map<TaskId, Integer> results = new ConcurrentHashMap<>();
    private final Thread thread = new Thread(this::watch, "weirpool-chaos-witness");
    private volatile boolean closed;
    private String cursor = "0-0"; // owned by the thread

    private Witness(Redis redis, Broker broker, long producer) {
        this.redis = redis;
        this.broker = broker;
        this.producer = producer;
        thread.setDaemon(true);
    }

    static Witness start(URI uri, Broker broker, long producer) {
        // no patience: it is back before the producer has gone on and dropped what it has read
        var witness = new Witness(new Redis(uri, Duration.ofSeconds(1), Duration.ZERO), broker, producer);
        witness.thread.start();
        return witness;
    }

    private void watch() {
        while (!closed) {
            try {
                var reply = redis.call(connection -> broker.readResults(connection, producer, cursor, READ_LIMIT));
                cursor = reply.cursor();
                for (var entry : reply.results()) {
                    results.merge(new TaskId(producer, entry.sequence()), 1, Integer::sum);
                }
            } catch (RedisUnavailableException e) {
                Pace.pause(PAUSE); // it is down or frozen, and will be back
            }
        }
    }

    /** How many results it has seen of each task. */
    Map<TaskId, Integer> results() {
        return Map.copyOf(results);
    }

    @Override
    public void close() {
        closed = true;
        redis.close();
    }
}
