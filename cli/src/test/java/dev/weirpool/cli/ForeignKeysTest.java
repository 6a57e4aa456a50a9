package dev.weirpool.cli;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.dashboard.Dashboard;
import dev.weirpool.dashboard.DashboardOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.redis.ForeignDataException;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisServer;
import dev.weirpool.scheduler.Schedule;
import dev.weirpool.scheduler.Scheduler;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys of a queue that hold what they should not, under a launcher, a client, a scheduler, a page and commands that all live on. */
@Tag("slow")
@Timeout(120)
final class ForeignKeysTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String SPOILT = "spoilt";
    private static final String GOOD = "good";
    private static final TaskOptions KEEP = TaskOptions.DEFAULT.withKeepResult(Duration.ofMinutes(5));

    @TempDir
    private static Path directory;

    private static RedisServer server;
    private static Redis redis;
    private static Launcher launcher;
    private static TaskQueue client;
    private static TaskQueue other;
    private static Scheduler scheduler;
    private static Dashboard page;

    @BeforeAll
    static void start() throws Exception {
        server = RedisServer.start(directory);
        redis = server.options().open();
        launcher = Launcher.start(LauncherOptions.of(1, server.options(), SPOILT));
        client = TaskQueue.connect(server.options(), SPOILT);
        other = TaskQueue.connect(server.options(), GOOD);
        other.send(Task.of(Errands::add, 1, 2));
        scheduler = Scheduler.start(server.options(), SPOILT);
        page = Dashboard.start(DashboardOptions.of(server.options()).withBind("127.0.0.1:0", null));
    }

    @AfterAll
    static void stop() throws Exception {
        page.close();
        scheduler.close();
        client.close();
        other.close();
        launcher.close();
        redis.close();
        server.close();
    }

    private static void spoil(String key) {
        redis.call(connection -> {
            connection.call("UNLINK", bytes(key));
            return key.endsWith(":fence") || key.endsWith(":edits")
                    ? connection.call("RPUSH", bytes(key), bytes("x"))
                    : connection.call("SET", bytes(key), bytes("x"));
        });
    }

    private static void mend(String key) {
        redis.call(connection -> connection.call("UNLINK", bytes(key)));
    }

    private static void assertSomethingIsDone() {
        var id = client.send(Task.of(Errands::add, 20, 22), KEEP);
        await().atMost(LIMIT).until(() -> client.result(id).isPresent());
        assertThat(client.result(id).toString()).contains("42");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ready",
                "ready1",
                "ready2",
                "ready3",
                "workers",
                "bell",
                "delayed",
                "dead",
                "producers",
                "producers1",
                "cancels",
                "tick",
                "fence",
                "stats:total",
                "schedules",
                "schedules:definitions",
                "schedules:versions",
                "schedules:sources",
                "schedules:paused",
                "schedules:edits",
                "schedules:counts"
            })
    void aKeyOfAnotherTypeIsNamedAndOutlived(String name) throws Exception {
        assertSomethingIsDone();
        var pids = launcher.pids();
        var key = "weirpool:{" + SPOILT + "}:" + name;

        spoil(key);
        try {
            assertThatEverybodyCopesWith(key);
        } finally {
            mend(key);
        }

        assertSomethingIsDone();
        if (!name.equals("workers")) { // else they were fenced off, and replaced
            assertThat(launcher.pids()).isEqualTo(pids);
        }
        var heard = Instant.now();
        await().atMost(LIMIT).until(() -> scheduler.lastHeardOfRedis().isAfter(heard));
        await().atMost(LIMIT).until(() -> launcher.lastHeardOfRedis().isAfter(heard));
    }

    private static void assertThatEverybodyCopesWith(String key) throws Exception {
        try {
            client.send(Task.of(Errands::add, 1, 2));
        } catch (ForeignDataException e) {
            assertThat(e).hasMessageContainingAll(key, "DEL or RENAME");
        }
        for (var command : List.of("status", "queue ls", "doctor")) {
            var said = said(command);
            assertThat(said.exitCode()).as(command + said.err()).isIn(0, 6);
            assertThat(said.out() + said.err()).as(command).doesNotContain("a fault of ours");
            if (!command.equals("doctor")) {
                assertThat(said.out()).containsPattern("(?m)^" + GOOD + " ");
            }
            if (said.err().contains("cannot be looked at")) {
                assertThat(said.err()).contains("queue " + SPOILT, key, "DEL or RENAME");
            }
        }
        for (var command : List.of("task ls", "dead ls", "worker ls", "schedule ls")) {
            var said = said(command + " --queue " + SPOILT);
            assertThat(said.exitCode()).as(command + ": " + said.err()).isIn(0, ExitCode.REDIS);
            if (said.exitCode() != 0) {
                assertThat(said.err()).contains(key);
            }
        }
        for (var path :
                List.of("/", "/queues", "/queues/" + GOOD, "/workers", "/schedules", "/dead", "/health/ready")) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(200);
        }
        assertThat(get("/queues/" + SPOILT).statusCode()).isNotEqualTo(500);
    }

    @Test
    void launchersOutliveAListOfQueuesThatIsNone() {
        spoil("weirpool:queues");
        try (var late = Launcher.start(LauncherOptions.of(1, server.options(), "late"))) {
            await().atMost(LIMIT).until(() -> late.census().ready() == 1);
            var said = said("status");
            assertThat(said.exitCode()).isEqualTo(ExitCode.REDIS);
            assertThat(said.err()).contains("weirpool:queues is a string", "DEL or RENAME");
            assertSomethingIsDone();
        } finally {
            mend("weirpool:queues");
            redis.call(connection -> connection.call("ZADD", bytes("weirpool:queues"), bytes(1), bytes(GOOD)));
            redis.call(connection -> connection.call("ZADD", bytes("weirpool:queues"), bytes(1), bytes(SPOILT)));
        }
    }

    @Test
    void schedulesThatCannotBeReadHideNoOthers() throws Exception {
        schedule(GOOD, "sums");
        schedule(SPOILT, "others");
        var key = "weirpool:{" + SPOILT + "}:schedules:definitions";
        spoil(key);
        try {
            for (var path : List.of("/schedules", "/api/v1/schedules")) {
                var reply = get(path);
                assertThat(reply.statusCode()).as(path).isEqualTo(200);
                assertThat(reply.body()).as(path).contains("sums", "the schedules of queue " + SPOILT, key);
            }
            var said = said("schedule ls");
            assertThat(said.exitCode()).isEqualTo(ExitCode.DONE);
            assertThat(said.out()).contains("sums");
            assertThat(said.err()).contains("the schedules of queue " + SPOILT, key, "DEL or RENAME");
        } finally {
            mend(key);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-inf", "+inf", "1e300", "-1", "9007199254740991"})
    void aPlannedTimeThatNoClockShowsIsShown(String forged) throws Exception {
        schedule(GOOD, "sums");
        redis.call(connection ->
                connection.call("ZADD", bytes("weirpool:{" + GOOD + "}:schedules"), bytes(forged), bytes("sums")));

        assertThat(get("/schedules").statusCode()).isEqualTo(200);
        assertThat(get("/schedules").body()).contains("sums");
        assertThat(said("schedule ls").out()).contains("sums");
        assertThat(said("schedule next sums --count 3 --queue " + GOOD).exitCode())
                .isEqualTo(ExitCode.DONE);
    }

    @Test
    void aReportThatNoLauncherMadeHidesNoOther() throws Exception {
        var workers = bytes("weirpool:{" + SPOILT + "}:workers");
        var report = bytes("weirpool:{" + SPOILT + "}:launcher:ghost.1.0");
        redis.call(connection -> connection.call("ZADD", workers, bytes(1L << 50), bytes("ghost.1.0.1")));
        redis.call(connection -> connection.call(
                "SET",
                report,
                bytes("host <b>ghost\nat 999999999999999\nprocesses 999999999999999\nworker \nx\n\0\n"
                        + "worker <b> 999999999999999 x 999999999999999 - - - <b> 1\n")));
        try {
            await().atMost(LIMIT).until(() -> get("/workers").body().contains("&lt;b&gt;ghost"));
            for (var shown : List.of(get("/workers").body(), said("worker ls").out())) {
                launcher.pids().forEach(pid -> assertThat(shown).contains(Long.toString(pid)));
            }
        } finally {
            redis.call(connection -> connection.call("ZREM", workers, bytes("ghost.1.0.1")));
            mend("weirpool:{" + SPOILT + "}:launcher:ghost.1.0");
        }
    }

    private static void schedule(String queue, String name) {
        try (var editor = Scheduler.connect(server.options(), queue)) {
            editor.schedule(name, Task.of(Errands::add, 1, 2), Schedule.every(Duration.ofHours(1)));
        }
    }

    @Test
    void workersThatCannotRegisterWaitUntilTheyCan() {
        spoil("weirpool:{slow}:workers");
        try (var slow = Launcher.start(LauncherOptions.of(1, server.options(), "slow"));
                var sender = TaskQueue.connect(server.options(), "slow")) {
            var id = sender.send(Task.of(Errands::add, 20, 22), KEEP);
            await().atMost(LIMIT).until(() -> slow.pids().size() == 1);
            var pids = slow.pids();
            mend("weirpool:{slow}:workers");
            await().atMost(LIMIT).until(() -> sender.result(id).isPresent());
            assertThat(slow.pids()).isEqualTo(pids);
        }
    }

    private static Said said(String command) {
        return Said.of((command + " --redis " + redis.uri()).split(" ", -1));
    }

    private static HttpResponse<String> get(String path) throws Exception {
        var at = URI.create("http://127.0.0.1:" + page.address().getPort() + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(at).build(), HttpResponse.BodyHandlers.ofString());
    }
}
