package dev.weirpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskContext;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.redis.ServerFixture;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code task show --follow} of tasks that real workers run. */
@Timeout(120)
final class FollowTest extends ServerFixture {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final TaskOptions KEPT = TaskOptions.DEFAULT.withKeepResult(Duration.ofHours(1));

    FollowTest() {
        super("films");
    }

    @BeforeEach
    void startAWorker() {
        closing(Launcher.start(LauncherOptions.of(1, server.options(), name)));
    }

    @Test
    void tellsHowFarATaskSaysItIsAndWhatItReturned() throws Exception {
        var gate = directory.resolve("gate");
        var id = queue.send(Task.of(FollowTest::render, gate.toString()), KEPT);
        var out = directory.resolve("out");
        var line = Said.commandLine(
                "task",
                "show",
                id.toString(),
                "--follow",
                "--redis",
                server.options().toString());
        var command = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        await().atMost(LIMIT).until(() -> Files.readString(out, UTF_8).contains("1 of 3, the first"));

        Files.createFile(gate);

        await().atMost(LIMIT).until(() -> Files.readString(out, UTF_8).contains("2 of 3, the second"));
        Files.createFile(directory.resolve("gate2"));
        assertThat(command.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(out, UTF_8))
                .contains("running, attempt 1, on ")
                .endsWith("ended, returned 42\n");
        assertThat(command.exitValue()).isZero();
    }

    @Test
    void showsWhatATaskReturnedAndWhatOneThrew() {
        var good = queue.send(Task.of(FollowTest::twice, 21), KEPT);
        var bad = queue.send(Task.of(FollowTest::fail), KEPT);
        await().atMost(LIMIT).until(() -> queue.result(bad).isPresent());
        queue.deadLetters().delete(queue.deadLetters().find(bad).orElseThrow());

        var returned = show(good, "-o", "json").json().getAsJsonObject();
        assertThat(returned.get("state").getAsString()).isEqualTo("ended");
        assertThat(returned.get("outcome").getAsString()).isEqualTo("returned");
        assertThat(returned.get("result").getAsString()).isEqualTo("42");
        assertThat(show(good).output()).containsPattern("result +42");
        var threw = show(bad, "-o", "json").json().getAsJsonObject();
        assertThat(threw.get("outcome").getAsString()).isEqualTo("threw");
        assertThat(threw.get("result").getAsString()).contains("IllegalStateException: out of ink", "FollowTest.fail");
        assertThat(show(bad, "--follow").exitCode()).isEqualTo(5);
    }

    @Test
    void showsWhatAKilledWorkerPrintedLast() {
        var id = queue.send(Task.of(FollowTest::shoutAndBeKilled), TaskOptions.DEFAULT.withAtMostOnce());
        await().atMost(LIMIT).until(() -> queue.deadLetters().size() == 1);

        assertThat(show(id).output()).contains("was killed by signal 9", "told to stdout", "told to stderr");
        assertThat(Said.of(
                                "dead",
                                "show",
                                id.toString(),
                                "--queue",
                                "films",
                                "--redis",
                                server.options().toString())
                        .output())
                .contains("was killed by signal 9", "told to stdout", "told to stderr");
    }

    private Said show(TaskId id, String... more) {
        var arguments = new ArrayList<>(List.of("task", "show", id.toString()));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--redis", server.options().toString()));
        return Said.of(arguments.toArray(String[]::new));
    }

    static int twice(int number) {
        return 2 * number;
    }

    static void fail() {
        throw new IllegalStateException("out of ink");
    }

    static void shoutAndBeKilled() throws Exception {
        System.out.println("told to stdout");
        System.err.println("told to stderr");
        new ProcessBuilder("kill", "-9", "" + ProcessHandle.current().pid()).start();
        TimeUnit.MINUTES.sleep(1);
    }

    static int render(String gate) throws InterruptedException {
        TaskContext.current().progress(1, 3, "the first");
        awaitFile(Path.of(gate));
        TaskContext.current().progress(2, 3, "the second");
        awaitFile(Path.of(gate + "2"));
        return 42;
    }

    private static void awaitFile(Path file) throws InterruptedException {
        while (!Files.exists(file)) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
