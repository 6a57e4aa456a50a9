package dev.weirpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Tally;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class LauncherTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final RedisOptions REDIS = RedisOptions.embedded();

    @TempDir
    Path directory;

    private final String queueName = "launcher-" + UUID.randomUUID();
    private TaskQueue queue;
    private Path signedIn;

    @BeforeEach
    void connect() {
        queue = TaskQueue.connect(REDIS, queueName);
        signedIn = directory.resolve("signed-in");
    }

    @AfterEach
    void disconnect() {
        queue.close();
    }

    @Test
    void keepsAsManyWorkersAsAskedForWhenOneIsKilled() throws Exception {
        try (var launcher = Launcher.start(options(3))) {
            await().atMost(LIMIT).until(() -> queue.workers() == 3);
            var before = launcher.pids();
            var victim = before.get(1);

            ProcessHandle.of(victim).orElseThrow().destroyForcibly();

            await().atMost(Duration.ofSeconds(1))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> launcher.pids().size() == 3 && !launcher.pids().contains(victim));
            assertThat(launcher.pids()).contains(before.get(0), before.get(2)).allMatch(LauncherTest::isAlive);
            await().atMost(LIMIT).until(() -> queue.workers() == 3);
        }
    }

    @Test
    void givesBackTheTaskOfAWorkerThatWasKilled() throws Exception {
        try (var launcher = Launcher.start(options(1))) {
            queue.send(Task.of(
                    Work::waitFor,
                    signedIn.toString(),
                    directory.resolve("gate").toString()));
            var first = pidsSignedIn(1).get(0);

            ProcessHandle.of(first).orElseThrow().destroyForcibly();

            var second = pidsSignedIn(2).get(1);
            assertThat(second).isNotEqualTo(first);
            Files.createFile(directory.resolve("gate"));
            assertThat(pidsSignedIn(3).get(2)).isEqualTo(second);
        }
    }

    @Test
    void doesNotWaitForAWorkerThatStillBootsWhenItIsStopped() throws Exception {
        var asleep = List.of("-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,quiet=y");
        try (var launcher = Launcher.start(options(3).withWorkers(WorkerOptions.DEFAULT.withJvmFlags(asleep)))) {
            await().atMost(LIMIT).until(() -> launcher.pids().size() == 3);
            var pids = launcher.pids();

            launcher.stop(Duration.ofDays(1));

            assertThat(launcher.await(LIMIT)).isTrue();
            assertThat(pids).noneMatch(LauncherTest::isAlive);
        }
    }

    @Test
    void leavesNoProcessBehindWhenRedisDoesNotAnswer() {
        var before = ProcessHandle.current().children().count();

        assertThatThrownBy(
                        () -> Launcher.start(LauncherOptions.of(2, RedisOptions.of("redis://127.0.0.1:1"), queueName)))
                .isInstanceOf(RedisUnavailableException.class);

        await().atMost(LIMIT).until(() -> ProcessHandle.current().children().count() <= before);
    }

    @Test
    void replacesAWorkerThatHasRunItsShareOfTasks() throws Exception {
        try (var launcher = Launcher.start(options(1).withWorkers(WorkerOptions.DEFAULT.withMaxTasks(2)))) {
            for (var i = 0; i < 5; i++) {
                queue.send(Task.of(Work::signIn, signedIn.toString()));
            }

            var pids = pidsSignedIn(5);

            assertThat(pids.get(0)).isEqualTo(pids.get(1)).isNotEqualTo(pids.get(2));
            assertThat(pids.get(2)).isEqualTo(pids.get(3)).isNotEqualTo(pids.get(4));
        }
    }

    @Test
    void replacesAWorkerThatHasReachedItsAge() throws Exception {
        try (var launcher =
                Launcher.start(options(1).withWorkers(WorkerOptions.DEFAULT.withMaxAge(Duration.ofSeconds(1))))) {
            await().atMost(LIMIT).until(() -> queue.workers() == 1);
            var first = launcher.pids();

            await().atMost(LIMIT)
                    .until(() -> launcher.pids().size() == 1 && !launcher.pids().equals(first));
        }
    }

    @Test
    void letsARunningTaskEndWhenItIsStopped() throws Exception {
        try (var launcher = Launcher.start(options(1))) {
            var gate = directory.resolve("gate");
            queue.send(Task.of(Work::waitFor, signedIn.toString(), gate.toString()));
            queue.send(Task.of(Work::signIn, signedIn.toString()));
            pidsSignedIn(1);

            launcher.stop(LIMIT);
            assertThat(launcher.await(Duration.ofMillis(200))).isFalse();
            Files.createFile(gate);

            assertThat(launcher.await(LIMIT)).isTrue();
            assertThat(pidsSignedIn(2)).hasSize(2);
            assertThat(queue.size()).isEqualTo(1);
            assertThat(queue.workers()).isZero();
        }
    }

    @Test
    void killsAWorkerThatHasNotEndedWithinTheGrace() throws Exception {
        try (var launcher = Launcher.start(options(1))) {
            queue.send(Task.of(Work::hang, signedIn.toString()));
            var pid = pidsSignedIn(1).get(0);

            launcher.stop(Duration.ofMillis(100));

            assertThat(launcher.await(LIMIT)).isTrue();
            assertThat(isAlive(pid)).isFalse();
            assertThat(queue.size()).isEqualTo(1);
        }
    }

    @Test
    void killsIdleAndBusyWorkersAtOnce() throws Exception {
        var launcher = Launcher.start(options(2));
        queue.send(Task.of(Work::hang, signedIn.toString()));
        pidsSignedIn(1);
        await().atMost(LIMIT).until(() -> queue.workers() == 2);
        var pids = launcher.pids();

        launcher.close();

        assertThat(pids).hasSize(2).noneMatch(LauncherTest::isAlive);
        assertThat(queue.workers()).isZero();
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void givesUpWithTheLastWordsOfWorkersThatCannotBoot() {
        try (var launcher =
                Launcher.start(options(3).withWorkers(WorkerOptions.DEFAULT.withJvmFlags(List.of("-XX:NoSuchFlag"))))) {
            assertThatThrownBy(() -> launcher.await(LIMIT.multipliedBy(2)))
                    .isInstanceOf(WorkersCannotStartException.class)
                    .hasMessageContaining("5 times in a row")
                    .hasMessageContaining("NoSuchFlag");
        }
    }

    @Test
    void givesUpWithTheReasonWhenTheInitializerFails() {
        try (var launcher =
                Launcher.start(options(5).withWorkers(WorkerOptions.DEFAULT.withInitializer(Task.of(Work::refuse))))) {
            assertThatThrownBy(() -> launcher.await(LIMIT))
                    .isInstanceOf(WorkersCannotStartException.class)
                    .hasMessageContaining("no licence for this machine");
            assertThat(launcher.pids()).isEmpty();
        }
    }

    @Test
    void saysOfAWorkerKilledFromOutsideWhatIsKnownAndNoMore() throws Exception {
        try (var launcher = Launcher.start(options(1))) {
            var options = TaskOptions.DEFAULT.withAtMostOnce();
            queue.send(Task.of(Work::hang, signedIn.toString()), options);

            ProcessHandle.of(pidsSignedIn(1).get(0)).orElseThrow().destroyForcibly();

            await().atMost(LIMIT).until(() -> queue.deadLetters().size() == 1);
            assertThat(queue.deadLetters().list(0, 1).get(0).attempts())
                    .extracting(Attempt::outcome)
                    .containsExactly("was killed by signal 9, which was not ours");
            assertThat(launcher.pids()).isNotNull();
        }
    }

    @Test
    void deletesTheQueueOfAPoolThatWasKilled() {
        var abandoned = "pool-" + UUID.randomUUID();
        try (var redis = REDIS.open();
                var left = TaskQueue.connect(REDIS, abandoned)) {
            redis.use(connection -> new Broker(abandoned).own(connection, Duration.ofMillis(1)));
            left.send(Task.of(Work::refuse));

            try (var launcher = Launcher.start(options(1))) {
                await().atMost(LIMIT).until(() -> left.size() == 0);
                assertThat(launcher.pids()).hasSize(1);
            }
        }
    }

    @Test
    void removesTheFilesOfALauncherThatWasKilled() throws Exception {
        var killed = host();
        var other = host();
        try {
            pidsOf(killed);
            var left = boardDirectories();
            assertThat(left).hasSize(1);
            killed.descendants().forEach(ProcessHandle::destroyForcibly);
            killed.destroyForcibly().waitFor();
            assertThat(boardDirectories()).isEqualTo(left);

            pidsOf(other);

            assertThat(boardDirectories()).hasSize(1).doesNotContainAnyElementsOf(left);
        } finally {
            killed.destroyForcibly().waitFor();
            other.destroyForcibly().waitFor();
        }
    }

    private List<Path> boardDirectories() throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("weirpool-workers"))
                    .toList();
        }
    }

    /** A process that starts three workers as soon as it is told the address of Redis. */
    private Process host() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledHost.class.getName(),
                        queueName)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static List<Long> pidsOf(Process host) throws IOException {
        host.outputWriter().append(REDIS.open().uri() + "\n").flush();
        var out = new BufferedReader(new InputStreamReader(host.getInputStream(), StandardCharsets.UTF_8));
        return Stream.of(out.readLine().split(" ")).map(Long::valueOf).toList();
    }

    @Test
    void leavesNoWorkerBehindWhenItsProcessIsKilled() throws Exception {
        var host = host();
        try {
            var pids = pidsOf(host);
            assertThat(pids).hasSize(3).allMatch(LauncherTest::isAlive);

            host.destroyForcibly().waitFor(5, TimeUnit.SECONDS);

            await().atMost(Duration.ofSeconds(1))
                    .pollInterval(Duration.ofMillis(5))
                    .untilAsserted(() -> assertThat(pids).noneMatch(LauncherTest::isAlive));
        } finally {
            host.destroyForcibly();
        }
    }

    /** A process that keeps three workers until it is killed. */
    static final class KilledHost {
        public static void main(String[] arguments) throws Exception {
            var uri = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
            var redis = RedisOptions.of(uri);
            var launcher = Launcher.start(LauncherOptions.of(3, redis, arguments[0]));
            try (var queue = TaskQueue.connect(redis, arguments[0])) {
                await().atMost(LIMIT).until(() -> queue.workers() >= 3);
            }
            System.out.println(String.join(
                    " ", launcher.pids().stream().map(String::valueOf).toList()));
            launcher.await(Duration.ofMinutes(1));
        }
    }

    @Test
    void restartsItsWorkersOneAfterTheOtherWhileTheOthersRun() throws Exception {
        try (var launcher = Launcher.start(options(3))) {
            await().atMost(LIMIT).until(() -> launcher.census().ready() == 3);
            var before = launcher.pids();
            var fewest = new AtomicInteger(3);

            launcher.restart();
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(2)).until(() -> {
                fewest.accumulateAndGet(launcher.census().ready(), Math::min);
                return launcher.census().deaths().getOrDefault("renewed", 0L) == 3
                        && launcher.census().ready() == 3;
            });

            assertThat(fewest.get()).isGreaterThanOrEqualTo(2);
            assertThat(launcher.pids()).hasSize(3).doesNotContainAnyElementsOf(before);
        }
    }

    @Test
    void letsATaskEndBeforeItsWorkerIsRestarted() throws Exception {
        try (var launcher = Launcher.start(options(1))) {
            var gate = directory.resolve("gate");
            queue.send(Task.of(Work::waitFor, signedIn.toString(), gate.toString()));
            var first = pidsSignedIn(1).get(0);

            launcher.restart();
            await().atMost(LIMIT).until(() -> launcher.census().busy() == 1);
            Files.createFile(gate);

            assertThat(pidsSignedIn(2)).containsExactly(first, first);
            await().atMost(LIMIT)
                    .until(() ->
                            launcher.census().ready() == 1 && !launcher.pids().contains(first));
        }
    }

    @Test
    void keepsAnotherNumberOfWorkersWhenItIsResized() throws Exception {
        try (var launcher = Launcher.start(options(1))) {
            launcher.resize(3);
            await().atMost(LIMIT).until(() -> launcher.census().ready() == 3);
            queue.send(Task.of(Work::hang, signedIn.toString()));
            var busy = pidsSignedIn(1).get(0);

            launcher.resize(1);

            await().atMost(LIMIT).until(() -> launcher.pids().equals(List.of(busy)));
            assertThat(launcher.census().wanted()).isEqualTo(1);
            assertThat(launcher.census().deaths()).containsExactly(Map.entry("resized", 2L));
            assertThatThrownBy(() -> launcher.resize(0)).hasMessage("processes must be at least 1, got 0");
        }
    }

    @Test
    void countsWhyItsWorkersEnded() throws Exception {
        var workers = WorkerOptions.DEFAULT.withMaxTasks(1).withJvmFlags(List.of("-Xmx64m"));
        try (var launcher = Launcher.start(options(1).withWorkers(workers))) {
            queue.send(Task.of(Work::signIn, signedIn.toString()));
            await().atMost(LIMIT).until(() -> deaths(launcher, "recycled_tasks") == 1);
            queue.send(Task.of(Work::exit, 7), TaskOptions.DEFAULT.withAtMostOnce());
            await().atMost(LIMIT).until(() -> deaths(launcher, "exit_7") == 1);
            queue.send(Task.of(Work::exhaustMemory), TaskOptions.DEFAULT.withAtMostOnce());
            await().atMost(LIMIT).until(() -> deaths(launcher, "out_of_memory") == 1);
            queue.send(
                    Task.of(Work::hang, signedIn.toString()),
                    TaskOptions.DEFAULT.withAtMostOnce().withTimeLimit(Duration.ofMillis(100)));
            await().atMost(LIMIT).until(() -> deaths(launcher, "time_limit") == 1);
            await().atMost(LIMIT).until(() -> launcher.census().ready() == 1);
            ProcessHandle.of(launcher.pids().get(0)).orElseThrow().destroyForcibly();
            await().atMost(LIMIT).until(() -> deaths(launcher, "signal_9") == 1);

            assertThat(launcher.census().work().get(Tally.Count.DIED)).isEqualTo(3);
            assertThat(launcher.census().work().get(Tally.Count.DONE)).isEqualTo(1);
            assertThat(launcher.census().started()).isGreaterThanOrEqualTo(5);
        }
    }

    private static long deaths(Launcher launcher, String reason) {
        return launcher.census().deaths().getOrDefault(reason, 0L);
    }

    @Test
    void refusesLessThanOneProcess() {
        assertThatThrownBy(() -> options(0)).hasMessage("processes must be at least 1, got 0");
    }

    private LauncherOptions options(int processes) {
        return LauncherOptions.of(processes, REDIS, queueName);
    }

    private List<Long> pidsSignedIn(int count) throws IOException {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(() -> lines().size() >= count);
        return lines().stream().map(Long::valueOf).toList();
    }

    private List<String> lines() throws IOException {
        return Files.exists(signedIn) ? Files.readAllLines(signedIn) : List.of();
    }

    private static boolean isAlive(long pid) {
        // an orphan that has exited stays a zombie until process 1 takes notice of it
        var command = ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(process -> process.info().command());
        return command.isPresent();
    }
}
