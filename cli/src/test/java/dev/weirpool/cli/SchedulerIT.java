package dev.weirpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.scheduler.ScheduleStatus;
import dev.weirpool.scheduler.Scheduler;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code weirpool scheduler}: the file, signals, health file, exit codes. */
@Timeout(180)
final class SchedulerIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String WEIRPOOL =
            Path.of("target/weirpool/bin/weirpool").toAbsolutePath().toString();

    @TempDir
    private Path directory;

    private final String queue = "scheduler-" + UUID.randomUUID();
    private final Redis redis = RedisOptions.embedded().open();
    private final RedisOptions options = RedisOptions.of(redis.uri().toString());
    private final Scheduler editor = Scheduler.connect(options, queue);
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endAll() {
        started.forEach(Process::destroyForcibly);
        editor.close();
        redis.close();
    }

    @Test
    void firesWhatTheFileSaysUntilItIsToldToStop() throws Exception {
        write("tick", "every: 1s");
        var scheduler = start();

        try (var tasks = TaskQueue.connect(options, queue)) {
            await().atMost(LIMIT).until(() -> tasks.size() >= 2);
        }
        await().atMost(LIMIT).until(() -> Files.exists(directory.resolve("healthy")));
        scheduler.destroy();

        assertThat(scheduler.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(scheduler.exitValue()).isZero();
        assertThat(log()).contains("what is scheduled stays in Redis").doesNotContain("Exception");
        assertThat(editor.list().get(0).source()).isEqualTo("schedules.yml");
    }

    @Test
    void servesItsHealthAndHowLateItIs() throws Exception {
        write("tick", "every: 1s");
        start();
        var address = await().atMost(LIMIT)
                .until(
                        () -> log().lines()
                                .filter(line -> line.contains("metrics and health at "))
                                .map(line -> line.replaceFirst(".* at ", ""))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();

        await().atMost(LIMIT).until(() -> get(address + "/health/ready").equals("ready\n"));
        var fired = Pattern.compile("weirpool_schedule_lateness_seconds_count [1-9]");
        await().atMost(LIMIT)
                .until(() -> fired.matcher(get(address + "/metrics")).find());

        assertThat(get(address + "/health/live")).isEqualTo("live\n");
        await().atMost(LIMIT)
                .until(() -> get(address + "/metrics")
                        .contains("weirpool_queue_ready{priority=\"0\",queue=\"" + queue + "\"}"));
    }

    private static String get(String address) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(address)).build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void readsTheFileAgainOnHup() throws Exception {
        write("old", "every: 1h");
        var scheduler = start();
        await().atMost(LIMIT).until(() -> names().equals(List.of("old")));

        write("new", "every: 1h");
        hup(scheduler);
        await().atMost(LIMIT).until(() -> names().equals(List.of("new")));

        write("new", "every: nonsense");
        hup(scheduler);
        await().atMost(LIMIT).until(() -> log().contains("the schedules stay as they were"));
        assertThat(names()).containsExactly("new");
        assertThat(scheduler.isAlive()).isTrue();
    }

    @Test
    void onlyChecksTheFile() throws Exception {
        write("nightly", "cron: 0 30 2 * * ?");

        var ran = weirpool("scheduler", "--schedules", "schedules.yml", "--check");

        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(ran.out()).startsWith("nightly on queue " + queue + ": ").contains("T02:30:00Z");
        assertThat(names()).isEmpty();
    }

    @Test
    void refusesAFileWithMistakesAndATaskThatDoesNotExist() throws Exception {
        write("broken", "evry: 1h");
        assertThat(weirpool("scheduler", "--schedules", "schedules.yml", "--check")
                        .exitCode())
                .isEqualTo(2);

        write("no-such-class", "every: 1h");
        var ran = weirpool("scheduler", "--schedules", "schedules.yml", "--check", "--classpath", ".");

        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.err()).contains("com.acme.Reports").doesNotContain("Exception");
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        assertThat(weirpool("scheduler").err()).contains("no schedules given: name a file with --schedules");
        assertThat(weirpool("scheduler", "--schedules", "none.yml").exitCode()).isNotZero();
    }

    private List<String> names() {
        return editor.list().stream().map(ScheduleStatus::name).toList();
    }

    private void write(String name, String times) throws IOException {
        Files.writeString(
                directory.resolve("schedules.yml"),
                "schedules:\n  " + name + ":\n    task: com.acme.Reports::nightly\n    " + times + "\n    queue: "
                        + queue + "\n");
    }

    private static void hup(Process process) throws Exception {
        new ProcessBuilder("kill", "-HUP", "" + process.pid()).start().waitFor();
    }

    private Process start() throws IOException {
        var builder = new ProcessBuilder(WEIRPOOL, "scheduler", "--schedules", "schedules.yml")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "WEIRPOOL_REDIS_URL",
                        redis.uri().toString(),
                        "WEIRPOOL_HEALTH_FILE",
                        directory.resolve("healthy").toString(),
                        "WEIRPOOL_HTTP",
                        "0"));
        var process = builder.start();
        started.add(process);
        await().atMost(LIMIT).until(() -> log().contains("firing the schedules of queue " + queue));
        return process;
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"), UTF_8);
    }

    private Ran weirpool(String... arguments) throws Exception {
        return Ran.of(
                directory,
                Map.of("LC_ALL", "C.UTF-8"),
                Stream.concat(Stream.of(WEIRPOOL), Stream.of(arguments)).toArray(String[]::new));
    }
}
