package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.QueueFullException;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A pool on a queue that is at its limit. */
@Tag("slow")
@Timeout(120)
class BackPressureTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MORE_THAN_WAIT_HERE = 11_000;

    private final RedisOptions redis =
            RedisOptions.of(RedisOptions.embedded().open().uri().toString());
    private final String name = "pressure-" + UUID.randomUUID();
    private final TaskQueue queue = TaskQueue.connect(redis, name);

    @AfterEach
    void close() {
        queue.limit(0, 0);
        queue.close();
    }

    @Test
    void holdsUpWhoSubmitsUntilWorkersHaveMadeRoom() throws Exception {
        queue.limit(100, 0);
        var pool = Pool.connect(redis, name);
        var submitted = CompletableFuture.supplyAsync(() -> IntStream.range(0, MORE_THAN_WAIT_HERE)
                .mapToObj(i -> pool.applyAsync(Tasks::square, i))
                .toList());
        await().atMost(LIMIT).until(() -> queue.size() == 100);
        assertThat(submitted).isNotDone();

        try (var launcher = Launcher.start(LauncherOptions.of(1, redis, name))) {
            var results = submitted.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            for (var i = 0; i < results.size(); i += 1000) {
                assertThat(results.get(i).get(LIMIT)).isEqualTo(i * i);
            }
            pool.close();
            assertThat(pool.join(LIMIT)).isTrue();
            assertThat(launcher.pids()).hasSize(1);
        }
    }

    @Test
    void failsTheResultOfATaskThatDoesNotWait() throws Exception {
        queue.limit(0, 1);
        try (var pool = Pool.connect(redis, name)) {
            queue.send(Task.of(Tasks::one));

            assertThatThrownBy(() -> pool.applyAsync(Task.of(Tasks::one), TaskOptions.DEFAULT.withFailWhenFull())
                            .get(LIMIT))
                    .hasStackTraceContaining(QueueFullException.class.getName())
                    .hasStackTraceContaining(name);
        }
    }

    @Test
    void terminatesThoughSomebodyIsHeldUp() throws Exception {
        queue.limit(1, 0);
        var pool = Pool.connect(redis, name);
        List<AsyncResult<Integer>> open = new ArrayList<>();
        var submitted = CompletableFuture.runAsync(() -> {
            for (var i = 0; i < MORE_THAN_WAIT_HERE; i++) {
                open.add(pool.applyAsync(Tasks::one));
            }
        });
        await().atMost(LIMIT).until(() -> queue.size() == 1 && open.size() >= 10_000);

        pool.terminate();

        assertThat(pool.join(LIMIT)).isTrue();
        assertThatThrownBy(() -> submitted.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isNotNull();
        assertThatThrownBy(() -> open.get(0).get(LIMIT)).hasCauseInstanceOf(PoolTerminatedException.class);
    }
}
