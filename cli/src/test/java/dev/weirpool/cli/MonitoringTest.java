package dev.weirpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.metrics.PrometheusText;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.redis.RedisServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus gets from the commands that run on, each a process of its own. */
@Tag("slow")
@Timeout(180)
final class MonitoringTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String TOKEN = "a-long-secret";
    private static final Pattern METRIC = Pattern.compile("\\bweirpool_[a-z_]+");
    private static final Pattern ADDRESS = Pattern.compile("http://[^\\s/]+");

    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Process> started = new ArrayList<>();
    private RedisServer server;
    private String redis; // its address, with name and password where it has users

    @BeforeEach
    void start() throws IOException {
        server = RedisServer.start(directory);
        try (var open = server.options().open()) {
            redis = open.uri().toString();
        }
    }

    @AfterEach
    void endAll() throws Exception {
        started.forEach(Process::destroy);
        for (var process : started) {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
        server.close();
    }

    @Test
    void allThatIsDrawnAndAlertedOfIsInWhatTheCommandsServe() throws Exception {
        Files.writeString(directory.resolve("schedules.yml"), schedule("tick", "served"));
        var worker = run("worker", "--queue", "served", "--processes", "1", "--http", "0");
        var scheduler = run("scheduler", "--schedules", "schedules.yml", "--http", "0");
        var dashboard = run("dashboard", "--bind", "127.0.0.1:0");

        for (var path : List.of("/health/live", "/health/ready")) {
            for (var process : List.of(worker, scheduler, dashboard)) {
                await().atMost(LIMIT).until(() -> get(process + path).statusCode() == 200);
            }
        }
        var names = new TreeSet<String>();
        for (var process : List.of(worker, scheduler, dashboard)) {
            await().atMost(LIMIT).until(() -> scrape(process).names().contains("weirpool_queue_ready"));
            names.addAll(scrape(process).names());
        }

        for (var file : List.of("deploy/grafana/weirpool.json", "deploy/prometheus/alerts.yml")) {
            var named = METRIC.matcher(Files.readString(Path.of("..").resolve(file), UTF_8))
                    .results()
                    .map(hit -> hit.group())
                    .toList();
            assertThat(named).as(file).hasSizeGreaterThan(10);
            assertThat(names).as(file).containsAll(named);
        }
    }

    @Test
    void theDashboardCountsWhatNobodyServesForWhoeverKnowsItsToken() throws Exception {
        try (var queue = TaskQueue.connect(server.options(), "forgotten")) {
            queue.send(Task.of(MonitoringTest::nothing));
        }
        Files.writeString(directory.resolve("token"), TOKEN);
        var dashboard = run("dashboard", "--bind", "127.0.0.1:0");

        assertThat(get(dashboard + "/metrics").statusCode()).isEqualTo(401);
        await().atMost(LIMIT).until(() -> scrape(dashboard).names().contains("weirpool_queue_ready"));
        var text = scrape(dashboard);
        assertThat(text.value("weirpool_queue_ready{priority=0, queue=forgotten}"))
                .isEqualTo(1);
        assertThat(text.value("weirpool_queue_workers{queue=forgotten}")).isZero();
        assertThat(get(dashboard + "/health/ready").body().strip()).isEqualTo("ready");
    }

    @Test
    void theSchedulerCountsAQueueThatHupHasAdded() throws Exception {
        Files.writeString(directory.resolve("schedules.yml"), schedule("tick", "first"));
        var scheduler = run("scheduler", "--schedules", "schedules.yml", "--http", "0");
        await().atMost(LIMIT).until(() -> get(scheduler + "/metrics").body().contains("queue=\"first\""));

        Files.writeString(directory.resolve("schedules.yml"), schedule("tock", "second"));
        new ProcessBuilder("kill", "-HUP", "" + started.get(0).pid()).start().waitFor();

        await().atMost(LIMIT).until(() -> get(scheduler + "/metrics").body().contains("queue=\"second\""));
        assertThat(scrape(scheduler).value("weirpool_queue_dead{queue=second}")).isZero();
    }

    @Test
    void aTakenPortIsFoundBeforeAnyWorkerIsStartedOrScheduleWritten() throws Exception {
        Files.writeString(directory.resolve("schedules.yml"), schedule("tick", "second"));
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var http = "" + taken.getLocalPort();
            for (var command : List.of(
                    List.of("worker", "--queue", "first"),
                    List.of("scheduler", "--schedules", "" + directory.resolve("schedules.yml")))) {
                var said = Said.of(Stream.concat(command.stream(), Stream.of("--redis", redis, "--http", http))
                        .toArray(String[]::new));

                assertThat(said.exitCode()).isEqualTo(2);
                assertThat(said.err())
                        .contains("cannot serve http at " + http, "name another port, or 0 for any")
                        .doesNotContain("worker processes serve", "firing the schedules");
            }
        }
        assertThat(Said.of("queue", "ls", "-o", "json", "--redis", redis).json().getAsJsonArray())
                .isEmpty();
    }

    static void nothing() {}

    private static String schedule(String name, String queue) {
        return "schedules:\n  " + name + ":\n    task: com.acme.Reports::nightly\n    every: 1h\n    queue: " + queue
                + "\n";
    }

    private PrometheusText scrape(String process) throws Exception {
        var answer = get(process + "/metrics", "Authorization", "Bearer " + TOKEN);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        return PrometheusText.parse(answer.body());
    }

    private HttpResponse<String> get(String address, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(address)).timeout(LIMIT);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Starts a command, and returns where it says that it can be asked. */
    private String run(String... arguments) throws IOException {
        var log = directory.resolve("log" + started.size());
        var builder = new ProcessBuilder(Said.commandLine(arguments))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("WEIRPOOL_REDIS_URL", redis);
        if (Files.exists(directory.resolve("token"))) {
            builder.environment().put("WEIRPOOL_DASHBOARD_TOKEN_FILE", "token");
        }
        started.add(builder.start());
        return await().atMost(LIMIT)
                .until(
                        () -> ADDRESS.matcher(Files.readString(log, UTF_8))
                                .results()
                                .map(hit -> hit.group())
                                .findFirst()
                                .orElse(""),
                        address -> !address.isEmpty());
    }
}
