package dev.weirpool.queue.protocol;

import static org.assertj.core.api.Assertions.assertThat;

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
    void passesOnAFullServer() {
        fillTheServer();

        broker.shutdown(0, true);

        assertThat(broker.state().isShut()).isTrue();
    }
}
