package dev.weirpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirpool.pool.Pool;
import dev.weirpool.pool.PoolOptions;
import dev.weirpool.queue.DuplicateTaskException;
import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.TimeLimitExceededException;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.QueueState;
import dev.weirpool.queue.inspect.TaskState;
import dev.weirpool.queue.redis.Durability;
import dev.weirpool.queue.redis.NotDurableYetException;
import dev.weirpool.scheduler.Schedule;
import dev.weirpool.scheduler.Scheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.utility.DockerImageName;

/** All that Weirpool does, on each of the servers that people have: the embedded one, and others in containers. */
@ParameterizedClass
@ValueSource(strings = {"embedded", "redis:7.0-alpine", "redis:8-alpine", "valkey/valkey:8-alpine"})
@Tag("compose")
@Timeout(120)
class ServersIT {
    private static final String EMBEDDED = "embedded";
    private static final int PORT = 6379;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Parameter
    private String image;

    private static GenericContainer<?> server;
    private static RedisOptions redis;

    @TempDir
    private Path directory;

    private final String queue = "servers-" + UUID.randomUUID();

    @BeforeParameterizedClassInvocation
    static void startServer(String image) {
        redis = RedisOptions.embedded();
        if (!image.equals(EMBEDDED)) {
            requireAnEngine(image);
            server = container(image).withCommand("--appendonly", "yes");
            server.start();
            redis = addressOf(server);
        }
    }

    @AfterParameterizedClassInvocation
    static void endServer() {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    private static void requireAnEngine(String image) {
        if (DockerClientFactory.instance().isDockerAvailable()) {
            return;
        }
        var reason = "no Docker engine can be reached";
        if ("1".equals(System.getenv("WEIRPOOL_REQUIRE_DOCKER"))) {
            fail(reason);
        }
        System.err.println("ServersIT is skipped for " + image + ": " + reason);
        abort(reason);
    }

    private static GenericContainer<?> container(String image) {
        return new GenericContainer<>(DockerImageName.parse(image)).withExposedPorts(PORT);
    }

    private static RedisOptions addressOf(GenericContainer<?> container) {
        return RedisOptions.of("redis://" + container.getHost() + ":" + container.getMappedPort(PORT));
    }

    @Test
    void runsAPoolAndReplacesAWorkerThatDies() throws Exception {
        try (var pool = Pool.start(PoolOptions.of(2).withRedis(redis))) {
            var numbers = IntStream.range(0, 200).boxed().toList();
            assertThat(pool.map(ServersIT::square, numbers))
                    .isEqualTo(numbers.stream().map(i -> i * i).toList());
            assertThat(pool.applyAsync(ServersIT::dieOnce, directory.toString()).get(LIMIT))
                    .isEqualTo("alive");
            assertThatThrownBy(() -> pool.apply(ServersIT::refuse)).hasMessage("no");
            end(pool);
        }
    }

    @Test
    void sharesItemsInOrderAndWithinTheirBoundAndGivesBackWhatIsClaimed() throws Exception {
        try (var pool = Pool.start(PoolOptions.of(2).withRedis(redis))) {
            var numbers = IntStream.range(0, 200).boxed().toList();
            SharedQueue<Integer> items = pool.queue("numbers", 10);
            var writer = pool.applyAsync(ServersIT::putAll, items, numbers);
            assertThat(pool.applyAsync(ServersIT::takeAll, items, numbers.size())
                            .get(LIMIT))
                    .isEqualTo(numbers);
            writer.get(LIMIT);

            items.put(1);
            try (var claim = items.claim()) {
                assertThat(claim.value()).isEqualTo(1);
            }
            try (var claim = items.claim()) {
                assertThat(claim.done()).isTrue();
            }
            assertThat(items).isEmpty();
            items.delete();
            end(pool);
        }
    }

    @Test
    void keepsOptionsOfTasks() throws Exception {
        var ledger = directory.resolve("ledger").toString();
        try (var tasks = TaskQueue.connect(redis, queue);
                var pool = Pool.start(PoolOptions.of(1).withRedis(redis).withQueue(queue))) {
            var unique = TaskOptions.DEFAULT.withUniqueKey("one", Duration.ofMinutes(1));
            tasks.pause();
            tasks.send(Task.of(ServersIT::note, "last", ledger), TaskOptions.DEFAULT.withPriority(3));
            tasks.send(Task.of(ServersIT::note, "first", ledger), unique);
            assertThatThrownBy(() -> tasks.send(Task.of(ServersIT::note, "again", ledger), unique))
                    .isInstanceOf(DuplicateTaskException.class);
            tasks.send(
                    Task.of(ServersIT::note, "later", ledger), TaskOptions.DEFAULT.withDelay(Duration.ofMillis(100)));
            var kept = tasks.send(
                    Task.of(ServersIT::square, 3), TaskOptions.DEFAULT.withKeepResult(Duration.ofMinutes(1)));
            tasks.resume();

            await().atMost(LIMIT).until(() -> tasks.result(kept).isPresent());
            assertThat(tasks.result(kept).orElseThrow()).isInstanceOf(Outcome.Returned.class);
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(Files.readAllLines(Path.of(ledger)))
                            .containsExactlyInAnyOrder("first", "later", "last")
                            .startsWith("first"));
            end(pool);
        }
    }

