package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirpool.queue.redis.Script;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SharedDeleteTest extends SharedQueueFixture {

    @BeforeEach
    void leaveEveryKindOfKey() {
        var one = SharedQueueState.open(2);
        broker.open(2);
        broker.put(items("a", "b"), one, false);
        broker.take(1, true, true);
        broker.take(1, true, true);
        broker.done();
        broker.done();
        broker.put(items("b", "c"), one, true);
        var session = new Session();
        session.next();
        broker.claim(connection, session, 1, Duration.ofMinutes(1), true, false);
        broker.recover(Duration.ofMinutes(1));
        assertThat(keys())
                .contains(
                        "shared:items",
                        "shared:state",
                        "shared:sessions",
                        "shared:bell",
                        "shared:room",
                        "shared:joined",
                        "shared:claims",
                        "shared:claimed",
                        "shared:leases",
                        "shared:watch");
    }

    @Test
    void leavesNoKeyThatWouldStay() {
        broker.delete();

        assertThat(keys()).allMatch(key -> key.startsWith("shared:session:"));
        assertThat(keys())
                .allSatisfy(key -> assertThat((Long) connection.call("PTTL", bytes("weirpool:{" + name + "}:" + key)))
                        .isBetween(1L, 600_000L));
    }

    @Test
    void goesThroughWhenTheReplyWasLost() {
        lossy.delete();
        broker.open(0);
        broker.put(items("x"), unbounded, false);
        proxy.loseOneReply();

        lossy.delete();

        assertThat(proxy.hasLostAll()).isTrue();
        assertThat(broker.state().isKnown()).isFalse();
    }

    @Test
    void ignoresALateCopy() {
        // it was made, and another after it
        connection.call("SET", key("session:cafe"), bytes(1024 * 2 + 1), bytes("PX"), bytes(600_000));

        connection.run(
                Script.load(SharedQueueBroker.class, "shared-delete"),
                3,
                List.of(key("session:cafe"), key("items"), key("state"), bytes(1)));

        assertThat(waiting()).containsExactly("c");
        assertThat(broker.state()).hasToString("open 2");
    }

    @Test
    void passesOnAFullServer() {
        fillTheServer();

        broker.delete();

        assertThat(waiting()).isEmpty();
    }
}
