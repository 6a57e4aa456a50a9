package dev.weirpool.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisUri;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A queue as an argument or a result. */
class SharedQueueTravelTest {

    private final String name = "travel-" + UUID.randomUUID();
    private final Redis redis = RedisOptions.embedded().open();
    private final Redis receivers = RedisOptions.embedded().open();
    private final TaskCodec sender = new TaskCodec(() -> redis, "the sender");
    private final TaskCodec receiver = new TaskCodec(() -> receivers, "the receiver");

    @AfterEach
    void delete() {
        SharedQueue.connect(RedisOptions.embedded(), name).delete();
        redis.close();
        receivers.close();
    }

    @Test
    void arrivesAsTheSameQueueOnTheReceiversConnections() throws InterruptedException {
        SharedQueue<String> queue = SharedQueue.on(redis, sender, name, 2);

        SharedQueue<String> arrived = travelled(queue);
        redis.close();
        arrived.put("a");

        assertThat(arrived.name()).isEqualTo(name);
        assertThat(arrived.remainingCapacity()).isEqualTo(1);
        assertThat(arrived.take()).isEqualTo("a");
    }

    @Test
    void arrivesWithoutABoundThatIsNotDecidedYet() {
        SharedQueue<String> queue = SharedQueue.connect(RedisOptions.embedded(), name);

        SharedQueue<String> arrived = travelled(queue);
        SharedQueue.connect(RedisOptions.embedded(), name, 1);

        assertThat(arrived.offer("a")).isTrue();
        assertThat(arrived.offer("b")).isFalse();
    }

    @Test
    void asksRedisNothingOnTheWay() {
        var away = new Redis(URI.create("redis://127.0.0.1:1"), Duration.ofMillis(10), Duration.ofMillis(10));
        var awayCodec = new TaskCodec(() -> away, "away");
        SharedQueue<String> queue = SharedQueue.on(redis, sender, name, 2);

        var arrived = awayCodec.decodeItem(sender.encodeItem(queue));

        assertThat(arrived).hasToString("SharedQueue " + name + ", maxSize 2, on redis://127.0.0.1:1");
    }

    @Test
    void cannotTravelToAnotherRedis() {
        var uri = redis.uri();
        var other = new TaskCodec(
                () -> new Redis(RedisUri.parse(uri + "/3"), Duration.ofSeconds(1), Duration.ofSeconds(1)), "elsewhere");
        SharedQueue<String> queue = SharedQueue.on(redis, sender, name, 0);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> other.encodeItem(queue))
                .withMessageContaining("queue " + name + " lives on redis://***@127.0.0.1:" + uri.getPort())
                .withMessageContaining("but its receiver uses redis://***@127.0.0.1:" + uri.getPort() + "/3")
                .withMessageContaining("the same Redis address");
    }

    @Test
    void databaseZeroIsTheSameHoweverItIsWritten() {
        var zero = new TaskCodec(
                () -> new Redis(RedisUri.parse(redis.uri() + "/0"), Duration.ofSeconds(1), Duration.ofSeconds(1)),
                "here");
        SharedQueue<String> queue = SharedQueue.on(redis, sender, name, 0);

        assertThat(zero.encodeItem(queue)).isNotEmpty();
    }

    @SuppressWarnings("unchecked")
    private SharedQueue<String> travelled(SharedQueue<String> queue) {
        return (SharedQueue<String>) receiver.decodeItem(sender.encodeItem(queue));
    }
}
