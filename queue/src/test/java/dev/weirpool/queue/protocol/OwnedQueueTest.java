package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** own: the queue of a pool that was killed does not stay for ever. */
final class OwnedQueueTest extends BrokerFixture {
    private static final Duration DAY = Duration.ofDays(1);

    @AfterEach
    void disown() {
        redis.call("DEL", Keys.POOLS);
    }

    @Test
    void deletesAQueueWhoseOwnerIsSilentForTooLong() {
        broker.own(redis, Duration.ofMillis(1));
        fill();

        await().atMost(Duration.ofSeconds(5))
                .until(() -> Broker.dropAbandoned(redis).contains(queue));

        assertThat(keys()).noneMatch(key -> Long.valueOf(-1).equals(redis.call("PTTL", bytes(key))));
        assertThat(Broker.dropAbandoned(redis)).isEmpty();
    }

    @Test
    void leavesAQueueAloneWhoseOwnerLives() {
        broker.own(redis, Duration.ofMillis(1));
        broker.own(redis, DAY);
        fill();
        var before = keys();

        assertThat(Broker.dropAbandoned(redis)).isEmpty();
        assertThat(keys()).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void leavesAQueueAloneThatHasNoOwner() {
        fill();
        var before = keys();

        assertThat(Broker.dropAbandoned(redis)).isEmpty();
        assertThat(keys()).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void deletesTenAtATime() {
        var names = Stream.generate(() -> "pool-" + UUID.randomUUID()).limit(15).toList();
        names.forEach(name -> new Broker(name).own(redis, Duration.ZERO));

        assertThat(Broker.dropAbandoned(redis)).hasSize(10);
        assertThat(Broker.dropAbandoned(redis)).hasSize(5);
    }

    @Test
    void passesOverWhatIsNoNameOfAQueue() {
        redis.call("ZADD", Keys.POOLS, bytes(1), bytes("no queue's name"));
        broker.own(redis, Duration.ZERO);

        assertThat(Broker.dropAbandoned(redis)).containsExactly(queue);
        assertThat(redis.call("EXISTS", Keys.POOLS)).isEqualTo(0L);
    }

    @Test
    void isForgottenWithItsQueue() {
        broker.own(redis, DAY);

        broker.drop(redis, broker.workers(redis));

        assertThat(redis.call("EXISTS", Keys.POOLS)).isEqualTo(0L);
    }

    /** Leaves a key of every kind that a pool may leave. */
    private void fill() {
        register("w");
        register("x");
        push(task(1), task(2), task(3, 1, 3));
        claim("w", 1);
        step("w", 0, 0, new Settlement.Bury(task(1), bytes("why")));
        claim("x", 1);
        broker.cancel(redis, PRODUCER, numbers(9), true);
        broker.openResults(redis, PRODUCER, DAY);
        broker.tick(redis, GAP, LEASE);
    }
}
