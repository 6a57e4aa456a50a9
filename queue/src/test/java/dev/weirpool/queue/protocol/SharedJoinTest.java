package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SharedJoinTest extends SharedQueueFixture {

    @Test
    void tellsHowManyItemsAreNotDone() {
        broker.open(0);
        assertThat(broker.unfinished()).isZero();

        broker.put(items("a", "b"), unbounded, false);
        broker.take(1, false, false);
        assertThat(broker.unfinished()).isEqualTo(2);

        broker.done();
        assertThat(broker.unfinished()).isEqualTo(1);
    }

    @Test
    void wakesTheNextWhoWaitsWhenAllIsDone() {
        broker.open(0);
        broker.put(items("a"), unbounded, false);
        broker.take(1, false, false);
        broker.done();
        connection.call("DEL", key("joined")); // as if it had woken this one

        broker.unfinished();

        assertThat(length("joined")).isEqualTo(1);
    }

    @Test
    void clearsAnOldTokenWhenNotAllIsDone() {
        broker.open(0);
        broker.put(items("a"), unbounded, false);
        connection.call("RPUSH", key("joined"), bytes("1"));

        broker.unfinished();

        assertThat(length("joined")).isZero();
    }

    @Test
    void leavesNothingBehindOfAQueueThatWasDeleted() {
        broker.unfinished();

        assertThat(keys()).isEmpty();
    }

    @Test
    void passesOnAFullServer() {
        fillTheServer();

        assertThat(broker.unfinished()).isZero();
    }
}
