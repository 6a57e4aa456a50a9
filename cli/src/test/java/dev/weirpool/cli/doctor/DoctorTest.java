package dev.weirpool.cli.doctor;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.inspect.LauncherState;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.WorkerState;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Orders;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisServer;
import dev.weirpool.queue.redis.SentinelServers;
import dev.weirpool.queue.signing.Keyring;
import dev.weirpool.scheduler.Schedule;
import dev.weirpool.scheduler.Scheduler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each finding, provoked on a real Redis. */
final class DoctorTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String OTHER = "a secret that the doctor has not";

    @TempDir
    private static Path directory;

    private static RedisServer server;

    private RedisConnection redis;

    @BeforeAll
    static void start() throws IOException {
        server = RedisServer.start(directory, "--appendonly", "yes");
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @BeforeEach
    void connect() {
        redis = server.options().openUnchecked().connect();
    }

    @AfterEach
    void reset() {
        set("maxmemory-policy", "noeviction");
        set("appendonly", "yes");
        set("appendfsync", "everysec");
        set("maxmemory", "0");
        redis.call("FLUSHALL");
        redis.close();
    }

    private void set(String name, String value) {
        redis.call("CONFIG", bytes("SET"), bytes(name), bytes(value));
    }

    /** But how quick a busy machine is. */
    private static List<Finding> findings() {
        return findings(server.options(), Clock.systemUTC()).stream()
                .filter(finding -> !finding.check().equals("round trip"))
                .toList();
    }

    private static List<Finding> findings(RedisOptions options, Clock clock) {
        try (var operator = Operator.connectUnchecked(options, clock)) {
            var facts = Facts.of(operator, "0.1.0");
            return Check.ALL.stream()
                    .flatMap(check -> check.findings().apply(facts).stream())
                    .toList();
        }
    }

    private static Finding only() {
        var all = findings();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private static LauncherState launcher(String version, int processes, long memory, long heap) {
        var now = Instant.now();
        var worker = new WorkerState("h.1.a.1", 2, true, now, 1, heap, 0, Optional.empty(), Optional.empty());
        return new LauncherState(
                "h.1.a", "h", 1, version, "17", now, now, processes, memory, 0, false, List.of(worker));
    }

    private void report(LauncherState launcher) {
        new Broker("q").enlist(redis);
        new Broker("q").register(redis, "h.1.a.1", HOUR);
        new Orders("q").report(redis, launcher.id(), launcher.toBytes(), HOUR, List.of());
    }

    @Test
    void findsNothingWhereAllIsWell() {
        report(launcher("0.1.0", 2, 4L << 30, 1L << 30));

        assertThat(findings()).isEmpty();
    }

    @Test
    void findsAPolicyThatDropsTasks() {
        set("maxmemory-policy", "allkeys-lru");

        assertThat(only().what()).contains("maxmemory-policy is allkeys-lru");
        assertThat(only().remedy()).isEqualTo("set maxmemory-policy to noeviction");
    }

    @Test
    void findsThatItIsAReplica() {
        redis.call("REPLICAOF", bytes("127.0.0.1"), bytes(1));
        try {
            assertThat(findings())
                    .extracting(Finding::what)
                    .containsOnlyOnce("Redis is the replica of another, and takes no tasks");
        } finally {
            redis.call("REPLICAOF", bytes("NO"), bytes("ONE"));
        }
    }

    @Test
    @Tag("slow")
    void findsThatNobodyWouldTakeOver(@TempDir Path own) throws Exception {
        try (var servers = SentinelServers.start(own)) {
            assertThat(findings(servers.options(), Clock.systemUTC()))
                    .extracting(Finding::check)
                    .doesNotContain("replicas");
            for (var replica : servers.replicas()) {
                replica.kill();
            }

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(findings(servers.options(), Clock.systemUTC()))
                            .extracting(Finding::what)
                            .contains("the master has no replica: when it dies nobody takes over"));
        }
    }

    @Test
    void findsThatNothingIsKept() {
        set("appendonly", "no");

        assertThat(only().remedy()).isEqualTo("set appendonly to yes, and appendfsync to everysec or always");
    }

    @Test
    void findsThatItIsKeptTooLate() {
        set("appendfsync", "no");

        assertThat(only().what()).contains("appendfsync is no");
    }

    @Test
    void findsAFullMemory() {
        redis.call("SET", bytes("ballast"), new byte[3_000_000]);
        set("maxmemory", "4500000");

        assertThat(only().what()).contains("that maxmemory allows");
    }

    @Test
    void findsAClockThatIsWrong() {
        var late = findings(server.options(), Clock.offset(Clock.systemUTC(), Duration.ofSeconds(-90)));
        var early = findings(server.options(), Clock.offset(Clock.systemUTC(), Duration.ofSeconds(90)));

        assertThat(late).hasSize(1);
        assertThat(late.get(0).what())
                .containsPattern("^the clock of Redis is 1 min (29|30) s ahead of that of this machine");
        assertThat(early.get(0).what()).containsPattern("^the clock of Redis is 1 min (29|30) s behind that");
    }

    @Test
    void findsALongWay() throws Exception {
        try (var way = new LongWay(URI.create(server.options().toString()), 20)) {
            var found = findings(way.options(), Clock.systemUTC());

            assertThat(found).extracting(Finding::check).contains("round trip");
        }
    }

    @Test
    void findsAnOldRedis() throws Exception {
        var old = Path.of("../queue/target/old-redis/redis-server-2.8.19");
        org.junit.jupiter.api.Assumptions.assumeTrue(old.toFile().exists());
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        old.toFile().setExecutable(true);
        var process = new ProcessBuilder(old.toString(), "--port", "" + port, "--save", "")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            var options = RedisOptions.of("redis://127.0.0.1:" + port);
            org.awaitility.Awaitility.await().ignoreExceptions().until(() -> {
                options.openUnchecked().connect().close();
                return true;
            });

            assertThat(findings(options, Clock.systemUTC()))
                    .extracting(Finding::what)
                    .contains("Redis is version 2.8.19; Weirpool needs 6.2 or later");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void findsMoreHeapThanMemory() {
        report(launcher("0.1.0", 4, 1L << 30, 512L << 20));

        assertThat(only().what())
                .isEqualTo("the 4 workers on h may take 2.3 GiB, of the 1.0 GiB that there are: some may be killed for"
                        + " want of memory");
        assertThat(only().remedy()).isEqualTo("start fewer, or limit their heap: --jvm-flag=-Xmx128m");
    }

    @Test
    void findsWorkersOfAnotherVersion() {
        report(launcher("0.0.9", 1, 0, 0));

        assertThat(only().what()).isEqualTo("launcher h.1.a is version 0.0.9, this command 0.1.0");
    }

    @Test
    void findsALauncherThatSaysNothing() {
        new Broker("q").enlist(redis);
        new Broker("q").register(redis, "build.4711.ab.1", HOUR);

        assertThat(only().what()).startsWith("launcher build.4711.ab says nothing of itself");
        assertThat(only().remedy()).isEqualTo("look at pid 4711 on build, and start it again");
    }

    @Test
    void findsAQueueThatNobodyServesOrIsPaused() {
        try (var queue = TaskQueue.connect(server.options(), "images")) {
            queue.send(Task.named("a::b"));
            assertThat(only().what()).isEqualTo("1 task waits on queue images, and no worker serves it");
            assertThat(only().remedy()).startsWith("start one: weirpool worker --queue images");

            new Broker("images").tick(redis, HOUR, HOUR);
            queue.pause();
            assertThat(only().remedy()).isEqualTo("weirpool queue resume images");
        }
    }

    @Test
    void findsTasksThatAreNotSignedWhereItHasASecret() {
        send(server.options().unsigned(), "images");

        var found = signatures(server.options());

        assertThat(found.what())
                .isEqualTo("tasks of queue images are not signed, and nobody who has a secret will run them");
        assertThat(found.remedy()).startsWith("give the secret to whoever sends them, in place of WEIRPOOL_UNSIGNED");
    }

    @Test
    void findsTasksThatAreSignedWithAKeyThatItHasNoSecretFor() {
        send(server.options().withSecret(OTHER), "images");

        var found = signatures(server.options());

        assertThat(found.what())
                .matches("tasks of queue images are signed with key \\d+, which no secret of this process has");
        assertThat(found.remedy()).startsWith("give all processes the same secrets");
        assertThat(found.toString()).doesNotContain(OTHER);
    }

    @Test
    void findsTasksThatAreSignedWhereItSignsNothing() {
        send(server.options(), "images");

        var found = signatures(server.options().unsigned());

        assertThat(found.what())
                .matches("tasks of queue images are signed, with key \\d+, and this process signs nothing: .*");
        assertThat(found.remedy()).startsWith("give it their secret, with WEIRPOOL_SECRET_FILE or --secret-file");
    }

    @Test
    void takesTasksOfASecretThatIsBeingReplaced() {
        send(server.options().withSecret(OTHER), "images");
        send(server.options().withSecret(OTHER + " II"), "images");

        assertThat(findings(server.options().withSecret(OTHER + " II", OTHER), Clock.systemUTC()))
                .extracting(Finding::check)
                .containsOnly("queues without workers");
    }

    @Test
    void findsTheSignaturesOfTasksThatAreDelayedOrWereGivenUp() {
        var other = server.options().withSecret(OTHER);
        try (var queue = TaskQueue.connect(other, "delayed")) {
            queue.send(Task.named("a::b"), TaskOptions.DEFAULT.withDelay(HOUR));
        }
        send(other, "dead");
        redis.call(
                "LMOVE", bytes("weirpool:{dead}:ready"), bytes("weirpool:{dead}:dead"), bytes("LEFT"), bytes("LEFT"));

        assertThat(findings(server.options(), Clock.systemUTC()))
                .filteredOn(finding -> finding.check().equals("signatures"))
                .extracting(finding -> finding.what().split(" ", 5)[3])
                .containsExactly("dead", "delayed");
    }

    @Test
    void leavesTheSecretOfAPoolsOwnQueueToThatPool() {
        send(server.options().withSecret(OTHER), "pool-" + UUID.randomUUID());

        assertThat(findings()).extracting(Finding::check).containsOnly("queues without workers");
    }

    @Test
    void doesNotJudgeSignaturesWithoutASecret() {
        send(server.options().unsigned(), "images");

        try (var operator =
                Operator.connectUnchecked(server.options().withKeyring(Keyring.none()), Clock.systemUTC())) {
            var facts = Facts.of(operator, "");
            var signatures = check("signatures");
            assertThat(signatures.canTell(facts)).isFalse();
            assertThat(signatures.findings().apply(facts)).isEmpty();
        }
    }

    private static Check check(String name) {
        return Check.ALL.stream()
                .filter(check -> check.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void send(RedisOptions options, String queue) {
        try (var tasks = TaskQueue.connect(options, queue)) {
            tasks.send(Task.named("a::b"));
        }
    }

    private static Finding signatures(RedisOptions options) {
        try (var operator = Operator.connectUnchecked(options, Clock.systemUTC())) {
            var found = check("signatures").findings().apply(Facts.of(operator, ""));
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }

    @Test
    void findsAScheduleThatNobodyFires() {
        try (var scheduler = Scheduler.connect(server.options(), "images")) {
            scheduler.schedule("nightly", Task.named("a::b"), Schedule.every(HOUR));
            assertThat(findings()).isEmpty();

            redis.call(
                    "ZADD",
                    bytes("weirpool:{images}:schedules"),
                    bytes("XX"),
                    bytes(1_700_000_000_000L),
                    bytes("nightly"));

            assertThat(only().what()).startsWith("a schedule of queue images should have fired at 2023-11-1");
            assertThat(only().remedy()).isEqualTo("start one: weirpool scheduler --queue images");
        }
    }

    @Test
    void tellsByItsExitCodeWhetherSomethingWasFound() {
        assertThat(dev.weirpool.cli.DoctorRun.of(server.options().toString())).isZero();
        set("appendonly", "no");
        assertThat(dev.weirpool.cli.DoctorRun.of(server.options().toString())).isEqualTo(6);
    }

    /** A way to Redis on which each answer takes some time. */
    private static final class LongWay implements AutoCloseable {
        private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final URI to;
        private final int millis;

        LongWay(URI to, int millis) throws IOException {
            this.to = to;
            this.millis = millis;
            daemon(this::letIn);
        }

        RedisOptions options() {
            return RedisOptions.of("redis://127.0.0.1:" + door.getLocalPort());
        }

        private void letIn() throws Exception {
            while (true) {
                var client = door.accept();
                var redis = new Socket(to.getHost(), to.getPort());
                daemon(() -> pass(client, redis, 0));
                daemon(() -> pass(redis, client, millis));
            }
        }

        private static void pass(Socket from, Socket to, int millis) throws Exception {
            var buffer = new byte[64 * 1024];
            for (var count = from.getInputStream().read(buffer);
                    count >= 0;
                    count = from.getInputStream().read(buffer)) {
                Thread.sleep(millis);
                to.getOutputStream().write(buffer, 0, count);
            }
            to.close();
        }

        private interface Work {
            void run() throws Exception;
        }

        private static void daemon(Work work) {
            var thread = new Thread(() -> {
                try {
                    work.run();
                } catch (Exception e) {
                    // the test is over
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void close() throws IOException {
            door.close();
        }
    }
}
