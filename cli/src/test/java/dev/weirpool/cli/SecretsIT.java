package dev.weirpool.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskContext;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.redis.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real command, with a password of Redis and a token of the dashboard, and all that it shows of itself. */
@Tag("slow")
@Timeout(240)
final class SecretsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Path WEIRPOOL = Path.of("target/weirpool/bin/weirpool").toAbsolutePath();
    private static final String QUEUE = "secrets";
    private static final String PASSWORD = "correct%40horse-battery"; // as in an address; has to be decoded
    private static final String TOKEN = "staple-0451";
    /** Any of these anywhere is a leak. */
    private static final List<String> SECRETS = List.of("horse-battery", TOKEN);

    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();
    private RedisServer server;
    private String url;

    @BeforeEach
    void start() throws Exception {
        server = RedisServer.start(directory, "--requirepass", "correct@horse-battery");
        url = "redis://:" + PASSWORD + "@127.0.0.1:" + server.port();
    }

    @AfterEach
    void end() throws Exception {
        for (var process : started) {
            process.destroyForcibly().waitFor();
        }
        server.close();
    }

    static String environment(String name) {
        return String.valueOf(System.getenv(name));
    }

    /** How a task that wants a queue of its own finds Redis. */
    static void passOn() {
        try (var queue = TaskQueue.connect(RedisOptions.fromEnvironment(), QUEUE + "-next")) {
            queue.send(Task.of(SecretsIT::environment, "none"));
        }
    }

    static void fail() {
        throw new IllegalStateException(
                "cannot work with " + RedisOptions.fromEnvironment() + " as " + TaskContext.current());
    }

    @Test
    void nothingThatRunsOnShowsASecret() throws Exception {
        var worker = start(
                "worker",
                "worker",
                "--verbose",
                "--processes",
                "2",
                "--queue",
                QUEUE,
                "--http",
                "0",
                "--classpath",
                Path.of("target/test-classes").toAbsolutePath().toString());
        var page = start("page", "dashboard", "--verbose", "--bind", "127.0.0.1:0");
        var scheduler = start("scheduler", "scheduler", "--verbose", "--queue", QUEUE);
        try (var queue = TaskQueue.connect(RedisOptions.of(url), QUEUE)) {
            var keep = TaskOptions.DEFAULT.withKeepResult(Duration.ofMinutes(5)).withAttempts(1);
            var address = queue.send(Task.of(SecretsIT::environment, "WEIRPOOL_REDIS_URL"), keep);
            var token = queue.send(Task.of(SecretsIT::environment, "WEIRPOOL_DASHBOARD_TOKEN"), keep);
            var passing = queue.send(Task.of(SecretsIT::passOn), keep);
            var failing = queue.send(Task.of(SecretsIT::fail), keep);
            for (var id : List.of(address, token, passing, failing)) {
                await().atMost(LIMIT).until(() -> queue.result(id).isPresent());
            }
            for (var id : List.of(address, token)) {
                assertThat(queue.result(id).toString()).contains("value=null");
            }
            assertThat(queue.result(passing).toString()).contains("Returned");

            var shown = new ArrayList<String>();
            shown.add(queue + " " + queue.deadLetters() + " " + queue.result(failing));
            shown.add(threads(worker) + threads(page) + threads(scheduler));
            shown.add(get(address("worker", "metrics and health at "), "/metrics"));
            shown.add(get(address("worker", "metrics and health at "), "/health/ready"));
            for (var path : List.of(
                    "/", "/queues/secrets", "/workers", "/dead", "/redis", "/api/v1/overview", "/api/v1/redis")) {
                shown.add(get(address("page", "http"), path));
            }
            for (var command : List.of(
                    "config",
                    "doctor",
                    "status",
                    "worker ls",
                    "dead ls --queue secrets",
                    "status --verbose -o json",
                    "task show " + failing)) {
                shown.add(said(Map.of("WEIRPOOL_REDIS_URL", url, "WEIRPOOL_DASHBOARD_TOKEN", TOKEN), command));
            }
            assertNoSecret("what they answered", String.join("\n", shown));
            assertThat(String.join("\n", shown))
                    .contains("weirpool_queue_ready", "cannot work with redis://***@127.0.0.1");
        }
        server.kill(); // what they say then, and when they are told to end
        await().atMost(LIMIT).until(() -> log("worker").contains("does not answer"));
        assertEveryProcessIsDiscreet(worker, page, scheduler);
        server.start();
        for (var process : List.of(worker, page, scheduler)) {
            process.destroy();
            assertThat(process.waitFor()).isNotEqualTo(1);
        }
        for (var name : List.of("worker", "page", "scheduler")) {
            assertNoSecret("log of " + name, log(name));
        }
    }

    private static void assertEveryProcessIsDiscreet(Process... launched) throws IOException {
        for (var process : launched) {
            for (var each : Stream.concat(Stream.of(process.toHandle()), process.descendants())
                    .toList()) {
                var proc = Path.of("/proc/" + each.pid());
                assertNoSecret("command line of " + each.pid(), Files.readString(proc.resolve("cmdline"), ISO_8859_1));
                if (each.pid() != process.pid()) {
                    assertNoSecret("environment of a worker", Files.readString(proc.resolve("environ"), ISO_8859_1));
                }
            }
        }
        assertThat(launched[0].children()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://:horse-battery@127.0.0.1:1",
                "redis://me:horse-battery@no-such-host.invalid",
                "redis://:horse-battery@127.0.0.1:99999",
                "redis://:horse-battery@127.0.0.1/x",
                "redis://:horse-battery with space@127.0.0.1",
                "redis://:horse-battery@/0",
                "redis://:horse-battery@127.0.0.1?ca=/none",
                "redis://:horse-battery@127.0.0.1?frob=1",
                "rediss://:horse-battery@127.0.0.1:1?ca=/none",
                "http://:horse-battery@127.0.0.1",
                "me:horse-battery@127.0.0.1:6379",
                "redis://:horse-battery@me@127.0.0.1:1/a@b",
                "redis://127.0.0.1:1/0?password=horse-battery"
            })
    void noAddressThatIsWrongIsRepeatedWithItsPassword(String wrong) throws Exception {
        for (var command : List.of("status --verbose", "worker --verbose --processes 1", "config")) {
            assertNoSecret(command, said(Map.of("WEIRPOOL_REDIS_URL", wrong), command));
        }
    }

    private String said(Map<String, String> environment, String command) throws Exception {
        var words = Stream.concat(Stream.of(WEIRPOOL.toString()), Stream.of(command.split(" ")));
        var ran = Ran.of(directory, environment, words.toArray(String[]::new));
        assertThat(ran.out() + ran.err()).as(command).isNotBlank();
        return ran.out() + ran.err();
    }

    private static void assertNoSecret(String where, String text) {
        for (var secret : SECRETS) {
            for (var form : List.of(secret, Base64.getEncoder().encodeToString(secret.getBytes(UTF_8)))) {
                var lines = Arrays.stream(text.split("\n", -1)).filter(line -> line.contains(form));
                assertThat(lines).as(where).isEmpty();
            }
        }
    }

    /** What the JVM prints of itself. */
    private static String threads(Process process) throws Exception {
        var ran = Ran.of(
                Path.of("."),
                Map.of(),
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                "" + process.pid(),
                "Thread.print",
                "-l",
                "-e");
        assertThat(ran.out()).contains("main");
        return ran.out();
    }

    private String address(String name, String before) {
        return await().atMost(LIMIT)
                .until(
                        () -> log(name)
                                .lines()
                                .filter(line -> line.contains(before))
                                .map(line -> line.replaceFirst(".*(http://[0-9.:]+).*", "$1"))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static String get(String address, String path) throws Exception {
        var login = Base64.getEncoder().encodeToString(("any:" + TOKEN).getBytes(UTF_8));
        var request = HttpRequest.newBuilder(URI.create(address + path)).header("Authorization", "Basic " + login);
        var reply = HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(reply.statusCode()).as(path).isEqualTo(200);
        return reply.headers().map() + reply.body();
    }

    private String log(String name) throws IOException {
        return Files.readString(directory.resolve(name + ".log"), UTF_8);
    }

    private Process start(String name, String... arguments) throws IOException {
        var builder = new ProcessBuilder(Stream.concat(Stream.of(WEIRPOOL.toString()), Stream.of(arguments))
                        .toList())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".log").toFile());
        builder.environment().put("WEIRPOOL_REDIS_URL", url);
        builder.environment().put("WEIRPOOL_DASHBOARD_TOKEN", TOKEN);
        var process = builder.start();
        started.add(process);
        return process;
    }
}