    @Test
    void cancelsWhatRunsAndKillsWhatTakesTooLong() throws Exception {
        try (var pool = Pool.start(PoolOptions.of(2).withRedis(redis))) {
            var running = pool.applyAsync(ServersIT::hang, directory.toString());
            await().atMost(LIMIT).until(() -> Files.exists(directory.resolve("hangs")));
            assertThat(running.cancel(true)).isTrue();
            assertThatThrownBy(() -> running.get(LIMIT)).isInstanceOf(CancellationException.class);

            var slow = pool.applyAsync(
                    ServersIT::spin,
                    TaskOptions.DEFAULT.withTimeLimit(Duration.ofMillis(500)).withAttempts(1));
            assertThatThrownBy(() -> slow.get(LIMIT))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TimeLimitExceededException.class);
            assertThat(pool.applyAsync(ServersIT::square, 2).get(LIMIT)).isEqualTo(4);
            end(pool);
        }
    }

    @Test
    void keepsWhatWasGivenUpAndShowsItToAnOperator() throws Exception {
        try (var tasks = TaskQueue.connect(redis, queue);
                var operator = Operator.connect(redis);
                var pool = Pool.start(PoolOptions.of(1).withRedis(redis).withQueue(queue))) {
            var id = tasks.send(
                    Task.of(ServersIT::refuse),
                    TaskOptions.DEFAULT.withRetryOn(IllegalStateException.class).withAttempts(2));
            await().atMost(LIMIT).until(() -> tasks.deadLetters().size() == 1);
            var letter = tasks.deadLetters().find(id).orElseThrow();
            assertThat(letter.attempts()).hasSize(2);
            assertThat(tasks.deadLetters().retry(letter)).isTrue();
            await().atMost(LIMIT).until(() -> tasks.deadLetters().size() == 1);

            assertThat(operator.queues(spoilt -> {}))
                    .extracting(QueueState::name)
                    .contains(queue);
            assertThat(operator.queue(queue).state().workers()).isEqualTo(1);
            assertThat(operator.server().version()).isNotEmpty();
            assertThat(operator.queue(queue).purge(TaskState.DEAD, count -> {})).isEqualTo(1);
            end(pool);
        }
    }

    @Test
    void firesWhatIsScheduled() throws Exception {
        var ledger = directory.resolve("ledger").toString();
        try (var pool = Pool.start(PoolOptions.of(1).withRedis(redis).withQueue(queue));
                var scheduler = Scheduler.start(redis, queue)) {
            scheduler.schedule("tick", Task.of(ServersIT::note, "tick", ledger), Schedule.every(Duration.ofSeconds(1)));
            await().atMost(LIMIT)
                    .ignoreExceptions()
                    .until(() -> Files.readAllLines(Path.of(ledger)).size() >= 2);
            scheduler.remove("tick");
            assertThat(scheduler.list()).isEmpty();
            end(pool);
        }
    }

    @Test
    void keepsWhatIsOnDiskWhenItIsKilled() throws Exception {
        if (image.equals(EMBEDDED) || image.startsWith("redis:7")) {
            assertThatThrownBy(() -> durable(Durability.FSYNC)).hasMessageMatching("(?s).*(needs 7.2|keeps nothing).*");
            return;
        }
        try (var own = container(image).withCommand("--appendonly", "yes", "--appendfsync", "everysec")) {
            own.start();
            try (var tasks = TaskQueue.connect(addressOf(own).withDurability(Durability.FSYNC), queue)) {
                tasks.sendAll(IntStream.range(0, 100)
                        .mapToObj(i -> Task.of(ServersIT::square, i))
                        .toList());
            }
            var scheduled = Task.of(ServersIT::square, 1);
            try (var scheduler = Scheduler.connect(addressOf(own).withDurability(Durability.FSYNC), queue)) {
                scheduler.schedule("kept", scheduled, Schedule.every(Duration.ofHours(1)));
                scheduler.schedule("removed", scheduled, Schedule.every(Duration.ofHours(1)));
                scheduler.remove("removed");
                scheduler.pause("kept");
            }
            docker("kill", "--signal", "KILL", own.getContainerId());
            docker("start", own.getContainerId());
            var port = docker("port", own.getContainerId(), "" + PORT) // another one
                    .lines()
                    .findFirst()
                    .orElseThrow()
                    .replaceFirst(".*:", "");
            var again = RedisOptions.of("redis://" + own.getHost() + ":" + port);
            await().atMost(LIMIT).ignoreExceptions().until(() -> {
                again.open().close();
                return true;
            });

            try (var tasks = TaskQueue.connect(again, queue)) {
                assertThat(tasks.size()).isEqualTo(100);
            }
            try (var scheduler = Scheduler.connect(again, queue)) {
                assertThat(scheduler.list()).singleElement().satisfies(status -> {
                    assertThat(status.name()).isEqualTo("kept");
                    assertThat(status.isPaused()).isTrue();
                });
            }
        }
    }

    @Test
    void saysThatSomethingIsNotYetOnAReplicaHoweverOftenItIsSent() throws Exception {
        assumeTrue(!image.equals(EMBEDDED), "SentinelTest has this on the embedded server");
        try (var network = Network.newNetwork();
                var master = container(image).withNetwork(network).withNetworkAliases("master");
                var replica = container(image).withNetwork(network).withCommand("--replicaof", "master", "" + PORT)) {
            master.start();
            replica.start();
            var options = addressOf(master)
                    .withDurability(Durability.replicas(1))
                    .withTimeout(Duration.ofSeconds(1))
                    .withPatience(LIMIT);
            SharedQueue<String> items = SharedQueue.connect(options, queue, 0);
            items.put("on the replica");
            docker("pause", replica.getContainerId());

            SharedQueue<String> hasty = SharedQueue.connect(options.withPatience(Duration.ofSeconds(2)), queue, 0);
            assertThatThrownBy(() -> hasty.put("not on the replica"))
                    .isInstanceOf(NotDurableYetException.class)
                    .hasMessageContaining("0 of 1 replicas have it");

            docker("unpause", replica.getContainerId());
            items.put("on the replica again");
            assertThat(items).containsExactly("on the replica", "not on the replica", "on the replica again");
        }
    }

    private static void durable(Durability durability) {
        TaskQueue.connect(redis.withDurability(durability), "durable").close();
    }

    private static String docker(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static void end(Pool pool) throws Exception {
        pool.close();
        assertThat(pool.join(LIMIT)).isTrue();
    }

    static int square(int number) {
        return number * number;
    }

    static String dieOnce(String directory) throws IOException {
        var been = Path.of(directory, "been");
        if (Files.notExists(been)) {
            Files.createFile(been);
            Runtime.getRuntime().halt(1);
        }
        return "alive";
    }

    static void refuse() {
        throw new IllegalStateException("no");
    }

    static void putAll(SharedQueue<Integer> items, List<Integer> numbers) throws InterruptedException {
        for (var number : numbers) {
            items.put(number);
        }
    }

    static List<Integer> takeAll(SharedQueue<Integer> items, int count) throws InterruptedException {
        var taken = new Integer[count];
        for (var i = 0; i < count; i++) {
            taken[i] = items.take();
        }
        return List.of(taken);
    }

    static void note(String word, String file) throws IOException {
        Files.writeString(Path.of(file), word + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    static void hang(String directory) throws Exception {
        Files.createFile(Path.of(directory, "hangs"));
        new CountDownLatch(1).await();
    }

    static int spin() {
        var i = 0;
        while (i != -1) {
            i = (i + 1) & 1;
        }
        return i;
    }
}
