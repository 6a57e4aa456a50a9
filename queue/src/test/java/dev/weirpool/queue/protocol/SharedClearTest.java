package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirpool.queue.redis.Script;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SharedClearTest extends SharedQueueFixture {

    @BeforeEach
    void fill() {
        broker.open(0);
        broker.put(items("a", "b", "c"), unbounded, false);
    }

    @Test
    void dropsAllThatWait() {
        broker.take(1, false, false);

        broker.clear();

        assertThat(waiting()).isEmpty();
        assertThat(value("unfinished")).isEqualTo("1"); // the one that was taken
        assertThat(length("room")).isEqualTo(1);
        assertThat(length("joined")).isZero();
    }

    @Test
    void wakesThoseWhoWaitForTheEnd() {
        broker.clear();

        assertThat(length("joined")).isEqualTo(1);
    }

    @Test
    void goesThroughWhenTheReplyWasLost() {
        lossy.clear();
        broker.put(items("d"), unbounded, false);
        proxy.loseOneReply();

        lossy.clear();

        assertThat(proxy.hasLostAll()).isTrue();
        assertThat(value("unfinished")).isEqualTo("0");
    }

    @Test
    void leavesNothingBehindOfAQueueThatWasDeleted() {
        broker.delete();

        broker.clear();

        assertThat(keys()).allMatch(key -> key.startsWith("shared:session:"));
    }

    @Test
    void ignoresALateCopy() {
        // it was made, and another after it
        connection.call("SET", key("session:cafe"), bytes(1024 * 2 + 1), bytes("PX"), bytes(600_000));

        connection.run(
                Script.load(SharedQueueBroker.class, "shared-clear"),
                5,
                List.of(key("items"), key("state"), key("room"), key("joined"), key("session:cafe"), bytes(1)));

        assertThat(waiting()).containsExactly("a", "b", "c");
    }

    @Test
    void passesOnAFullServer() {
        fillTheServer();

        broker.clear();

        assertThat(waiting()).isEmpty();
    }
}
