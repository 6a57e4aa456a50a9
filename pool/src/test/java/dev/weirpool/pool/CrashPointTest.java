package dev.weirpool.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Backoff;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import dev.weirpool.worker.WorkerOptions;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A process is halted before and after each of its exchanges with Redis, one at a time: nothing is lost and nothing hangs. */
@Timeout(60)
class CrashPointTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final int TASKS = 5;

    @TempDir
    private Path directory;

    private final String queueName = "crash-" + UUID.randomUUID();
    private final Redis redis = RedisOptions.embedded().open();
    private final RedisOptions options = RedisOptions.of(redis.uri().toString());

    /** A worker's exchanges: register, a step for each task and two for the one that is tried again, the bell between. */
    static IntStream edgesOfAWorker() {
        return IntStream.rangeClosed(1, 18);
    }

    @ParameterizedTest
    @MethodSource("edgesOfAWorker")
    void aWorkerIsHalted(int edge) throws Exception {
        var flags = crashAt(edge);
        try (var launcher = Launcher.start(LauncherOptions.of(1, options, queueName)
                .withLease(LEASE)
                .withWorkers(WorkerOptions.DEFAULT.withJvmFlags(flags)))) {
            assertAllTasksComplete();
        }
        assertThat(directory.resolve("once")).as("the edge was reached").doesNotExist();
        assertNothingIsLeft();
    }

    /** A launcher's: ticks, heartbeats, and the recovery of workers. */
    static IntStream edgesOfALauncher() {
        return IntStream.rangeClosed(1, 16);
    }

    @ParameterizedTest
    @MethodSource("edgesOfALauncher")
    void aLauncherIsHalted(int edge) throws Exception {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(1, crashAt(edge));
        command.addAll(List.of(OneWorker.class.getName(), queueName));
        var halted = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        halted.outputWriter().append(redis.uri() + "\n").flush();
        try (var other =
                Launcher.start(LauncherOptions.of(1, options, queueName).withLease(LEASE))) {
            assertAllTasksComplete();
            await().atMost(LIMIT).until(() -> !Files.exists(directory.resolve("once")));
        } finally {
            halted.descendants().forEach(ProcessHandle::destroyForcibly);
            halted.destroyForcibly().waitFor();
        }
        assertThat(directory.resolve("once")).as("the edge was reached").doesNotExist();
        assertNothingIsLeft();
    }

    /** A launcher with one worker, in a process of its own. */
    static final class OneWorker {
        public static void main(String[] arguments) throws Exception {
            var uri = new BufferedReader(new InputStreamReader(System.in, UTF_8)).readLine();
            try (var launcher = Launcher.start(
                    LauncherOptions.of(1, RedisOptions.of(uri), arguments[0]).withLease(LEASE))) {
                launcher.await(Duration.ofMinutes(1));
            }
        }
    }

    private List<String> crashAt(int edge) throws Exception {
        var once = Files.createFile(directory.resolve("once"));
        return List.of("-Dweirpool.crash.at=" + edge, "-Dweirpool.crash.file=" + once);
    }

    private void assertAllTasksComplete() throws Exception {
        var ledger = directory.resolve("ledger");
        var pool = Pool.connect(options, queueName);
        var results = new ArrayList<AsyncResult<Integer>>();
        for (var i = 0; i < TASKS - 1; i++) {
            results.add(pool.applyAsync(Tasks::enter, i, ledger.toString()));
        }
        results.add(pool.applyAsync(
                Tasks::enterAtAttemptTwo,
                TASKS - 1,
                ledger.toString(),
                TaskOptions.DEFAULT
                        .withRetryOn(IllegalStateException.class)
                        .withBackoff(Backoff.fixed(Duration.ofMillis(10)))
                        .withAttempts(5)));
        for (var i = 0; i < TASKS; i++) {
            assertThat(results.get(i).get(LIMIT)).isEqualTo(i);
        }
        pool.close();
        pool.join();
        var entries = Files.readAllLines(ledger);
        assertThat(entries).contains("0", "1", "2", "3", "4");
        assertThat(entries.size())
                .as("one process was halted once: %s", entries)
                .isLessThanOrEqualTo(TASKS + 1);
    }

    private void assertNothingIsLeft() {
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(count("inflight:*")).as("in-flight lists").isZero();
            assertThat(count("ready*")).as("waiting tasks").isZero();
            assertThat(count("delayed")).as("delayed tasks").isZero();
            assertThat(count("dead")).as("dead letters").isZero();
            assertThat(count("attempts:*")).as("records of attempts").isZero();
            assertThat(count("results:*")).as("results").isZero();
        });
        redis.close();
    }

    private int count(String pattern) {
        var keys = redis.call(
                connection -> connection.call("KEYS", ("weirpool:{" + queueName + "}:" + pattern).getBytes(UTF_8)));
        return ((List<?>) keys).size();
    }
}
