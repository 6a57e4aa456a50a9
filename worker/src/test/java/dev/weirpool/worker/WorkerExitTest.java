package dev.weirpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.codec.AllowList;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a worker process exits with; 3, 137 and those of tasks are in {@link LauncherTest}. */
@Timeout(240)
final class WorkerExitTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final RedisOptions REDIS = RedisOptions.embedded();
    private static final String WORKER = "host.1.ab.1";

    @TempDir
    Path directory;

    private final String queueName = "exit-" + UUID.randomUUID();
    private final Redis redis = REDIS.open();
    private final TaskQueue queue = TaskQueue.connect(REDIS, queueName);
    private Process process;
    private Writer launcher;

    @AfterEach
    void end() throws Exception {
        process.destroyForcibly().waitFor();
        queue.close();
        drop();
        redis.close();
    }

    @Test
    void isZeroWhenItIsToldToStop() throws Exception {
        startAndAwait();

        tell("stop");

        assertThat(exitCode()).isZero();
    }

    @Test
    void isTenWhenItsLauncherIsGone() throws Exception {
        startAndAwait();

        launcher.close();

        assertThat(exitCode()).isEqualTo(10);
    }

    @Test
    void isTenThoughItsClassesAreGoneAsWell() throws Exception {
        var classes = Path.of("target/classes").toAbsolutePath();
        var copy = directory.resolve("classes");
        try (var files = Files.walk(classes)) {
            for (var file : files.toList()) {
                Files.copy(file, copy.resolve(classes.relativize(file).toString()));
            }
        }
        start(
                board(),
                Optional.empty(),
                command -> command.replaceAll(part -> part.replace(classes.toString(), copy.toString())));
        await().atMost(LIMIT).until(() -> queue.workers() == 1);

        try (var files = Files.walk(copy)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        launcher.close();

        assertThat(exitCode()).isEqualTo(10);
    }

    @Test
    void isElevenWhenItWasTakenForDead() throws Exception {
        startAndAwait();

        drop();
        queue.send(Task.of(Work::exit, 7));

        assertThat(exitCode()).isEqualTo(11);
    }

    @Test
    void isTwelveWhenTheInitializerFails() throws Exception {
        var initializer = new TaskCodec(() -> redis, "a test")
                .draft(Task.of(Work::refuse), TaskOptions.DEFAULT, false)
                .seal(0, 0);

        start(board(), Optional.of(initializer));

        assertThat(exitCode()).isEqualTo(12);
        assertThat(errors()).contains("the initializer failed", "no licence for this machine");
    }

    @Test
    void isThirteenWhenACancelledTaskDoesNotHeedItsInterrupt() throws Exception {
        startAndAwait();
        var signedIn = directory.resolve("signed-in");
        var id = queue.send(Task.of(Work::hangWhateverComes, signedIn.toString()));
        await().atMost(LIMIT).until(() -> Files.exists(signedIn));

        tell("cancel " + id);

        assertThat(exitCode()).isEqualTo(13);
    }

    @Test
    void isFourteenWithAStackWhenTheWorkerItselfIsAtFault() throws Exception {
        start(directory.resolve("no-such-board"), Optional.empty());

        assertThat(exitCode()).isEqualTo(14);
        assertThat(errors()).contains("no-such-board", "at dev.weirpool.worker.WorkerMain.main");
    }

    private void startAndAwait() throws IOException {
        start(board(), Optional.empty());
        await().atMost(LIMIT).until(() -> queue.workers() == 1);
    }

    private Path board() {
        return Board.create(directory, WORKER).file();
    }

    /** In the place of a launcher. */
    private void start(Path board, Optional<Envelope> initializer) throws IOException {
        start(board, initializer, command -> {});
    }

    private void start(Path board, Optional<Envelope> initializer, Consumer<List<String>> edit) throws IOException {
        var builder = new WorkerCommand(LauncherOptions.of(1, REDIS, queueName)).build(Optional.empty());
        edit.accept(builder.command());
        process = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(directory.resolve("errors").toFile())
                .start();
        launcher = process.outputWriter();
        new WorkerSettings(
                        WORKER,
                        redis.uri(),
                        redis.keyring(),
                        List.of(queueName),
                        redis.timeout(),
                        Duration.ofMinutes(5),
                        0,
                        board,
                        List.of(AllowList.DIRECTORIES),
                        initializer)
                .writeTo(launcher);
    }

    private void tell(String command) throws IOException {
        launcher.append(command + "\n").flush();
    }

    private int exitCode() throws InterruptedException {
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private String errors() throws IOException {
        return Files.readString(directory.resolve("errors"));
    }

    private void drop() {
        try (RedisConnection connection = redis.connect()) {
            new Broker(queueName).drop(connection, List.of(WORKER));
        }
    }
}
