package dev.weirpool.queue;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedQueueBufferTest {

    private static final RedisOptions REDIS = RedisOptions.embedded();
    private static final Duration SOON = Duration.ofMillis(5);
    private static final Duration NEVER = Duration.ofDays(1);

    private final String name = "buffer-" + UUID.randomUUID();
    private final SharedQueue<Integer> queue = SharedQueue.connect(REDIS, name, 0);

    @AfterEach
    void delete() {
        queue.delete();
    }

    @Test
    void sendsWhatLingersWithoutBeingAsked() throws InterruptedException {
        try (var buffer = queue.buffered(100, SOON)) {
            buffer.put(1);

            assertThat(queue.poll(30, SECONDS)).isEqualTo(1);
        }
    }

    @Test
    void sendsAtOnceWhenItIsFull() throws InterruptedException {
        try (var buffer = queue.buffered(3, NEVER)) {
            buffer.put(1);
            buffer.put(2);
            assertThat(queue).isEmpty();

            buffer.put(3);

            assertThat(queue).containsExactly(1, 2, 3);
        }
    }

    @Test
    void sendsWhatLingersWhenItIsFlushedOrClosed() throws InterruptedException {
        try (var buffer = queue.buffered(100, NEVER)) {
            buffer.put(1);
            buffer.flush();
            assertThat(queue).containsExactly(1);
            buffer.put(2);
        }

        assertThat(queue).containsExactly(1, 2);
    }

    @Test
    void keepsTheOrderOfWhatOneThreadPuts() throws InterruptedException {
        var count = 5000;
        var taken = new ArrayList<Integer>();
        try (var in = queue.buffered(64, SOON);
                var out = queue.buffered(64, SOON)) {
            for (var i = 0; i < count; i++) {
                in.put(i);
            }
            while (taken.size() < count) {
                taken.add(out.take());
            }
        }

        assertThat(taken).isEqualTo(IntStream.range(0, count).boxed().toList());
    }

    @Test
    void putsBackWhatItHasReadAheadWhenItIsClosed() throws InterruptedException {
        queue.putAll(IntStream.range(0, 10).boxed().toList());

        try (var buffer = queue.buffered(4, SOON)) {
            assertThat(buffer.take()).isZero();
            assertThat(queue).hasSize(6);
        }

        assertThat(queue).containsExactly(4, 5, 6, 7, 8, 9, 1, 2, 3);
    }

    @Test
    void waitsForRoomWhenTheQueueIsFull() throws Exception {
        queue.delete();
        SharedQueue<Integer> bounded = SharedQueue.connect(REDIS, name, 2);
        try (var buffer = bounded.buffered(3, NEVER)) {
            var put = CompletableFuture.runAsync(() -> {
                try {
                    for (var i = 0; i < 3; i++) {
                        buffer.put(i);
                    }
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(bounded.poll(30, SECONDS)).isZero();

            put.get(30, SECONDS);

            assertThat(bounded).containsExactly(1, 2);
        }
    }

    @Test
    void tellsWhoeverPutsNextThatTheQueueWasShutDown() throws InterruptedException {
        var buffer = queue.buffered(2, NEVER);
        buffer.put(1);
        queue.shutdown(false);

        assertThatThrownBy(() -> buffer.put(2)).isInstanceOf(QueueShutDownException.class);

        buffer.close();
        assertThat(buffer.poll(SOON)).isNull();
    }

    @Test
    void acceptsNothingOnceItIsClosed() throws InterruptedException {
        var buffer = queue.buffered(2, SOON);
        buffer.close();
        buffer.close();

        assertThatIllegalStateException().isThrownBy(() -> buffer.put(1)).withMessageContaining(name);
    }

    @Test
    void refusesBoundsThatAreNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> queue.buffered(0, SOON))
                .withMessage("a buffer must be of 1 to 1000 items, got 0");
        assertThatIllegalArgumentException().isThrownBy(() -> queue.buffered(1, Duration.ZERO));
    }
}
