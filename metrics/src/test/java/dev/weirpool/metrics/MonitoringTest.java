package dev.weirpool.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisServer;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A launcher with real workers, as Prometheus and health checks see it. */
@Timeout(120)
final class MonitoringTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Path ROOT = Path.of("..").toAbsolutePath();
    private static final Pattern METRIC = Pattern.compile("\\bweirpool_[a-z_]+");

    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private volatile List<String> served = List.of("monitored");
    private final ScheduleMeters schedules = new ScheduleMeters();
    private RedisServer server;
    private Redis redis;
    private TaskQueue queue;
    private Launcher launcher;
    private QueueMeters queues;
    private Exposition exposition;
    private MonitoringServer monitoring;

    @BeforeEach
    void start() throws Exception {
        server = RedisServer.start(directory, "--appendonly", "yes", "--appendfsync", "always");
        redis = server.options().open();
        queue = TaskQueue.connect(server.options(), "monitored");
        launcher = Launcher.start(LauncherOptions.of(2, server.options(), "monitored"));
        queues = new QueueMeters(redis, () -> served);
        queues.start();
        exposition = Exposition.of(new LauncherMeters(launcher::census), queues, schedules);
        monitoring = MonitoringServer.bind("0");
        monitoring.serve(exposition, Health.of(queues, launcher));
        await().atMost(LIMIT).until(() -> launcher.census().ready() == 2);
        await().atMost(LIMIT).until(() -> scrape().names().contains("weirpool_queue_workers"));
    }

    @AfterEach
    void end() throws Exception {
        monitoring.close();
        exposition.close();
        launcher.close();
        queues.close();
        queue.close();
        redis.close();
        server.close();
    }

    @Test
    void tellsWhatTheWorkersDo() throws Exception {
        queue.send(Task.of(MonitoringTest::sleep, 20));
        queue.send(Task.of(MonitoringTest::fail));
        queue.send(Task.of(MonitoringTest::exit, 9), TaskOptions.DEFAULT.withAtMostOnce());
        queue.send(Task.of(MonitoringTest::sleep, 1), TaskOptions.DEFAULT.withDelay(Duration.ofHours(1)));

        await().atMost(LIMIT).untilAsserted(() -> {
            var text = scrape();
            assertThat(text.value("weirpool_attempts_total{outcome=done, queue=monitored}"))
                    .isEqualTo(1);
            assertThat(text.value("weirpool_attempts_total{outcome=dead, queue=monitored}"))
                    .isEqualTo(1);
            assertThat(text.value("weirpool_attempts_total{outcome=died, queue=monitored}"))
                    .isEqualTo(1);
            assertThat(text.value("weirpool_workers_ended_total{queue=monitored, reason=other}"))
                    .isEqualTo(1);
            assertThat(text.value("weirpool_workers_ready{queue=monitored}")).isEqualTo(2);
            assertThat(text.value("weirpool_workers_started_total{queue=monitored}"))
                    .isEqualTo(3);
            assertThat(text.value("weirpool_attempts_run_seconds_count{queue=monitored}"))
                    .isEqualTo(2);
            assertThat(text.value("weirpool_attempts_run_seconds_bucket{le=0.016384, queue=monitored}"))
                    .isLessThan(2);
            assertThat(text.value("weirpool_attempts_run_seconds_sum{queue=monitored}"))
                    .isGreaterThan(0.02);
            assertThat(text.value("weirpool_tasks_wait_seconds_count{queue=monitored}"))
                    .isEqualTo(3);
            assertThat(text.value("weirpool_queue_delayed{queue=monitored}")).isEqualTo(1);
            assertThat(text.value("weirpool_queue_dead{queue=monitored}")).isEqualTo(2);
            assertThat(text.value("weirpool_queue_workers{queue=monitored}")).isEqualTo(2);
            assertThat(text.value("weirpool_redis_latency_seconds_count")).isPositive();
        });
    }

    @Test
    void tellsForHowLongTheOldestTaskHasWaited() throws Exception {
        queue.pause();
        queue.send(Task.of(MonitoringTest::sleep, 1), TaskOptions.DEFAULT.withPriority(2));
        assertThat(scrape().value("weirpool_queue_oldest_seconds{queue=monitored}"))
                .isNotNaN();

        await().atMost(LIMIT).until(() -> scrape().value("weirpool_queue_oldest_seconds{queue=monitored}") > 1);
        assertThat(scrape().value("weirpool_queue_ready{priority=2, queue=monitored}"))
                .isEqualTo(1);

        queue.resume();
        await().atMost(LIMIT).until(() -> scrape().value("weirpool_queue_oldest_seconds{queue=monitored}") == 0);
    }

    @Test
    void countsAQueueThatIsAddedAndNoneThatIsGone() throws Exception {
        served = List.of("added");

        await().atMost(LIMIT).until(() -> {
            var body = get("/metrics").body();
            return body.contains("queue=\"added\"} 0.0") && !body.contains("weirpool_queue_dead{queue=\"monitored\"}");
        });
        assertThat(scrape().value("weirpool_queue_ready{priority=3, queue=added}"))
                .isZero();
        assertThat(scrape().value("weirpool_workers_ready{queue=monitored}")).isEqualTo(2);
    }

    @Test
    void countsAllQueuesWhereThatIsAskedFor() throws Exception {
        queue.pause();
        queue.send(Task.of(MonitoringTest::sleep, 1));
        try (var other = TaskQueue.connect(server.options(), "not-served");
                var all = QueueMeters.ofAll(redis);
                var ours = Exposition.of(all)) {
            other.send(Task.of(MonitoringTest::sleep, 1));
            all.start();

            await().atMost(LIMIT).untilAsserted(() -> {
                var text = PrometheusText.parse(ours.registry().scrape());
                assertThat(text.value("weirpool_queue_ready{priority=0, queue=monitored}"))
                        .isEqualTo(1);
                assertThat(text.value("weirpool_queue_ready{priority=0, queue=not-served}"))
                        .isEqualTo(1);
                assertThat(text.value("weirpool_queue_workers{queue=not-served}"))
                        .isZero();
                assertThat(text.value("weirpool_redis_up")).isEqualTo(1);
            });
        }
    }

    @Test
    void anOutageOfRedisMakesItNotReadyButRestartsNothing() throws Exception {
        await().atMost(LIMIT).until(() -> status("/health/ready") == 200);
        var workers = launcher.pids();

        server.kill();

        await().atMost(LIMIT).until(() -> status("/health/ready") == 503);
        assertThat(get("/health/ready").body()).isEqualTo("not ready: Redis does not answer\n");
        assertThat(status("/health/live")).isEqualTo(200);
        assertThat(scrape().value("weirpool_redis_up")).isZero();
        assertThat(scrape().value("weirpool_queue_dead{queue=monitored}")).isNaN();
        assertThat(launcher.pids()).isEqualTo(workers);

        server.start();

        await().atMost(LIMIT).until(() -> status("/health/ready") == 200);
        assertThat(launcher.pids()).isEqualTo(workers);
    }

    @Test
    void aFrozenRedisMakesItNotReadyAndIsNotWaitedFor() throws Exception {
        await().atMost(LIMIT).until(() -> status("/health/ready") == 200);

        server.freeze();
        try {
            await().atMost(LIMIT).until(() -> status("/health/ready") == 503);
            assertThat(status("/health/live")).isEqualTo(200);
            assertThat(scrape().value("weirpool_workers_wanted{queue=monitored}"))
                    .isEqualTo(2);
        } finally {
            server.thaw();
        }
    }

    @Test
    void isNotReadyWhileNoWorkerIs() throws Exception {
        await().atMost(LIMIT).until(() -> status("/health/ready") == 200);

        launcher.close();

        assertThat(get("/health/ready").body()).isEqualTo("not ready: no worker is ready\n");
    }

    @Test
    void everyMetricOfTheDashboardAndTheAlertsAndTheManualIsThere() throws Exception {
        var known = scrape().names();
        for (var file : List.of("deploy/grafana/weirpool.json", "deploy/prometheus/alerts.yml", "docs/operations.md")) {
            var named = new TreeSet<String>();
            METRIC.matcher(Files.readString(ROOT.resolve(file), UTF_8))
                    .results()
                    .forEach(hit -> named.add(hit.group()));
            assertThat(named).as(file).hasSizeGreaterThan(10);
            assertThat(known).as(file).containsAll(named);
        }
        var manual = Files.readString(ROOT.resolve("docs/operations.md"), UTF_8);
        assertThat(known.stream()
                        .filter(name -> name.startsWith("weirpool_"))
                        .map(name -> name.replaceFirst("_(bucket|sum|max)$", "_count")))
                .as("the manual names every metric")
                .allMatch(manual::contains);
    }

    @Test
    void theFilesForPrometheusGrafanaAndComposeAreWhole() throws Exception {
        var alerts = (Map<?, ?>) yaml("deploy/prometheus/alerts.yml");
        var rules = (List<?>) ((Map<?, ?>) ((List<?>) alerts.get("groups")).get(0)).get("rules");
        assertThat(rules).hasSizeGreaterThan(5);
        for (var rule : rules) {
            assertThat(((Map<?, ?>) rule).keySet().stream().map(Object::toString))
                    .contains("alert", "expr", "labels", "annotations");
        }
        var board = (Map<?, ?>) yaml("deploy/grafana/weirpool.json");
        assertThat((List<?>) board.get("panels")).hasSizeGreaterThan(5);
        var services = (Map<?, ?>) ((Map<?, ?>) yaml("docker-compose.yml")).get("services");
        for (var name : List.of("prometheus", "grafana")) {
            var service = (Map<?, ?>) services.get(name);
            assertThat(service.get("profiles")).isEqualTo(List.of("monitoring"));
            ((List<?>) service.get("volumes"))
                    .stream()
                            .map(volume -> volume.toString().split(":")[0])
                            .filter(source -> source.startsWith("./"))
                            .forEach(source -> assertThat(ROOT.resolve(source)).exists());
        }
        var prometheus = Files.readString(ROOT.resolve("deploy/prometheus/prometheus.yml"), UTF_8);
        for (var name : List.of("worker", "scheduler")) {
            assertThat(prometheus).contains("- names: [worker, scheduler]", "port: 9464");
            assertThat(environment(services, name).get("WEIRPOOL_HTTP"))
                    .as(name)
                    .isEqualTo("0.0.0.0:9464");
        }
        assertThat(prometheus).contains("- names: [dashboard]", "port: 8080", "credentials_file: /tmp/token");
        assertThat(environment(services, "prometheus").get("WEIRPOOL_DASHBOARD_TOKEN"))
                .as("whoever scrapes the dashboard knows its token")
                .isNotNull()
                .isEqualTo(environment(services, "dashboard").get("WEIRPOOL_DASHBOARD_TOKEN"));
        assertThat(mounted(services, "prometheus"))
                .as("what its command and its configuration name")
                .contains("/etc/prometheus/prometheus.yml")
                .containsAll((List<?>) ((Map<?, ?>) yaml("deploy/prometheus/prometheus.yml")).get("rule_files"));
        var source = first("deploy/grafana/provisioning/datasources/prometheus.yml", "datasources");
        assertThat(URI.create(source.get("url").toString()))
                .satisfies(
                        url -> assertThat(services.containsKey(url.getHost())).isTrue())
                .hasPort(9090);
        var provider = first("deploy/grafana/provisioning/dashboards/weirpool.yml", "providers");
        assertThat(mounted(services, "grafana"))
                .contains(
                        "/etc/grafana/provisioning",
                        ((Map<?, ?>) provider.get("options")).get("path") + "/weirpool.json");
        try (var files = Files.walk(ROOT.resolve("deploy/grafana/provisioning"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .hasSize(2)
                    .allSatisfy(file -> assertThat(
                                    new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file)))
                            .isInstanceOf(Map.class));
        }
    }

    /** Where a service finds the files that it is given. */
    private static List<Object> mounted(Map<?, ?> services, String name) {
        return ((List<?>) ((Map<?, ?>) services.get(name)).get("volumes"))
                .stream()
                        .map(volume -> (Object) volume.toString().split(":")[1])
                        .toList();
    }

    private static Map<?, ?> first(String file, String list) throws IOException {
        return (Map<?, ?>) ((List<?>) ((Map<?, ?>) yaml(file)).get(list)).get(0);
    }

    private static Map<?, ?> environment(Map<?, ?> services, String name) {
        return (Map<?, ?>) ((Map<?, ?>) services.get(name)).get("environment");
    }

    @Test
    void tellsHowLateSchedulesFire() throws Exception {
        schedules.fired(Duration.ofMillis(200));

        var text = scrape();

        assertThat(text.value("weirpool_schedule_lateness_seconds_bucket{le=0.1}"))
                .isZero();
        assertThat(text.value("weirpool_schedule_lateness_seconds_bucket{le=0.3}"))
                .isEqualTo(1);
    }

    @Test
    void putsTheSameNumbersIntoAnyRegistry() {
        queue.send(Task.of(MonitoringTest::sleep, 20));
        var registry = new SimpleMeterRegistry();
        new LauncherMeters(launcher::census).bindTo(registry);

        await().atMost(LIMIT)
                .until(() ->
                        registry.get("weirpool.attempts.run").functionTimer().count() == 1);

        assertThat(registry.get("weirpool.workers.ready").gauge().value()).isEqualTo(2);
        assertThat(registry.get("weirpool.attempts")
                        .tag("outcome", "done")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void answersNothingButWhatItIsThereFor() throws Exception {
        assertThat(status("/")).isEqualTo(404);
        var post = HttpRequest.newBuilder(URI.create("http://" + monitoring.address() + "/metrics"))
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build();
        assertThat(client.send(post, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(405);
        assertThat(monitoring.address()).startsWith("127.0.0.1:");
    }

    @Test
    void saysWhatIsWrongWithAnAddress() {
        for (var address : Stream.of("x", "localhost:", "127.0.0.1:99999", "").toList()) {
            assertThatThrownBy(() -> MonitoringServer.bind(address))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "not an address: '" + address + "'; write HOST:PORT or PORT, for example 127.0.0.1:9464");
        }
        assertThatThrownBy(() -> MonitoringServer.bind(monitoring.address()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("cannot serve http at " + monitoring.address());
    }

    private static Object yaml(String file) throws IOException {
        return new Load(LoadSettings.builder().build()).loadFromString(Files.readString(ROOT.resolve(file), UTF_8));
    }

    private PrometheusText scrape() throws Exception {
        var response = get("/metrics");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        return PrometheusText.parse(response.body());
    }

    private int status(String path) throws Exception {
        return get(path).statusCode();
    }

    private HttpResponse<String> get(String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://" + monitoring.address() + path))
                .timeout(LIMIT)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    static void sleep(int millis) throws InterruptedException {
        Thread.sleep(millis);
    }

    static void fail() {
        throw new IllegalStateException("fails");
    }

    static void exit(int code) {
        System.exit(code);
    }
}
