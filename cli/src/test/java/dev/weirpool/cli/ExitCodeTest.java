package dev.weirpool.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.redis.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What commands exit with that somebody else ends; for the others see {@link EveryCommandTest}. */
@Tag("slow")
@Timeout(240)
final class ExitCodeTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();
    private RedisServer server;
    private TaskQueue queue;

    @BeforeEach
    void start() throws IOException {
        server = RedisServer.start(directory);
        queue = TaskQueue.connect(server.options(), "images");
    }

    @AfterEach
    void end() throws Exception {
        started.forEach(Process::destroyForcibly);
        queue.close();
        server.close();
    }

    @Test
    void isZeroWhenTheWorkersWereDrained() throws Exception {
        var worker = workers();

        Said.of("worker", "drain", launcher(), "--yes", "--redis", redis()).output();

        assertThat(exitCode(worker)).isZero();
    }

    @Test
    void is130WhenADemoIsInterrupted() throws Exception {
        workers();
        var demo = weirpool("demo", "fleet", "--tasks", "1", "--seconds", "600", "--queue", "images");
        await().atMost(LIMIT).until(() -> running() == 1);

        new ProcessBuilder("kill", "-INT", "" + demo.pid()).start().waitFor();

        assertThat(exitCode(demo)).isEqualTo(ExitCode.INTERRUPTED);
    }

    /** A launcher whose worker is there. */
    private Process workers() throws IOException {
        var process = weirpool(
                "worker",
                "--processes",
                "1",
                "--queue",
                "images",
                "--classpath",
                System.getProperty("java.class.path"));
        await().atMost(LIMIT).until(() -> queue.workers() == 1);
        return process;
    }

    private String launcher() {
        return Said.of("worker", "ls", "-o", "json", "--redis", redis())
                .json()
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject()
                .get("launcher")
                .getAsString();
    }

    private int running() {
        return Said.of("queue", "show", "images", "-o", "json", "--redis", redis())
                .json()
                .getAsJsonObject()
                .get("running")
                .getAsInt();
    }

    private String redis() {
        return server.options().toString();
    }

    private Process weirpool(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--redis", redis()));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        started.add(process);
        return process;
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
