package dev.weirpool.cli;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.dashboard.Dashboard;
import dev.weirpool.dashboard.DashboardOptions;
import dev.weirpool.pool.Pool;
import dev.weirpool.pool.PoolOptions;
import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskContext;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.redis.RedisServer;
import dev.weirpool.scheduler.Schedule;
import dev.weirpool.scheduler.ScheduleOptions;
import dev.weirpool.scheduler.Scheduler;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everybody does his work as the user of {@code deploy/redis/users.acl} that is for it, and is refused what is not. */
@Tag("slow")
@Timeout(120)
final class RolesTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String QUEUE = "roles";
    private static final String QUEUE_PREFIX = "weirpool:{" + QUEUE + "}:";

    @TempDir
    private Path directory;

    private RedisServer server;

    @BeforeEach
    void start() throws Exception {
        server = RedisServer.startWithUsers(directory);
    }

    @AfterEach
    void end() throws Exception {
        server.close();
    }

    static int twice(int number) {
        System.out.println("twice " + number);
        return 2 * number;
    }

    static void linger() throws InterruptedException {
        TaskContext.current().progress(1, 2, "halfway");
        TimeUnit.MINUTES.sleep(2);
    }

    static void fail() {
        throw new IllegalStateException("no");
    }

    private Launcher launcher() {
        return Launcher.start(LauncherOptions.of(2, server.options("worker"), QUEUE));
    }

    private Said as(String role, String... arguments) {
        return Said.of(Stream.concat(Stream.of(arguments), Stream.of("--redis", server.uri("weirpool-" + role)))
                .toArray(String[]::new));
    }

    private void assertNothingWasRefused() throws Exception {
        assertThat(server.refusals())
                .filteredOn(refusal -> !refusal.startsWith("command toplevel config ")) // which nobody insists on
                .isEmpty();
    }

    @Test
    void theWorkerRunsWhatTheProducerSends() throws Exception {
        try (var launcher = launcher();
                var pool = Pool.connect(server.options("producer"), QUEUE);
                var queue = TaskQueue.connect(server.options("producer"), QUEUE)) {
            assertThat(pool.map(
                            RolesTest::twice, IntStream.range(0, 200).boxed().toList()))
                    .hasSize(200)
                    .endsWith(398);

            var kept = queue.send(
                    Task.of(RolesTest::twice, 4),
                    TaskOptions.DEFAULT
                            .withKeepResult(Duration.ofMinutes(1))
                            .withUniqueKey("four", Duration.ofMinutes(1))
                            .withPriority(1));
            var late = queue.send(
                    Task.of(RolesTest::twice, 5),
                    TaskOptions.DEFAULT.withKeepResult(Duration.ofMinutes(1)).withDelay(Duration.ofMillis(100)));
            for (var id : List.of(kept, late)) {
                await().atMost(LIMIT).until(() -> queue.result(id).isPresent());
            }
            assertThat(queue.result(kept)).contains(new Outcome.Returned(8));
            var lingering = queue.send(Task.of(RolesTest::linger));
            await().atMost(LIMIT).until(() -> queue.progress(lingering).isPresent());
            as("operator", "task", "kill", lingering.toString(), "--yes").output();

            var never = queue.send(Task.of(RolesTest::twice, 6), TaskOptions.DEFAULT.withDelay(Duration.ofMillis(300)));
            queue.cancel(never);
            queue.send(Task.of(RolesTest::fail), TaskOptions.DEFAULT.withAttempts(2));
            await().atMost(LIMIT)
                    .until(() -> as("viewer", "dead", "ls", "--queue", QUEUE, "-o", "jsonl")
                            .output()
                            .contains("fail"));
            await().atMost(LIMIT).until(() -> queue.size() == 0); // the cancelled one leaves when it is due
            assertThat(launcher.pids()).hasSize(2);
            new ProcessBuilder("kill", "-9", "" + launcher.pids().get(0))
                    .start()
                    .waitFor();
            assertThat(pool.map(RolesTest::twice, List.of(1, 2, 3))).containsExactly(2, 4, 6);
            pool.close();
            pool.join();
        }
        assertNothingWasRefused();
    }

    @Test
    void aPoolWithWorkersOfItsOwnIsTheWorker() throws Exception {
        try (var pool = Pool.start(PoolOptions.of(2).withRedis(server.options("worker")))) {
            assertThat(pool.map(RolesTest::twice, List.of(1, 2, 3))).containsExactly(2, 4, 6);
            var handle = pool.applyAsync(RolesTest::twice, 4);
            handle.cancel(true);
            assertThatThrownBy(() -> assertThat(handle.get()).isNotEqualTo(8))
                    .isInstanceOfAny(CancellationException.class, AssertionError.class);
            pool.terminate();
        }
        assertNothingWasRefused();
    }

    @Test
    void producersShareAQueueOfItems() throws Exception {
        var queue = SharedQueue.<Integer>connect(server.options("producer"), QUEUE, 10);
        queue.putAll(List.of(1, 2, 3, 4, 5));
        assertThat(queue.take()).isEqualTo(1);
        queue.taskDone();
        try (var claim = queue.claim()) {
            assertThat(claim.value()).isEqualTo(2);
            assertThat(claim.done()).isTrue();
        }
        queue.claim().close();
        assertThat(queue).containsExactly(3, 4, 5);
        assertThat(queue.remove(4)).isTrue();
        assertThat(queue.size()).isEqualTo(2);
        queue.clear();
        assertThat(queue.poll()).isNull();
        assertThat(queue.join(Duration.ofMillis(50))).isTrue();
        queue.shutdown(true);
        assertThat(queue.isShutDown()).isTrue();
        queue.delete();
        assertNothingWasRefused();
    }

    @Test
    void theSchedulerPutsWhatTheWorkerRuns() throws Exception {
        try (var scheduler = Scheduler.start(server.options("scheduler"), QUEUE);
                var launcher = launcher()) {
            scheduler.schedule("often", Task.of(RolesTest::twice, 1), Schedule.every(Duration.ofSeconds(1)));
            scheduler.schedule("again", Task.of(RolesTest::twice, 2), Schedule.withFixedDelay(Duration.ofSeconds(1)));
            scheduler.schedule(
                    "one",
                    Task.of(RolesTest::twice, 3),
                    Schedule.every(Duration.ofSeconds(1)),
                    ScheduleOptions.DEFAULT.withNoOverlap());
            assertThat(scheduler.triggerNow("often")).isPresent();

            for (var name : List.of("often", "again", "one")) {
                await().atMost(LIMIT)
                        .until(() -> scheduler.find(name).orElseThrow().fired() >= 2);
            }
            scheduler.pause("often");
            scheduler.resume("often");
            assertThat(scheduler.list()).hasSize(3);
            assertThat(scheduler.nextFires("often", 2)).hasSize(2);
            scheduler.list().forEach(status -> scheduler.remove(status.name()));
            assertThat(launcher.pids()).hasSize(2);
        }
        assertNothingWasRefused();
    }

    private TaskId bury(TaskQueue queue) {
        var id = queue.send(
                Task.of(RolesTest::fail), TaskOptions.DEFAULT.withAttempts(1).withKeepResult(Duration.ofMinutes(1)));
        await().atMost(LIMIT).until(() -> queue.result(id).isPresent());
        return id;
    }

    @Test
    void theOperatorSeesAndSteersEverything() throws Exception {
        try (var queue = TaskQueue.connect(server.options("producer"), QUEUE);
                var scheduler = Scheduler.connect(server.options("scheduler"), QUEUE)) {
            scheduler.schedule("daily", Task.of(RolesTest::twice, 1), Schedule.every(Duration.ofDays(1)));
            try (var launcher = launcher()) {
                var first = bury(queue);
                var second = bury(queue);
                look("operator", first);
                as("operator", "dead", "delete", first.toString(), "--queue", QUEUE, "--yes")
                        .output();
                as("operator", "dead", "retry", second.toString(), "--queue", QUEUE)
                        .output();
                as("operator", "worker", "dump", "" + launcher.pids().get(0)).output();
                as("operator", "schedule", "run", "daily", "--queue", QUEUE).output();
                as("operator", "schedule", "pause", "daily", "--queue", QUEUE).output();
                as("operator", "schedule", "resume", "daily", "--queue", QUEUE).output();
                var staff = as("operator", "worker", "ls", "-o", "json").json().getAsJsonArray();
                var name = staff.get(0).getAsJsonObject().get("launcher").getAsString();
                as("operator", "worker", "drain", name, "--yes").output();
                await().atMost(LIMIT).until(() -> launcher.pids().isEmpty());
            }
            as("operator", "queue", "pause", QUEUE).output();
            var waiting = queue.send(Task.of(RolesTest::twice, 1));
            as("operator", "task", "cancel", waiting.toString()).output();
            as("operator", "task", "kill", waiting.toString(), "--yes").output();
            as("operator", "queue", "resume", QUEUE).output();
            as("operator", "queue", "requeue", QUEUE, "--to", "others", "--yes").output();
            as("operator", "queue", "purge", "others", "--yes").output();
            as("operator", "queue", "partition", "others", "2").output();
            as("operator", "queue", "partition", "others", "1").output();
            as("operator", "queue", "requeue", QUEUE, "--yes").output();
            as("operator", "queue", "purge", QUEUE, "--yes").output();
            as("operator", "schedule", "rm", "daily", "--queue", QUEUE, "--yes").output();
        }
        assertNothingWasRefused();
    }

    private void look(String role, TaskId dead) {
        for (var command : List.of(
                "status",
                "queue ls",
                "queue show roles",
                "task ls --queue roles",
                "dead ls --queue roles",
                "dead show " + dead,
                "task show " + dead,
                "schedule ls --queue roles",
                "schedule explain daily --queue roles",
                "schedule next daily --queue roles",
                "worker ls",
                "top --times 1 --every 1")) {
            assertThat(as(role, command.split(" ")).output()).as(command).isNotEmpty();
        }
    }

    @Test
    void theViewerSeesEverythingOnAPageThatOnlyShows() throws Exception {
        try (var queue = TaskQueue.connect(server.options("producer"), QUEUE);
                var scheduler = Scheduler.connect(server.options("scheduler"), QUEUE);
                var launcher = launcher()) {
            scheduler.schedule("daily", Task.of(RolesTest::twice, 1), Schedule.every(Duration.ofDays(1)));
            var dead = bury(queue);
            look("viewer", dead);
            var later = queue.send(Task.of(RolesTest::twice, 1), TaskOptions.DEFAULT.withDelay(Duration.ofHours(1)));
            for (var role : List.of("viewer", "operator")) {
                var options = DashboardOptions.of(server.options(role))
                        .withBind("127.0.0.1:0", null)
                        .withReadOnly(role.equals("viewer"));
                try (var page = Dashboard.start(options)) {
                    for (var path : List.of(
                            "/",
                            "/queues",
                            "/queues/roles",
                            "/queues/roles/tasks/" + later,
                            "/workers",
                            "/schedules",
                            "/dead",
                            "/redis",
                            "/api/v1/overview",
                            "/api/v1/history?queue=roles",
                            "/health/ready")) {
                        var reply = get(page, path);
                        assertThat(reply.statusCode())
                                .as(role + path + reply.body())
                                .isEqualTo(200);
                    }
                }
            }
            assertThat(launcher.pids()).hasSize(2);
        }
        assertNothingWasRefused();
    }

    private static HttpResponse<String> get(Dashboard page, String path) throws Exception {
        var uri = URI.create("http://127.0.0.1:" + page.address().getPort() + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The doctor of whoever may not see the server's configuration looks at the rest. */
    @Test
    void theDoctorOfAUserWithoutConfigFindsWhatThereIsToFind() {
        var said = as("viewer", "doctor");

        assertThat(said.out()).contains("ok   Redis version", "Redis keeps no append-only file");
        assertThat(said.exitCode()).isEqualTo(ExitCode.FOUND);
    }

    @Test
    void aUserWithoutInfoIsWarnedAndGoesOn() throws Exception {
        try (var redis = RedisOptions.of(server.uri("admin")).open()) {
            for (var role : List.of("worker", "producer", "viewer")) {
                redis.call(connection ->
                        connection.call("ACL", bytes("SETUSER"), bytes("weirpool-" + role), bytes("-info")));
            }
        }

        var said = as("viewer", "doctor");
        assertThat(said.exitCode()).isIn(ExitCode.DONE, ExitCode.FOUND); // a busy machine takes long to answer
        assertThat(said.out()).contains("?    Redis version", "?    persistence", "ok   queues without workers");
        assertThat(said.err()).contains("Redis does not tell this user its INFO");
        try (var launcher = launcher();
                var pool = Pool.connect(server.options("producer"), QUEUE)) {
            assertThat(pool.apply(RolesTest::twice, 2)).isEqualTo(4);
            assertThat(launcher.pids()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"producer", "worker", "scheduler", "operator", "viewer"})
    void nobodyMayWhatIsDangerousOrNotOurs(String role) {
        for (var command : List.of(
                "CONFIG GET *",
                "CONFIG SET maxmemory 1",
                "KEYS *",
                "SCAN 0",
                "FLUSHALL",
                "FLUSHDB",
                "DEBUG SLEEP 0",
                "ACL LIST",
                "ACL WHOAMI",
                "CLIENT LIST",
                "CLIENT KILL ID 1",
                "MONITOR",
                "REPLICAOF NO ONE",
                "SAVE",
                "BGREWRITEAOF",
                "SHUTDOWN NOSAVE",
                "SCRIPT FLUSH",
                "MODULE LIST",
                "SWAPDB 0 1",
                "SORT weirpool:queues",
                "RESTORE weirpool:queues 0 x",
                "DUMP weirpool:queues",
                "PUBLISH a b",
                "GETSET weirpool:queues 1")) {
            assertRefused(role, command);
        }
        for (var key : List.of("other", "weirpool", "weirpools:queues", "weirpool:other", "{weirpool}:{q}:ready")) {
            assertRefused(role, "EVAL \"return redis.call('get',KEYS[1])\" 1 " + key);
        }
    }

    @Test
    void everybodyIsRefusedWhatIsOfOthers() {
        assertRefusedKeys(
                "producer", "inflight:w", "dead", "schedules", "launcher:l", "orders:l", "stats:total", "tick");
        assertRefusedKeys("worker", "schedules:definitions", "schedules:paused", "triggered:t", "done:r");
        assertRefusedKeys("scheduler", "inflight:w", "dead", "results:p", "shared:items", "orders:l");
        assertRefusedKeys("operator", "shared:items", "refused:t");
        assertRefusedKeys("viewer", "shared:items", "results:p", "unique:n", "orders:l", "bell");
        for (var write : List.of("SET", "RPUSH", "LPOP", "DEL", "ZADD", "ZREM", "HSET", "HDEL", "UNLINK", "XADD")) {
            assertRefused("viewer", write + " " + QUEUE_PREFIX + "ready 1 1 1");
            assertRefused(
                    "viewer", "EVAL \"return redis.call('" + write + "',KEYS[1],1,1,1)\" 1 " + QUEUE_PREFIX + "dead");
        }
        try (var queue = TaskQueue.connect(server.options("producer"), QUEUE)) {
            queue.send(Task.of(RolesTest::fail));
        }
        assertThat(as("viewer", "queue", "pause", QUEUE).exitCode()).isEqualTo(ExitCode.REDIS);
    }

    private void assertRefusedKeys(String role, String... keys) {
        for (var key : keys) {
            assertRefused(role, "EVAL \"return redis.call('get',KEYS[1])\" 1 " + QUEUE_PREFIX + key);
        }
    }

    /** Sent as a line of text, because our own client knows no commands but those that it needs. */
    private void assertRefused(String role, String command) {
        var user = URI.create(server.uri("weirpool-" + role)).getUserInfo().replace(':', ' ');
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                var replies = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
            socket.getOutputStream().write(("AUTH " + user + "\r\n" + command + "\r\n").getBytes(UTF_8));
            assertThat(replies.readLine()).isEqualTo("+OK");
            assertThat(replies.readLine())
                    .as(role + ": " + command)
                    .containsPattern("^-NOPERM|can't run this command|can't access at least one of the keys");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
