package dev.weirpool.queue.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** One codec serves many threads, and messages of all sizes. */
class SharedUseTest {
    private final Codec codec = new Codec();

    @Test
    void servesManyThreadsAtOnce() throws Exception {
        Map<String, Object> values = EverydayValues.comparable();
        values.remove("nCopies");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Boolean>> checks = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                checks.add(threads.submit(() -> {
                    for (int round = 0; round < 20; round++) {
                        values.forEach((name, value) -> assertThat(codec.decode(codec.encode(new Object[] {value})))
                                .as(name)
                                .isEqualTo(new Object[] {value}));
                    }
                    return true;
                }));
            }
            for (Future<Boolean> check : checks) {
                assertThat(check.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void servesALargeMessageAndThenASmallOne() {
        byte[] large = new byte[5 << 20];
        large[1 << 20] = 7;

        assertThat(codec.decode(codec.encode(large))).isEqualTo(large);
        assertThat(codec.decode(codec.encode("small"))).isEqualTo("small");
    }

    @Test
    void keepsNothingOfAMessageForTheNext() {
        List<String> list = new ArrayList<>(List.of("a"));

        assertThat(codec.encode(List.of(list, list))).isEqualTo(codec.encode(List.of(list, list)));
        assertThat(codec.encode(EverydayValues.Color.RED)).isEqualTo(codec.encode(EverydayValues.Color.RED));
    }
}
