package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SharedTakeTest extends SharedQueueFixture {

    @BeforeEach
    void fill() {
        broker.open(0);
        broker.put(items("a", "b", "c"), unbounded, false);
    }

    @Test
    void takesTheOldestFirst() {
        assertThat(taken(broker.take(1, false, false))).containsExactly("a");
        assertThat(taken(broker.take(5, false, false))).containsExactly("b", "c");
    }

    @Test
    void saysWhyThereIsNone() {
        broker.take(3, false, false);

        assertThat(broker.take(1, false, false))
                .isInstanceOfSatisfying(
                        TakeReply.Empty.class,
                        empty -> assertThat(empty.state()).hasToString("open 0"));
    }

    @Test
    void drainsAFullServer() {
        fillTheServer();

        assertThat(taken(broker.take(2, true, true))).containsExactly("a", "b");
        assertThat(taken(broker.take(2, true, true))).containsExactly("c");
        assertThat(broker.take(1, true, true)).isInstanceOf(TakeReply.Empty.class);
    }

    @Test
    void ringsForRoomOnceWhenThereMayBeABound() {
        broker.take(1, true, false);
        broker.take(1, true, false);

        assertThat(length("room")).isEqualTo(1);
    }

    @Test
    void doesNotRingForRoomWhenThereIsNoBound() {
        broker.take(1, false, false);

        assertThat(length("room")).isZero();
    }

    @Test
    void wakesTheNextReaderWhileThereAreItems() {
        connection.call("DEL", key("bell")); // as if it had woken this reader

        broker.take(1, false, true);

        assertThat(length("bell")).isEqualTo(1);
    }

    @Test
    void wakesNobodyWhenItTookTheLastItem() {
        connection.call("DEL", key("bell"));

        broker.take(3, false, true);

        assertThat(length("bell")).isZero();
    }

    @Test
    void clearsAnOldTokenWhenThereIsNone() {
        broker.take(3, false, false);
        connection.call("RPUSH", key("bell"), bytes("1"));

        broker.take(1, false, false);

        assertThat(length("bell")).isZero();
    }

    @Test
    void wakesTheNextReaderOfAQueueThatIsShutDownAndEmpty() {
        broker.shutdown(0, true);
        connection.call("DEL", key("bell"));

        var reply = broker.take(1, false, true);

        assertThat(reply)
                .isInstanceOfSatisfying(
                        TakeReply.Empty.class,
                        empty -> assertThat(empty.state().isShut()).isTrue());
        assertThat(length("bell")).isEqualTo(1);
    }

    @Test
    void waitsForLessThanAMillisecondAndNotForEver() throws InterruptedException {
        var start = System.nanoTime();

        broker.awaitRoom(Duration.ofNanos(1));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(1500));
    }

    @Test
    void losesWhatWasTakenWhenTheReplyIsLost() {
        lossy.take(1, false, false);
        proxy.loseOneReply();

        assertThat(taken(lossy.take(1, false, false))).containsExactly("c"); // b went down with the connection
    }
}
