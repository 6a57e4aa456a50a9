package dev.weirpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskQueue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are frozen or gone, held against the leases; with a lease of 1 s instead of 15. */
@Tag("slow")
@Timeout(60)
final class LeaseFaultTest {
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private final String queueName = "lease-" + UUID.randomUUID();
    private final RedisOptions redis =
            RedisOptions.of(RedisOptions.embedded().open().uri().toString());
    private final TaskQueue queue = TaskQueue.connect(redis, queueName);
    private final List<Process> launchers = new ArrayList<>();

    @AfterEach
    void endAll() {
        launchers.forEach(launcher -> {
            launcher.descendants().forEach(ProcessHandle::destroyForcibly);
            launcher.destroyForcibly();
        });
        queue.close();
    }

    @Test
    void aTaskIsNotRunTwiceWhenItsWorkerIsFrozenForLongerThanALease() throws Exception {
        assertIsNotRunTwice(LauncherOptions.of(2, redis, queueName).withLease(LEASE), LEASE.multipliedBy(4));
    }

    @Test
    void aTaskIsNotRunTwiceWhenItsWorkerIsFrozenForLongerThanTheDefaultLease() throws Exception {
        var options = LauncherOptions.of(2, redis, queueName);
        assertIsNotRunTwice(options, options.lease().plusSeconds(5));
    }

    private void assertIsNotRunTwice(LauncherOptions options, Duration freeze) throws Exception {
        try (var launcher = Launcher.start(options)) {
            queue.send(Task.of(Work::waitFor, file("signed-in"), file("gate")));
            var pid = await().atMost(LIMIT)
                    .until(() -> lines("signed-in"), lines -> !lines.isEmpty())
                    .get(0);

            signal("STOP", Long.parseLong(pid));
            await().pollDelay(freeze).atMost(freeze.plus(LIMIT)).until(() -> true);
            signal("CONT", Long.parseLong(pid));
            Files.createFile(directory.resolve("gate"));

            await().atMost(LIMIT).until(() -> lines("signed-in").size() >= 2);
            await().atMost(LIMIT).until(() -> queue.size() == 0);
            assertThat(lines("signed-in")).containsExactly(pid, pid);
            assertThat(launcher.pids()).contains(Long.parseLong(pid));
        }
    }

    @Test
    void anotherLauncherTakesOverWhenAHostIsGone() throws Exception {
        var gone = launcherOfItsOwn();
        queue.send(Task.of(Work::waitFor, file("signed-in"), file("gate")));
        await().atMost(LIMIT).until(() -> lines("signed-in").size() == 1);
        try (var other = Launcher.start(LauncherOptions.of(1, redis, queueName).withLease(LEASE))) {
            await().atMost(LIMIT).until(() -> queue.workers() == 2);

            freezeWithItsWorkers(gone);

            await().atMost(LIMIT).until(() -> lines("signed-in").size() == 2);
            assertThat(lines("signed-in").get(1))
                    .isEqualTo(String.valueOf(other.pids().get(0)));
        }
    }

    @Test
    void aLauncherThatComesBackFindsItsWorkersFencedOff() throws Exception {
        var frozen = launcherOfItsOwn();
        queue.send(Task.of(Work::waitFor, file("signed-in"), file("gate")));
        await().atMost(LIMIT).until(() -> lines("signed-in").size() == 1);
        var first = Long.parseLong(lines("signed-in").get(0));
        try (var other = Launcher.start(LauncherOptions.of(1, redis, queueName).withLease(LEASE))) {
            signal("STOP", frozen.pid());
            await().atMost(LIMIT).until(() -> lines("signed-in").size() == 2);

            signal("CONT", frozen.pid());

            // killed by its launcher, or ended by itself when it tried to settle: either way it completes nothing
            await().atMost(LIMIT)
                    .until(() -> ProcessHandle.of(first)
                            .flatMap(process -> process.info().command())
                            .isEmpty());
            Files.createFile(directory.resolve("gate"));
            await().atMost(LIMIT).until(() -> lines("signed-in").size() == 3);
            assertThat(lines("signed-in").get(2))
                    .isEqualTo(String.valueOf(other.pids().get(0)));
            assertThat(queue.deadLetters().size()).isZero();
        }
    }

    private Process launcherOfItsOwn() throws IOException {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LauncherOfItsOwn.class.getName(),
                        queueName)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        launchers.add(process);
        process.outputWriter()
                .append(RedisOptions.embedded().open().uri() + "\n")
                .flush();
        await().atMost(LIMIT).until(() -> queue.workers() == 1);
        return process;
    }

    /** One worker, with a short lease, until it is killed. */
    static final class LauncherOfItsOwn {
        public static void main(String[] arguments) throws Exception {
            var uri = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
            try (var launcher = Launcher.start(
                    LauncherOptions.of(1, RedisOptions.of(uri), arguments[0]).withLease(LEASE))) {
                launcher.await(Duration.ofMinutes(2));
            }
        }
    }

    private static void freezeWithItsWorkers(Process launcher) throws Exception {
        var workers = launcher.descendants().map(ProcessHandle::pid).toList();
        signal("STOP", launcher.pid());
        for (var worker : workers) {
            signal("STOP", worker);
        }
    }

    private static void signal(String name, long pid) throws Exception {
        var kill = new ProcessBuilder("kill", "-" + name, "" + pid).start();
        assertThat(kill.waitFor(5, TimeUnit.SECONDS)).isTrue();
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private List<String> lines(String name) throws IOException {
        var file = directory.resolve(name);
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }
}
