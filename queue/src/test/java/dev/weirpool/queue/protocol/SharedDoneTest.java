package dev.weirpool.queue.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SharedDoneTest extends SharedQueueFixture {

    @BeforeEach
    void fill() {
        broker.open(0);
        broker.put(items("a", "b", "c"), unbounded, false);
    }

    @Test
    void countsDownToNothingAndThenRings() {
        assertThat(broker.done()).isTrue();
        assertThat(broker.done()).isTrue();
        assertThat(value("unfinished")).isEqualTo("1");
        assertThat(length("joined")).isZero();

        assertThat(broker.done()).isTrue();
        assertThat(value("unfinished")).isEqualTo("0");
        assertThat(length("joined")).isEqualTo(1);
    }

    @Test
    void saysWhenItIsCalledTooOften() {
        broker.done();
        broker.done();
        broker.done();

        assertThat(broker.done()).isFalse();
        assertThat(value("unfinished")).isEqualTo("0");
    }

    @Test
    void countsOnceWhatIsSentAgainBecauseTheReplyWasLost() {
        lossy.done();
        proxy.loseOneReply();

        assertThat(lossy.done()).isTrue();

        assertThat(proxy.hasLostAll()).isTrue();
        assertThat(value("unfinished")).isEqualTo("1");
    }

    @Test
    void passesOnAFullServer() {
        fillTheServer();

        assertThat(broker.done()).isTrue();
    }
}
