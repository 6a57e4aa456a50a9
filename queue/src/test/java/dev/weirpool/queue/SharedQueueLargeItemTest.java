package dev.weirpool.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.codec.DecodingException;
import dev.weirpool.queue.redis.Redis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Items that lie apart, because they are too large for the list. */
@Timeout(60)
final class SharedQueueLargeItemTest {
    private static final String LARGE = "x".repeat(2_000_000);

    private final Redis redis = RedisOptions.embedded().open();
    private final String name = "large-" + UUID.randomUUID();
    private final SharedQueue<String> queue = SharedQueue.connect(RedisOptions.embedded(), name, 3);

    @AfterEach
    void delete() {
        queue.delete();
        redis.close();
    }

    @Test
    void areTakenAsTheyWerePut() throws InterruptedException {
        queue.put(LARGE);
        queue.put("small");
        assertThat(queue.offer(LARGE + "!", 1, TimeUnit.SECONDS)).isTrue();
        assertThat(apart()).hasSize(2);

        assertThat(queue.take()).isEqualTo(LARGE);
        assertThat(queue.takeBatch(9)).containsExactly("small", LARGE + "!");

        assertThat(apart()).isEmpty();
    }

    @Test
    void leaveNothingBehindThatFoundNoRoom() throws InterruptedException {
        queue.putAll(List.of("a", "b", "c"));

        assertThat(queue.offer(LARGE)).isFalse();
        assertThat(queue.offer(LARGE, 10, TimeUnit.MILLISECONDS)).isFalse();
        queue.shutdown(false);
        assertThatThrownBy(() -> queue.put(LARGE)).isInstanceOf(QueueShutDownException.class);

        assertThat(apart()).isEmpty();
    }

    @Test
    void stayWhenTheyAreLookedAtAndGoWhenTheyAreRemoved() throws InterruptedException {
        queue.putAll(List.of("small", LARGE, LARGE + "!"));

        assertThat(new ArrayList<>(queue)).containsExactly("small", LARGE, LARGE + "!");
        assertThat(queue.contains(LARGE)).isTrue();
        assertThat(apart()).hasSize(2);

        assertThat(queue.remove(LARGE)).isTrue();
        assertThat(apart()).hasSize(1);
        queue.take();
        assertThat(queue.peek()).isEqualTo(LARGE + "!");
        assertThat(queue.poll()).isEqualTo(LARGE + "!");
        assertThat(apart()).isEmpty();
    }

    @Test
    void comeBackWithTheirClaimAndGoWithIt() throws InterruptedException {
        queue.put(LARGE);

        try (var claim = queue.claim()) {
            assertThat(claim.value()).isEqualTo(LARGE);
        }
        assertThat(queue.peek()).isEqualTo(LARGE);
        try (var claim = queue.claim()) {
            assertThat(claim.done()).isTrue();
        }

        assertThat(apart()).isEmpty();
        assertThat(queue).isEmpty();
    }

    @Test
    void goThroughABuffer() throws InterruptedException {
        try (var buffer = queue.buffered(3, Duration.ofMillis(5))) {
            buffer.put(LARGE);
            buffer.flush();
            assertThat(buffer.take()).isEqualTo(LARGE);
        }
        assertThat(apart()).isEmpty();
    }

    @Test
    void areMissedAloudIfTheyAreGone() throws InterruptedException {
        queue.put(LARGE);
        apart().forEach(key -> redis.call(connection -> connection.call("DEL", key.getBytes(UTF_8))));

        assertThat(queue.iterator().hasNext()).isFalse();
        assertThatThrownBy(queue::peek).isInstanceOf(DecodingException.class);
        assertThatThrownBy(queue::take)
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining("not in Redis any more");
    }

    private List<String> apart() {
        var keys = (List<?>)
                redis.call(connection -> connection.call("KEYS", ("weirpool:{" + name + "}:blob:*").getBytes(UTF_8)));
        return keys.stream().map(key -> new String((byte[]) key, UTF_8)).toList();
    }
}
