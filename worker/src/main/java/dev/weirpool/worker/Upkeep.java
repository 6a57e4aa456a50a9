package dev.weirpool.worker;

import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Partitions;
import dev.weirpool.queue.redis.Redis;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** What a launcher does in Redis for its workers: in each partition it renews their leases, and gives back what dead ones held. */
final class Upkeep {

    private record Part(Heartbeat heartbeat, Recoverer recoverer) {}

    private final Redis redis;
    private final List<Part> parts;

    Upkeep(Redis redis, Partitions partitions, TaskCodec codec, Duration lease, Heart heart) {
        this.redis = redis;
        this.parts = partitions.names().stream()
                .map(queue -> {
                    var broker = new Broker(queue);
                    var heartbeat = new Heartbeat(redis, broker, partitions, lease, heart);
                    return new Part(heartbeat, new Recoverer(redis, broker, codec, lease, heartbeat::hurry));
                })
                .toList();
    }

    void start() {
        parts.forEach(part -> {
            part.recoverer.start();
            part.heartbeat.start();
        });
    }

    /** Has the launcher say now how it is. */
    void report() {
        parts.get(0).heartbeat.hurry();
    }

    /** A worker of ours has exited: gives back what it held. */
    void recover(Death death) {
        parts.forEach(part -> part.recoverer.recover(death));
    }

    /** When Redis last answered, of that partition which it has not answered for longest. */
    Instant lastTick() {
        return parts.stream()
                .map(part -> part.recoverer.lastTick())
                .min(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
    }

    void close() {
        parts.forEach(part -> {
            part.recoverer.close();
            part.heartbeat.close();
        });
    }

    /**
     * Gives back what is left when it has been closed.
     *
     * @throws dev.weirpool.queue.redis.RedisUnavailableException if Redis does not answer
     */
    void finish() {
        for (var part : parts) {
            for (var death : part.recoverer.unfinished()) {
                redis.use(connection -> part.recoverer.recover(connection, death));
            }
        }
    }
}
