package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PushTest extends BrokerFixture {
    @Test
    void storesTasksInOrder() {
        register("w");

        push(3);

        assertThat(sequences(claim("w", 5))).isEqualTo(numbers(1, 2, 3));
    }

    @Test
    void storesATaskOnceThatIsSentAgain() {
        push(task(1), task(2));

        assertThat(push(task(1), task(2))).isEqualTo(new PushReply.Stored());
        assertThat(broker.waiting(redis)).isEqualTo(2);
    }

    @Test
    void storesOnlyWhatIsNewOfABatchThatOverlapsAnEarlierOne() {
        push(task(1), task(2));

        push(task(2), task(3));

        register("w");
        assertThat(sequences(claim("w", 5))).isEqualTo(numbers(1, 2, 3));
    }

    @Test
    void reportsTheLastSequenceItHasWhenSomeAreMissing() {
        push(task(1));

        assertThat(push(task(3))).isEqualTo(new PushReply.Gap(1));
        assertThat(broker.waiting(redis)).isEqualTo(1);
    }

    @Test
    void tellsWhatItHasWhenAskedWithoutTasks() {
        push(task(1));

        assertThat(broker.push(redis, PRODUCER, 1, List.of(), List.of())).isEqualTo(new PushReply.Stored());
        assertThat(broker.push(redis, PRODUCER, 2, List.of(), List.of())).isEqualTo(new PushReply.Gap(1));
    }

    @Test
    void takesTheLostAgainWithoutThoseThatHaveEnded() {
        push(task(1));

        broker.push(redis, PRODUCER, 1, List.of(task(3), task(5)), List.of());
        broker.push(redis, PRODUCER, 1, List.of(task(2), task(3), task(4), task(5), task(6)), List.of());

        register("w");
        assertThat(sequences(claim("w", 9))).isEqualTo(numbers(1, 3, 5, 6));
    }

    @Test
    void storesNothingOnAClosedQueue() {
        redis.call("HSET", bytes("weirpool:{" + queue + "}:producers"), bytes("!"), bytes("1"));

        assertThat(push(task(1))).isEqualTo(new PushReply.Closed());
        assertThat(broker.waiting(redis)).isZero();
    }

    @Test
    void tellsThatATaskIsStoredThoughTheQueueHasClosedSince() {
        push(task(1));
        redis.call("HSET", bytes("weirpool:{" + queue + "}:producers"), bytes("!"), bytes("1"));

        assertThat(push(task(1))).isEqualTo(new PushReply.Stored());
        assertThat(push(task(1), task(2))).isEqualTo(new PushReply.Closed());
    }

    @Test
    void putsLowerPrioritiesBehindHigherOnes() {
        register("w");

        push(task(1, 3, 3), task(2, 1, 3), task(3, 0, 3), task(4, 2, 3), task(5, 0, 3));

        assertThat(sequences(claim("w", 9))).isEqualTo(numbers(3, 5, 2, 4, 1));
    }

    @Test
    void keepsADelayedTaskBackUntilItIsDue() {
        register("w");

        broker.push(
                redis,
                PRODUCER,
                0,
                List.of(task(1), task(2), task(3)),
                List.of(
                        Due.in(Duration.ofMillis(50)),
                        Due.NOW,
                        Due.at(Instant.now().minusSeconds(9))));

        assertThat(sequences(claim("w", 9))).isEqualTo(numbers(2, 3));
        await().atMost(Duration.ofSeconds(5))
                .until(() -> broker.tick(redis, GAP, LEASE).promoted() == 1);
        assertThat(sequences(claimed(step("w", 1, 2)))).isEqualTo(numbers(1));
    }

    @Test
    void forgetsAProducerThatHasBeenSilentForTwoWeeks() {
        push(2);

        pretendThatAWeekIsOver();
        assertThat(broker.push(redis, PRODUCER, 2, List.of(), List.of())).isEqualTo(new PushReply.Stored());
        pretendThatAWeekIsOver();
        assertThat(broker.push(redis, PRODUCER, 2, List.of(), List.of())).isEqualTo(new PushReply.Stored());
        pretendThatAWeekIsOver();
        pretendThatAWeekIsOver();

        assertThat(broker.push(redis, PRODUCER, 2, List.of(), List.of())).isEqualTo(new PushReply.Gap(0));
        assertThat(keys()).noneMatch(key -> key.contains("producers1"));
        assertThat(redis.call("HLEN", bytes("weirpool:{" + queue + "}:producers")))
                .as("the count of the bytes that wait")
                .isEqualTo(1L);
    }

    @Test
    void staysClosedWhenProducersAreForgotten() {
        redis.call("HSET", bytes("weirpool:{" + queue + "}:producers"), bytes("!"), bytes("1"));
        pretendThatAWeekIsOver();
        pretendThatAWeekIsOver();

        assertThat(push(task(1))).isEqualTo(new PushReply.Closed());
    }

    @Test
    void keepsItsLimitWhenProducersAreForgotten() {
        broker.limit(redis, new Limit(2, 0));
        push(1);
        pretendThatAWeekIsOver();
        pretendThatAWeekIsOver();

        assertThat(broker.limit(redis)).isEqualTo(new Limit(2, 0));
        ProtocolAudit.check(redis, queue);
    }

    private void pretendThatAWeekIsOver() {
        redis.call("HSET", bytes("weirpool:{" + queue + "}:tick"), bytes("turn"), bytes(0));
        broker.tick(redis, GAP, LEASE);
    }

    @Test
    void ringsTheBellForAnEmptyQueue() {
        push(1);

        assertThat(broker.awaitBell(redis, Duration.ofMillis(100))).isTrue();
    }
}
