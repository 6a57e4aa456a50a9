package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirpool.queue.TaskOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers that have grown too large are replaced. */
@Timeout(60)
class RecyclingTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final long MEGABYTE = 1 << 20;

    @BeforeEach
    void onLinux() {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "memory is measured on Linux only");
    }

    @Test
    void countsTheItemsOfAChunk() throws Exception {
        try (var pool = Pool.start(PoolOptions.of(1).withMaxTasksPerWorker(4))) {
            var first = pool.map((Integer i) -> Tasks.pid(), List.of(1, 2, 3, 4), 4);
            var second = pool.map((Integer i) -> Tasks.pid(), List.of(1), 1);

            assertThat(first).containsOnly(first.get(0)).doesNotContainAnyElementsOf(second);
        }
    }

    @Test
    void replacesAWorkerThatOccupiesTooMuchBetweenTwoTasks() throws Exception {
        try (var pool = Pool.start(PoolOptions.of(1).withMaxMemoryPerWorker(150 * MEGABYTE))) {
            long before = pool.apply(Tasks::keep, (int) (120 * MEGABYTE));

            await().atMost(LIMIT).until(() -> pool.apply(Tasks::pid) != before);
        }
    }

    @Test
    void killsAWorkerThatOccupiesFarTooMuchAndSaysSo() {
        var pool = Pool.start(PoolOptions.of(1).withMaxMemoryPerWorker(100 * MEGABYTE));
        try {
            var result =
                    pool.applyAsync(Tasks::keepAndHang, (int) (300 * MEGABYTE), TaskOptions.DEFAULT.withAtMostOnce());

            assertThatThrownBy(() -> result.get(LIMIT)).hasMessageContaining("was killed because it occupied");
        } finally {
            pool.terminate();
        }
    }
}
