package dev.weirpool.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Backoff;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.inspect.OperatedQueue;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.TaskState;
import dev.weirpool.queue.inspect.WorkerState;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import dev.weirpool.worker.WorkerOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A process is halted before and after each of its exchanges with Redis, one at a time: nothing is lost and nothing hangs. */
@Tag("slow")
@Timeout(90)
class CrashPointTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final int TASKS = 5;
    private static final int TASKS_PER_WORKER = 4;

    /** Goes in two pieces. */
    private static final byte[] LARGE = new byte[600_000];

    @TempDir
    private Path directory;

    private final String queueName = "crash-" + UUID.randomUUID();
    private final Redis redis = RedisOptions.embedded().open();
    private final RedisOptions options = RedisOptions.of(redis.uri().toString());

    /** It registers, and steps for each task, twice for the one that is tried again; between them it waits. */
    static Stream<String> edgesOfAWorker() {
        return edges(
                "register.lua 1",
                "step.lua 1",
                "step.lua 2",
                "step.lua 3",
                "step.lua 4",
                "BLPOP 1",
                "release.lua 1",
                "blob.lua 1",
                "blob.lua 2");
    }

    static Stream<String> edgesOfALauncher() {
        return edges(
                "enlist.lua 1",
                "tick.lua 1",
                "tick.lua 9",
                "heartbeat.lua 1",
                "report.lua 1",
                "tally.lua 1",
                "LRANGE 1",
                "recover.lua 1",
                "own.lua 1");
    }

    static Stream<String> edgesOfAClient() {
        return edges(
                "open.lua 1",
                "push.lua 1",
                "push.lua 2",
                "PEXPIRE 1",
                "XREAD 1",
                "XREAD 2",
                "XTRIM 1",
                "cancel.lua 1",
                "resume.lua 1",
                "requeue.lua 1",
                "discard.lua 1",
                "purge.lua 1",
                "revive.lua 1",
                "order.lua 1",
                "UNLINK 1",
                "blob.lua 1",
                "blob.lua 2");
    }

    static Stream<String> edgesOfAMove() {
        return edges("admit.lua 1", "discard.lua 1");
    }

    private static Stream<String> edges(String... commands) {
        return Stream.of(commands).flatMap(command -> Stream.of("before " + command, "after " + command));
    }

    @Test
    void leavesNoStepOfTheProtocolOutThatChangesAnything() throws Exception {
        assertThat(scripts())
                .isNotEmpty()
                .allSatisfy(script -> assertThat(
                                Stream.of(edgesOfAWorker(), edgesOfALauncher(), edgesOfAClient(), edgesOfAMove())
                                        .flatMap(edges -> edges))
                        .anyMatch(edge -> edge.startsWith("before " + script + " "))
                        .anyMatch(edge -> edge.startsWith("after " + script + " ")));
    }

    private static List<String> scripts() throws IOException, URISyntaxException {
        var one = Broker.class.getResource("push.lua").toURI();
        if (one.getScheme().equals("file")) {
            return scripts(Path.of(one).getParent());
        }
        try (var jar = FileSystems.newFileSystem(URI.create(one.toString().split("!", 2)[0]), Map.of())) {
            return scripts(jar.getPath(one.toString().split("!", 2)[1]).getParent());
        }
    }

    private static List<String> scripts(Path beside) throws IOException {
        try (var files = Files.list(beside)) {
            return files.filter(CrashPointTest::isStep)
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }

    private static boolean isStep(Path file) {
        var name = file.getFileName().toString();
        try {
            return name.endsWith(".lua")
                    && !name.equals("prelude.lua") // which stands before each of them
                    && !name.startsWith("shared-")
                    && !name.startsWith("schedule-")
                    && !Files.readString(file).contains("Changes nothing.");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("edgesOfAWorker")
    void aWorkerIsHalted(String edge) throws Exception {
        var flags = crashAt(edge);
        var workers = WorkerOptions.DEFAULT.withMaxTasks(TASKS_PER_WORKER).withJvmFlags(flags);
        try (var launcher = Launcher.start(
                LauncherOptions.of(1, options, queueName).withLease(LEASE).withWorkers(workers))) {
            assertAllTasksComplete();
            awaitTheCrash();
        }
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @MethodSource("edgesOfALauncher")
    void aLauncherIsHalted(String edge) throws Exception {
        try (var client = Pool.connect(options, queueName)) {
            var killer = client.applyAsync(Tasks::killMyselfOnce); // gives the launcher something to recover
            var halted = start(OneWorker.class, crashAt(edge));
            try {
                awaitTheCrash();
                try (var other =
                        Launcher.start(LauncherOptions.of(1, options, queueName).withLease(LEASE))) {
                    assertThat(killer.get(LIMIT)).isGreaterThan(1);
                    assertAllTasksComplete();
                }
            } finally {
                halted.descendants().forEach(ProcessHandle::destroyForcibly);
                halted.destroyForcibly().waitFor();
            }
            client.close();
            client.join();
        }
        assertNothingIsLeft();
    }

    /** A launcher with one worker, in a process of its own. */
    static final class OneWorker {
        public static void main(String[] arguments) throws Exception {
            try (var launcher = Launcher.start(
                    LauncherOptions.of(1, redisFromInput(), arguments[0]).withLease(LEASE))) {
                launcher.await(Duration.ofMinutes(1));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("edgesOfAClient")
    void aClientIsHalted(String edge) throws Exception {
        try (var launcher =
                        Launcher.start(LauncherOptions.of(1, options, queueName).withLease(LEASE));
                var queue = TaskQueue.connect(options, queueName)) {
            var client = start(Client.class, crashAt(edge));
            var out = client.inputReader(UTF_8);
            var sent = out.lines().toList(); // until it has ended
            client.waitFor();
            assertThat(directory.resolve("once")).as("the edge was reached").doesNotExist();
            queue.resume();

            await().atMost(LIMIT).until(() -> queue.size() == 0 && count("inflight:*") == 0);
            var entries = entries();
            assertThat(entries).containsAll(sent).doesNotHaveDuplicates();
            assertThat(launcher.pids()).hasSize(1);
            assertThat(queue.deadLetters().list(0, 9)).hasSizeLessThanOrEqualTo(2);
        }
    }

    /** Uses a queue in every way that there is. It prints what it knows to be accepted. */
    static final class Client {
        public static void main(String[] arguments) throws Exception {
            var options = redisFromInput();
            var ledger = arguments[1];
            try (var queue = TaskQueue.connect(options, arguments[0])) {
                var pool = Pool.connect(options, arguments[0]);
                for (var i = 0; i < TASKS; i++) {
                    queue.send(Task.of(Tasks::enter, i, ledger));
                    System.out.println(i);
                }
                pool.applyAsync(Tasks::enter, TASKS, ledger).get(LIMIT);
                System.out.println(TASKS);
                queue.send(Task.of(Tasks::enterLarge, TASKS + 2, LARGE, ledger));
                System.out.println(TASKS + 2);
                queue.pause();
                queue.cancel(queue.send(Task.of(Tasks::one)));
                queue.resume();
                queue.send(Task.of(Tasks::failWith, "one"));
                queue.send(Task.of(Tasks::failWith, "other"));
                var letters = queue.deadLetters();
                await().atMost(LIMIT).until(() -> letters.size() == 2);
                letters.retry(letters.list(0, 1).get(0));
                letters.delete(letters.list(0, 1).get(0));
                operate(options, queue);
                pool.applyAsync(Tasks::enter, TASKS + 1, ledger).get(LIMIT);
                System.out.println(TASKS + 1);
                awaitTheTrimOfResults(options, arguments[0]);
                pool.close();
                pool.join();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("edgesOfAMove")
    void whoMovesADeadLetterToAnotherQueueIsHalted(String edge) throws Exception {
        var other = new Broker(queueName + "-other");
        try (var queue = TaskQueue.connect(options, queueName);
                var operator = Operator.connect(options)) {
            try (var launcher = Launcher.start(LauncherOptions.of(1, options, queueName))) {
                queue.send(Task.of(Tasks::failWith, "one"));
                await().atMost(LIMIT).until(() -> queue.deadLetters().size() == 1);
            }
            start(Mover.class, crashAt(edge)).waitFor();
            assertThat(directory.resolve("once")).as("the edge was reached").doesNotExist();
            assertThat(queue.deadLetters().size() + redis.call(other::waiting))
                    .as("not lost")
                    .isPositive();

            operator.queue(queueName).moveDead(other.queue(), done -> {});

            assertThat(queue.deadLetters().size()).isZero();
            assertThat(redis.call(other::waiting)).as("not doubled").isEqualTo(1);
        } finally {
            redis.use(connection -> other.drop(connection, List.of()));
            redis.close();
        }
    }

    /** Moves what is dead to another queue. */
    static final class Mover {
        public static void main(String[] arguments) throws Exception {
            try (var operator = Operator.connect(redisFromInput())) {
                operator.queue(arguments[0]).moveDead(arguments[0] + "-other", done -> {});
            }
        }
    }

    private static void operate(RedisOptions options, TaskQueue queue) throws InterruptedException {
        try (var operator = Operator.connect(options)) {
            var operated = operator.queue(queue.name());
            queue.pause();
            queue.send(Task.of(Tasks::one));
            operated.purge(TaskState.READY, deleted -> {});
            queue.resume();
            await().atMost(LIMIT).until(() -> operated.requeueDead(done -> {}) > 0);
            await().atMost(LIMIT).until(() -> !workers(operated).isEmpty());
            operated.threads(workers(operated).get(0), Duration.ofSeconds(5));
        }
    }

    private static List<String> workers(OperatedQueue queue) {
        return queue.launchers().stream()
                .flatMap(launcher -> launcher.workers().stream())
                .map(WorkerState::name)
                .toList();
    }

    private static void awaitTheTrimOfResults(RedisOptions options, String queueName) {
        var pattern = ("weirpool:{" + queueName + "}:results:*").getBytes(UTF_8);
        try (var redis = options.open()) {
            await().atMost(LIMIT)
                    .until(() -> redis.call(connection -> {
                        var streams = (List<?>) connection.call("KEYS", pattern);
                        return streams.stream()
                                .allMatch(stream -> Long.valueOf(0).equals(connection.call("XLEN", (byte[]) stream)));
                    }));
        }
    }

    private static RedisOptions redisFromInput() throws IOException {
        return RedisOptions.of(new BufferedReader(new InputStreamReader(System.in, UTF_8)).readLine());
    }

    private Process start(Class<?> main, List<String> flags) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(1, flags);
        command.addAll(List.of(main.getName(), queueName, ledger().toString()));
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.outputWriter().append(redis.uri() + "\n").flush();
        return process;
    }

    private List<String> crashAt(String edge) throws IOException {
        var once = Files.createFile(directory.resolve("once"));
        return List.of("-Dweirpool.crash.at=" + edge, "-Dweirpool.crash.file=" + once);
    }

    private void awaitTheCrash() {
        await("the edge is reached").atMost(LIMIT).until(() -> !Files.exists(directory.resolve("once")));
    }

    private Path ledger() {
        return directory.resolve("ledger");
    }

    private List<String> entries() throws IOException {
        return Files.exists(ledger()) ? Files.readAllLines(ledger()) : List.of();
    }

    private void assertAllTasksComplete() throws Exception {
        var pool = Pool.connect(options, queueName);
        var results = new ArrayList<AsyncResult<Integer>>();
        for (var i = 0; i < TASKS - 2; i++) {
            results.add(pool.applyAsync(Tasks::enter, i, ledger().toString()));
        }
        var large = pool.applyAsync(Tasks::enterLarge, TASKS - 2, LARGE, ledger().toString());
        results.add(pool.applyAsync(
                Tasks::enterAtAttemptTwo,
                TASKS - 1,
                ledger().toString(),
                TaskOptions.DEFAULT
                        .withRetryOn(IllegalStateException.class)
                        .withBackoff(Backoff.fixed(Duration.ofMillis(10)))
                        .withAttempts(5)));
        for (var result : results) {
            assertThat(result.get(LIMIT)).isBetween(0, TASKS - 1);
        }
        assertThat(large.get(LIMIT)).isEqualTo(LARGE);
        pool.close();
        pool.join();
        assertThat(entries()).contains("0", "1", "2", "3", "4");
        assertThat(entries().size())
                .as("one process was halted once: %s", entries())
                .isLessThanOrEqualTo(TASKS + 1);
    }

    private void assertNothingIsLeft() {
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(count("inflight:*")).as("in-flight lists").isZero();
            assertThat(count("ready*")).as("waiting tasks").isZero();
            assertThat(count("delayed")).as("delayed tasks").isZero();
            assertThat(count("dead")).as("dead letters").isZero();
            assertThat(count("attempts:*")).as("records of attempts").isZero();
            assertThat(count("results:*")).as("results").isZero();
        });
        redis.close();
    }

    private int count(String pattern) {
        var keys = redis.call(
                connection -> connection.call("KEYS", ("weirpool:{" + queueName + "}:" + pattern).getBytes(UTF_8)));
        return ((List<?>) keys).size();
    }
}
