package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SharedRemoveTest extends SharedQueueFixture {

    @BeforeEach
    void fill() {
        broker.open(0);
        broker.put(items("a", "b", "a"), unbounded, false);
    }

    @Test
    void dropsTheOldestThatIsEqual() {
        assertThat(broker.remove(bytes("a"))).isTrue();

        assertThat(waiting()).containsExactly("b", "a");
        assertThat(value("unfinished")).isEqualTo("2");
        assertThat(length("room")).isEqualTo(1);
    }

    @Test
    void saysWhenThereIsNone() {
        assertThat(broker.remove(bytes("x"))).isFalse();
        assertThat(value("unfinished")).isEqualTo("3");
    }

    @Test
    void dropsOneWhenTheReplyWasLost() {
        lossy.remove(bytes("b"));
        proxy.loseOneReply();

        assertThat(lossy.remove(bytes("a"))).isTrue();

        assertThat(proxy.hasLostAll()).isTrue();
        assertThat(waiting()).containsExactly("a");
        assertThat(value("unfinished")).isEqualTo("1");
    }

    @Test
    void wakesThoseWhoWaitForTheEnd() {
        broker.remove(bytes("a"));
        broker.remove(bytes("b"));
        broker.remove(bytes("a"));

        assertThat(length("joined")).isEqualTo(1);
    }

    @Test
    void passesOnAFullServer() {
        fillTheServer();

        assertThat(broker.remove(bytes("a"))).isTrue();
    }
}
