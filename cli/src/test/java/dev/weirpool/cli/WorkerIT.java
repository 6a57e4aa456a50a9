package dev.weirpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.pool.Pool;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.redis.Redis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code weirpool worker}: signals, class path, health file, exit codes. */
@Timeout(120)
final class WorkerIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Path WEIRPOOL = Path.of("target/weirpool/bin/weirpool").toAbsolutePath();
    private static final Path OUR_CLASSES = Path.of("target/test-classes").toAbsolutePath();

    @TempDir
    private Path directory;

    private final String queueName = "worker-" + UUID.randomUUID();
    private final Redis redis = RedisOptions.embedded().open();
    private final RedisOptions options = RedisOptions.of(redis.uri().toString());
    private final TaskQueue queue = TaskQueue.connect(options, queueName);
    private final List<Process> started = new ArrayList<>();
    private Path gate;

    @BeforeEach
    void nameTheGate() {
        gate = directory.resolve("gate");
    }

    @AfterEach
    void endAll() {
        started.forEach(Process::destroyForcibly);
        queue.close();
        redis.close();
    }

    @Test
    void runsTasksOfTheClassPathThatItIsGiven() throws Exception {
        worker("--processes", "2", "--classpath", OUR_CLASSES.toString());

        try (var pool = Pool.connect(options, queueName)) {
            assertThat(pool.apply(WorkerIT::twice, 21)).isEqualTo(42);
        }
    }

    @Test
    void letsRunningTasksEndOnTerm() throws Exception {
        var worker = worker("--processes", "1", "--classpath", OUR_CLASSES.toString());
        queue.send(Task.of(WorkerIT::waitFor, gate.toString()));
        await().atMost(LIMIT).until(() -> Files.exists(started()));

        worker.destroy();
        assertThat(worker.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();
        Files.createFile(gate);

        assertThat(worker.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(worker.exitValue()).isZero();
        assertThat(Files.exists(ended())).isTrue();
        assertThat(log()).contains("TERM: running tasks have 25 s to end", "all workers have ended");
    }

    @Test
    void stopsNowOnASecondTerm() throws Exception {
        var worker = worker("--processes", "1", "--classpath", OUR_CLASSES.toString());
        queue.send(Task.of(WorkerIT::waitFor, gate.toString()));
        await().atMost(LIMIT).until(() -> Files.exists(started()));

        worker.destroy();
        await().atMost(LIMIT).until(() -> log().contains("TERM: "));
        worker.destroy();

        assertThat(worker.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.exists(ended())).isFalse();
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void stopsNowOnInt() throws Exception {
        var worker = worker("--processes", "1", "--classpath", OUR_CLASSES.toString());
        queue.send(Task.of(WorkerIT::waitFor, gate.toString()));
        await().atMost(LIMIT).until(() -> Files.exists(started()));

        new ProcessBuilder("kill", "-INT", "" + worker.pid()).start().waitFor();

        assertThat(worker.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void stopsNowWhenTheGraceIsOver() throws Exception {
        var worker = worker("--processes", "1", "--grace", "1", "--classpath", OUR_CLASSES.toString());
        queue.send(Task.of(WorkerIT::waitFor, gate.toString()));
        await().atMost(LIMIT).until(() -> Files.exists(started()));

        worker.destroy();

        assertThat(worker.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void givesUpWithTheWorkersLastWordsWhenNoneCanStart() throws Exception {
        var worker = start("--processes", "5", "--jvm-flag=-XX:NoSuchFlag");

        assertThat(worker.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(worker.exitValue()).isEqualTo(4);
        assertThat(log()).contains("weirpool: no worker could start, 5 times in a row", "NoSuchFlag");
        assertThat(log()).doesNotContain("Exception");
    }

    @Test
    void touchesTheHealthFileWhileItCanWork() throws Exception {
        worker("--processes", "1");

        await().atMost(LIMIT).until(() -> Files.exists(directory.resolve("healthy")));
        var first = Files.getLastModifiedTime(directory.resolve("healthy"));
        await().atMost(LIMIT)
                .until(() ->
                        Files.getLastModifiedTime(directory.resolve("healthy")).compareTo(first) > 0);
    }

    @Test
    void tellsThatNoWorkerServesAQueue() throws Exception {
        var ran = Ran.of(
                directory,
                Map.of("WEIRPOOL_REDIS_URL", redis.uri().toString()),
                WEIRPOOL.toString(),
                "demo",
                "fleet",
                "--queue",
                "nowhere");

        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.err())
                .startsWith("weirpool: no such queue: no worker serves 'nowhere' on redis://***@127.0.0.1:")
                .hasLineCount(1);
    }

    static int twice(int number) {
        return 2 * number;
    }

    /** Shows that it has begun, waits for the gate, and shows that it has ended. */
    static void waitFor(String gate) throws Exception {
        Files.createFile(Path.of(gate).resolveSibling("started"));
        while (!Files.exists(Path.of(gate))) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        Files.createFile(Path.of(gate).resolveSibling("ended"));
    }

    private Path started() {
        return directory.resolve("started");
    }

    private Path ended() {
        return directory.resolve("ended");
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"), UTF_8);
    }

    /** A launcher whose workers are there. */
    private Process worker(String... arguments) throws IOException {
        var process = start(arguments);
        await().atMost(LIMIT).until(() -> queue.workers() > 0);
        return process;
    }

    private Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(WEIRPOOL.toString(), "worker", "--queue", queueName));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile());
        builder.environment().put("WEIRPOOL_REDIS_URL", redis.uri().toString());
        builder.environment()
                .put("WEIRPOOL_HEALTH_FILE", directory.resolve("healthy").toString());
        var process = builder.start();
        started.add(process);
        return process;
    }
}
