package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that take next to no time, which workers claim many at a time. */
@Timeout(120)
class QuickTasksTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int ENOUGH_TO_LEARN = 5000;

    @TempDir
    private Path directory;

    @Test
    void returnsEveryResultToItsTask() throws Exception {
        try (var pool = Pool.start(2)) {
            assertAllReturn(submit(pool, 20_000));
        }
    }

    @Test
    void holdsUpNoneBehindALongOneThatItWasClaimedWith() throws Exception {
        try (var pool = Pool.start(2)) {
            assertAllReturn(submit(pool, ENOUGH_TO_LEARN));
            var results = submit(pool, 100);
            var longOne = pool.applyAsync(Tasks::squareWhenOpen, 3, directory.toString());
            results.addAll(submit(pool, 1000));

            for (var result : results) {
                result.get(LIMIT);
            }
            assertThat(longOne.ready()).isFalse();

            Files.createFile(directory.resolve("gate"));
            assertThat(longOne.get(LIMIT)).isEqualTo(9);
        }
    }

    @Test
    void tellsTheResultsOfThoseThatEndedBeforeALongOne() throws Exception {
        try (var pool = Pool.start(1)) {
            assertAllReturn(submit(pool, ENOUGH_TO_LEARN));
            var before = submit(pool, 50);
            var longOne = pool.applyAsync(Tasks::squareWhenOpen, 3, directory.toString());
            var after = submit(pool, 50);

            assertAllReturn(before);
            assertThat(after).noneMatch(AsyncResult::ready);

            Files.createFile(directory.resolve("gate"));
            assertThat(longOne.get(LIMIT)).isEqualTo(9);
            assertAllReturn(after);
        }
    }

    @Test
    void losesNoTaskThatEndedBeforeOneThatKillsItsWorker() throws Exception {
        try (var pool = Pool.start(1)) {
            assertAllReturn(submit(pool, ENOUGH_TO_LEARN));
            var results = submit(pool, 100);
            var fatal = pool.applyAsync(Task.of(Tasks::exit), TaskOptions.DEFAULT.withAttempts(2));
            results.addAll(submit(pool, 100));

            assertThatThrownBy(() -> fatal.get(LIMIT)).isInstanceOf(ExecutionException.class);
            for (var result : results) {
                result.get(LIMIT);
            }
        }
    }

    @Test
    void startsNoTaskTwiceThatMayBeStartedOnceOnly() throws Exception {
        var ledger = directory.resolve("ledger");
        Files.createFile(ledger);
        try (var pool = Pool.start(1)) {
            assertAllReturn(submit(pool, ENOUGH_TO_LEARN));
            var once = new ArrayList<AsyncResult<Void>>();
            for (var i = 0; i < 20; i++) {
                once.add(pool.applyAsync(
                        Task.of(Tasks::note, "begun", ledger.toString()), TaskOptions.DEFAULT.withAtMostOnce()));
                pool.applyAsync(Tasks::exitOnFirstAttempt);
            }

            for (var result : once) {
                result.get(LIMIT);
            }

            assertThat(Files.readString(ledger).split("begun", -1)).hasSize(once.size() + 1);
        }
    }

    @Test
    void storesWhatWasSentWithoutWaitingBeforeItsQueueIsClosed() throws Exception {
        var name = "quick-" + UUID.randomUUID();
        var count = 3000;
        try (var queue = TaskQueue.connect(RedisOptions.embedded(), name)) {
            for (var i = 0; i < count; i++) {
                queue.sendAsync(Task.of(Tasks::square, i));
            }
        }

        try (var queue = TaskQueue.connect(RedisOptions.embedded(), name)) {
            assertThat(queue.size()).isEqualTo(count);
        }
        try (var pool = Pool.start(PoolOptions.of(1).withQueue(name))) {
            assertThat(pool.applyAsync(Tasks::square, 3).get(LIMIT)).isEqualTo(9); // behind all others
        }
    }

    private static List<AsyncResult<Integer>> submit(Pool pool, int count) {
        var results = new ArrayList<AsyncResult<Integer>>(count);
        for (var i = 0; i < count; i++) {
            results.add(pool.applyAsync(Tasks::square, i));
        }
        return results;
    }

    private static void assertAllReturn(List<AsyncResult<Integer>> results) throws Exception {
        for (var i = 0; i < results.size(); i++) {
            assertThat(results.get(i).get(LIMIT)).isEqualTo(i * i);
        }
    }
}
