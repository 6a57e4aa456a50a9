package dev.weirpool.cli.chaos;

import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Duty;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads the stream of one producer's results beside the producer, and counts: a second result of a task would be dropped by the
 * producer, and must not be there in the first place.
 */
final class Witness extends Duty {

    private static final Duration READ_LIMIT = Duration.ofMillis(200);

    private final Broker broker;
    private final long producer;
    private final Map<TaskId, Integer> results = new ConcurrentHashMap<>();
    private String cursor = "0-0";

    Witness(Redis redis, Broker broker, long producer) {
        super("weirpool-chaos-witness", redis);
        this.broker = broker;
        this.producer = producer;
    }

    @Override
    protected void round(RedisConnection redis) {
        for (var entry : broker.readResults(redis, producer, cursor, READ_LIMIT)) {
            cursor = entry.cursor();
            results.merge(new TaskId(producer, entry.sequence()), 1, Integer::sum);
        }
    }

    /** How many results it has seen of each task. */
    Map<TaskId, Integer> results() {
        return Map.copyOf(results);
    }
}
