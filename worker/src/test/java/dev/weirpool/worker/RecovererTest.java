package dev.weirpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.redis.Backoff;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RecovererTest {
    private static final Duration LEASE = Duration.ofMillis(200);

    @Test
    void givesAllTheTimeToFindThatRedisIsBack() {
        var broker = new Broker("recoverer-" + UUID.randomUUID());
        try (var redis = RedisOptions.embedded().open()) {
            redis.use(connection -> broker.register(connection, "silent", LEASE));
            await().pollDelay(LEASE.multipliedBy(2)).until(() -> true); // it has run out, and nobody has ticked
            var since = System.nanoTime();
            try (var recoverer = new Recoverer(redis, broker, new TaskCodec(() -> redis, "test"), LEASE, () -> {})) {
                recoverer.start();
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> redis.call(broker::workers).isEmpty());
            }

            assertThat(Duration.ofNanos(System.nanoTime() - since)).isGreaterThanOrEqualTo(LEASE.plus(Backoff.LONGEST));
        }
    }
}
