package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirpool.queue.redis.Script;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SharedShutdownTest extends SharedQueueFixture {

    @BeforeEach
    void fill() {
        broker.open(7);
        broker.put(items("a", "b"), SharedQueueState.open(7), false);
    }

    @Test
    void keepsWhatWaitsAndTheBound() {
        broker.shutdown(0, false);

        assertThat(broker.state()).hasToString("shut 7");
        assertThat(waiting()).containsExactly("a", "b");
        assertThat(value("unfinished")).isEqualTo("2");
    }

    @Test
    void dropsWhatWaitsWhenAskedTo() {
        broker.take(1, true, false);

        broker.shutdown(0, true);

        assertThat(waiting()).isEmpty();
        assertThat(value("unfinished")).isEqualTo("1");
        assertThat(length("joined")).isZero();

        broker.done();
        assertThat(length("joined")).isEqualTo(1);
    }

    @Test
    void dropsWhatWaitsAlsoTheSecondTime() {
        broker.shutdown(0, false);
        broker.shutdown(0, true);

        assertThat(broker.state()).hasToString("shut 7");
        assertThat(waiting()).isEmpty();
    }

    @Test
    void wakesReadersAndWriters() {
        broker.shutdown(0, false);

        assertThat(length("bell")).isEqualTo(1);
        assertThat(length("room")).isEqualTo(1);
    }

    @Test
    void shutsAQueueThatIsNotKnown() {
        broker.delete();

        broker.shutdown(4, false);

        assertThat(broker.state()).hasToString("shut 4");
    }

    @Test
    void goesThroughOnceWhenTheReplyWasLost() {
        lossy.shutdown(0, false);
        proxy.loseOneReply();

        lossy.shutdown(0, true);

        assertThat(proxy.hasLostAll()).isTrue();
        assertThat(broker.state()).hasToString("shut 7");
        assertThat(value("unfinished")).isEqualTo("0");
    }

    @Test
    void ignoresALateCopy() {
        // it was made, and another after it
        connection.call("SET", key("session:cafe"), bytes(1024 * 2 + 1), bytes("PX"), bytes(600_000));

        connection.run(
                Script.load(SharedQueueBroker.class, "shared-shutdown"),
                6,
                List.of(
                        key("items"),
                        key("state"),
                        key("bell"),
                        key("room"),
                        key("joined"),
                        key("session:cafe"),
                        bytes(1),
                        bytes(0),
                        bytes(1)));

        assertThat(broker.state()).hasToString("open 7");
        assertThat(waiting()).containsExactly("a", "b");
    }

    @Test
    void passesOnAFullServer() {
        fillTheServer();

        broker.shutdown(0, true);

        assertThat(broker.state().isShut()).isTrue();
    }
}
