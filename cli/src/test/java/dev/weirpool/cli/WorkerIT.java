package dev.weirpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.Context;
import com.google.gson.JsonParser;
import dev.weirpool.pool.Pool;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.redis.Redis;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

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
    private final HttpClient client = HttpClient.newHttpClient();
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
    void restartsItsWorkersOnHup() throws Exception {
        var worker = worker("--processes", "2", "--http", "0");
        await().atMost(LIMIT).until(() -> queue.workers() == 2);
        var before = workersOf(worker);

        signal(worker, "HUP");

        await().atMost(LIMIT)
                .until(() -> queue.workers() == 2
                        && workersOf(worker).stream().noneMatch(before::contains)
                        && workersOf(worker).size() == 2);
        assertThat(log()).contains("HUP: restarting the workers one after the other");
        await().atMost(LIMIT)
                .until(() ->
                        get("/metrics").contains("ended_total{queue=\"" + queueName + "\",reason=\"renewed\"} 2.0"));
    }

    @Test
    void keepsOneWorkerMoreOnTtinAndOneLessOnTtou() throws Exception {
        var worker = worker("--processes", "1");

        signal(worker, "TTIN");
        await().atMost(LIMIT).until(() -> queue.workers() == 2);
        signal(worker, "TTOU");
        await().atMost(LIMIT)
                .until(() -> queue.workers() == 1 && workersOf(worker).size() == 1);
        signal(worker, "TTOU");

        await().atMost(LIMIT)
                .until(() ->
                        log().lines().filter(line -> line.contains("TTOU: 1 ")).count() == 2);
        assertThat(queue.workers()).isEqualTo(1);
    }

    @Test
    void servesMetricsAndHealthWhereItIsToldTo() throws Exception {
        worker("--processes", "1", "--http", "0");

        await().atMost(LIMIT).until(() -> get("/health/ready").equals("ready\n"));

        assertThat(get("/health/live")).isEqualTo("live\n");
        assertThat(get("/metrics")).contains("weirpool_workers_ready{queue=\"" + queueName + "\"} 1.0");
    }

    @Test
    void replacesAWorkerThatIsTooOldOrTooLarge() throws Exception {
        worker("--processes", "1", "--max-age-per-worker", "1", "--max-memory-per-worker", "1g", "--http", "0");

        var ended = Pattern.compile("ended_total\\{queue=\"" + queueName + "\",reason=\"recycled_age\"} [1-9]");
        await().atMost(LIMIT).until(() -> ended.matcher(get("/metrics")).find());
    }

    @Test
    void logsJsonWithTheLinesOfWorkersAndWhoPrintedThem() throws Exception {
        worker("--processes", "1", "--log-format", "json", "--classpath", OUR_CLASSES.toString());
        var id = queue.send(Task.of(WorkerIT::print, "a \"line\""));

        await().atMost(LIMIT).until(() -> log().contains("a \\\"line\\\""));

        assertThat(log().lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(
                                JsonParser.parseString(line).getAsJsonObject().has("timestamp"))
                        .isTrue());
        var printed = log().lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .filter(event -> event.get("formattedMessage").getAsString().equals("a \"line\""))
                .findFirst()
                .orElseThrow();
        assertThat(printed.getAsJsonObject("mdc").get("task").getAsString()).isEqualTo(id.toString());
        assertThat(printed.getAsJsonObject("mdc").get("stream").getAsString()).isEqualTo("stdout");
    }

    @Test
    void putsThePidOfAWorkerBeforeItsLines() throws Exception {
        worker("--processes", "1", "--classpath", OUR_CLASSES.toString());
        queue.send(Task.of(WorkerIT::print, "a line"));

        await().atMost(LIMIT).until(() -> log().lines().anyMatch(line -> line.matches("\\[\\d+] a line")));
    }

    @Test
    void tellsTheLoggerOfATaskWhichTaskItIs() throws Exception {
        var logback = Stream.of(LoggerContext.class, Context.class)
                .map(type ->
                        type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .collect(Collectors.joining(File.pathSeparator));
        worker("--processes", "1", "--classpath", OUR_CLASSES + File.pathSeparator + logback);

        try (var pool = Pool.connect(options, queueName)) {
            var context = pool.apply(WorkerIT::loggingContext);

            assertThat(context)
                    .containsEntry("name", WorkerIT.class.getName() + "::loggingContext")
                    .containsEntry("queue", queueName)
                    .containsEntry("attempt", "1")
                    .containsKeys("task", "worker");
        }
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

    static void print(String line) {
        System.out.println(line);
    }

    static Map<String, String> loggingContext() {
        return new HashMap<>(MDC.getCopyOfContextMap());
    }

    private static void signal(Process process, String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
    }

    private static List<Long> workersOf(Process worker) {
        return worker.children().map(ProcessHandle::pid).toList();
    }

    /** What the worker's own server answers, at the address that it has logged. */
    private String get(String path) throws Exception {
        var address = await().atMost(LIMIT)
                .until(
                        () -> log().lines()
                                .filter(line -> line.contains("metrics and health at "))
                                .map(line -> line.replaceFirst(".* at ", ""))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
        return client.send(
                        HttpRequest.newBuilder(URI.create(address + path)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
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
