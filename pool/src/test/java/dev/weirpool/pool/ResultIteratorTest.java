package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ResultIteratorTest {
    private static Pool pool;

    @BeforeAll
    static void startPool() {
        pool = Pool.start(2);
    }

    @AfterAll
    static void endPool() {
        pool.terminate();
    }

    @Test
    void yieldsResultsInOrder() {
        var items = IntStream.range(0, 50).boxed().toList();
        assertThat(pool.imap(Tasks::square, items, 7).stream())
                .isEqualTo(items.stream().map(i -> i * i).toList());
    }

    @Test
    void yieldsEveryResultOnceWhenUnordered() {
        var items = IntStream.range(0, 50).boxed().toList();
        assertThat(pool.imapUnordered(Tasks::square, items, 3).stream())
                .containsExactlyInAnyOrderElementsOf(
                        items.stream().map(i -> i * i).toList());
    }

    @Test
    void yieldsAQuickResultBeforeASlowOneWhenUnordered() throws Exception {
        try (var results = pool.imapUnordered(Tasks::hangIfZero, List.of(0, 1))) {
            assertThat(results.next(Duration.ofSeconds(20))).isEqualTo(1);
            assertThatThrownBy(() -> results.next(Duration.ofMillis(50))).isInstanceOf(TimeoutException.class);
            assertThat(results.hasNext()).isTrue();
        }
    }

    @Test
    void readsNoFurtherAheadThanTheBuffer() {
        var read = new AtomicInteger();
        Iterable<Integer> endless = () -> Stream.generate(read::incrementAndGet).iterator();

        try (var results = pool.imap(Tasks::square, endless, 2, 10)) {
            for (var i = 1; i <= 20; i++) {
                assertThat(results.next()).isEqualTo(i * i);
                assertThat(read.get()).isLessThanOrEqualTo(i + 10);
            }
        }
    }

    @Test
    void endsWithItsInput() {
        var results = pool.imap(Tasks::square, List.<Integer>of());

        assertThat(results.hasNext()).isFalse();
        assertThatThrownBy(results::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void yieldsAllResultsBeforeTheFailureOfItsInput() {
        Iterable<Integer> input = () -> Stream.of(1, 2, 3)
                .map(i -> {
                    if (i == 3) {
                        throw new IllegalStateException("input");
                    }
                    return i;
                })
                .iterator();

        var results = pool.imap(Tasks::square, input);

        assertThat(results.next()).isEqualTo(1);
        assertThat(results.next()).isEqualTo(4);
        assertThat(results.hasNext()).isTrue();
        assertThatThrownBy(results::next).hasMessage("input");
        assertThat(results.hasNext()).isFalse();
    }

    @Test
    void refusesABufferSmallerThanAChunk() {
        assertThatThrownBy(() -> pool.imap(Tasks::square, List.of(1), 5, 4))
                .hasMessage("bufferSize must be at least the chunk size, 5, got 4");
        assertThatThrownBy(() -> pool.imap(Tasks::square, List.of(1), 0))
                .hasMessage("chunkSize must be at least 1, got 0");
    }
}
