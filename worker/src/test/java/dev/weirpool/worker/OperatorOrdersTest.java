package dev.weirpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.inspect.LauncherState;
import dev.weirpool.queue.inspect.OperatedQueue;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.TaskState;
import dev.weirpool.queue.inspect.WorkerState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a launcher says of itself, and how it heeds an operator's orders. */
@Timeout(60)
final class OperatorOrdersTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final RedisOptions REDIS = RedisOptions.embedded();

    @TempDir
    Path directory;

    private final String name = "orders-" + UUID.randomUUID();
    private final TaskQueue tasks = TaskQueue.connect(REDIS, name);
    private final Operator operator = Operator.connect(REDIS);
    private final OperatedQueue queue = operator.queue(name);

    @AfterEach
    void disconnect() {
        tasks.close();
        operator.close();
    }

    @Test
    void sayHowItsWorkersAreAndCountsThoseThatDied() {
        try (var launcher = start(2)) {
            var id = tasks.send(Task.of(Work::hang, file("signed-in")));
            var busy = busyWorker();

            assertThat(operator.queueNames()).contains(name);
            var state = queue.launchers().get(0);
            assertThat(state.isKnown()).isTrue();
            assertThat(state.host()).isEqualTo(Host.name());
            assertThat(state.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(state.processes()).isEqualTo(2);
            assertThat(state.restarts()).isZero();
            assertThat(state.draining()).isFalse();
            assertThat(state.java()).isEqualTo(Runtime.version().toString());
            assertThat(launcher.pids()).contains(busy.pid());
            assertThat(busy.task()).contains(id.toString());
            assertThat(busy.since())
                    .hasValueSatisfying(
                            since -> assertThat(since).isBetween(Instant.now().minusSeconds(60), Instant.now()));
            assertThat(busy.heapLimit()).isPositive();
            var running = queue.tasks(TaskState.RUNNING, false, "", 10).tasks();
            assertThat(running).hasSize(1);
            assertThat(running.get(0).since()).isPresent();

            ProcessHandle.of(busy.pid()).orElseThrow().destroyForcibly();

            await().atMost(LIMIT).until(() -> known().restarts() == 1);
        }
        assertThat(queue.launchers()).isEmpty();
    }

    @Test
    void takesDownTheThreadsOfAWorkerThatHangs() throws Exception {
        try (var launcher = start(1)) {
            tasks.send(Task.of(Work::hang, file("signed-in")));

            var threads = queue.threads(busyWorker().name(), LIMIT);

            assertThat(threads)
                    .hasValueSatisfying(text -> assertThat(text)
                            .contains("\"main\" TIMED_WAITING")
                            .contains("dev.weirpool.worker.Work.hang(Work.java:"));
            assertThat(queue.threads(busyWorker().name(), LIMIT)).isPresent();
            assertThat(queue.threads(known().id() + ".99", LIMIT))
                    .hasValueSatisfying(text -> assertThat(text).startsWith("there is no worker "));
        }
    }

    @Test
    void saysThatAWorkerWhoseProcessIsStoppedDoesNotAnswer() throws Exception {
        try (var launcher = start(1)) {
            tasks.send(Task.of(Work::hang, file("signed-in")));
            var worker = busyWorker();
            new ProcessBuilder("kill", "-STOP", "" + worker.pid()).start().waitFor();

            assertThat(queue.threads(worker.name(), LIMIT))
                    .hasValueSatisfying(text ->
                            assertThat(text).endsWith("has not answered within 3 s; its process is T (stopped)"));
        }
    }

    @Test
    void drainsALauncherWithoutEndingItsTask() throws Exception {
        try (var launcher = start(2)) {
            tasks.send(Task.of(Work::waitFor, file("signed-in"), file("gate")));
            busyWorker();

            assertThat(queue.drain(known().id())).isTrue();

            await().atMost(LIMIT).until(() -> launcher.pids().size() == 1);
            assertThat(known().draining()).isTrue();
            Files.createFile(directory.resolve("gate"));
            assertThat(launcher.await(LIMIT)).isTrue();
            assertThat(Files.readAllLines(directory.resolve("signed-in"))).hasSize(2);
        }
    }

    @Test
    void endsATaskThatAnOperatorKills() {
        try (var launcher = start(1)) {
            var id = tasks.send(Task.of(Work::hang, file("signed-in")));
            busyWorker();

            queue.kill(id);

            await().atMost(LIMIT).until(() -> queue.state().running() == 0);
            assertThat(queue.state().ready()).isZero();
        }
    }

    private Launcher start(int processes) {
        return Launcher.start(LauncherOptions.of(processes, REDIS, name).withLease(LEASE));
    }

    private WorkerState busyWorker() {
        return await().atMost(LIMIT)
                .until(
                        () -> queue.launchers().stream()
                                .flatMap(launcher -> launcher.workers().stream())
                                .filter(worker -> worker.task().isPresent())
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private LauncherState known() {
        return await().atMost(LIMIT)
                .until(
                        () -> queue.launchers().stream().findFirst(),
                        found -> found.filter(LauncherState::isKnown).isPresent())
                .orElseThrow();
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }
}
