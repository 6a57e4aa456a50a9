package dev.weirpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.protocol.Survey;
import dev.weirpool.queue.redis.Redis;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What workers print: where it goes, and what is kept of it. */
@Timeout(60)
final class OutputTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final RedisOptions REDIS = RedisOptions.embedded();

    private final String queueName = "output-" + UUID.randomUUID();
    private final TaskQueue queue = TaskQueue.connect(REDIS, queueName);
    private final List<WorkerOutput.Line> lines = new CopyOnWriteArrayList<>();

    @AfterEach
    void disconnect() {
        queue.close();
    }

    @Test
    void neverMixesTheLinesOfSeveralWorkers() {
        var written = new StringBuffer();
        WorkerOutput sink = line -> written.append(line.text() + "\n");
        try (var launcher =
                Launcher.start(LauncherOptions.of(3, REDIS, queueName).withOutput(sink))) {
            for (var letter : List.of("a", "b", "c")) {
                queue.send(Task.of(OutputTest::printMany, letter));
            }
            await().atMost(LIMIT).until(() -> written.toString().lines().count() == 3 * 2000);
        }

        assertThat(written.toString().lines()).allMatch(line -> line.matches("a{300}|b{300}|c{300}"));
    }

    @Test
    void passesOnALineWithoutAnEndWhenTheWorkerExits() {
        try (var launcher = launcher()) {
            queue.send(Task.of(OutputTest::printWithoutEndAndExit), TaskOptions.DEFAULT.withAtMostOnce());

            await().atMost(LIMIT).until(() -> texts(false).contains("no end"));
        }
    }

    @Test
    void cutsAVeryLongLineAndLosesNoneBehindIt() {
        try (var launcher = launcher()) {
            queue.send(Task.of(OutputTest::printLong, 1_000_000));

            await().atMost(LIMIT).until(() -> texts(false).contains("behind"));
        }

        assertThat(texts(false)).hasSize(2);
        assertThat(texts(false).get(0)).hasSize(OutputRelay.MAX_LINE + 9).endsWith("x... (cut)");
    }

    @Test
    void saysWhichWorkerAndTaskPrintedALine() {
        try (var launcher = launcher()) {
            var pid = await().atMost(LIMIT)
                    .until(launcher::pids, pids -> !pids.isEmpty())
                    .get(0);
            var id = queue.send(Task.of(OutputTest::printAndWait, "here I am"));

            await().atMost(LIMIT).until(() -> texts(true).contains("here I am"));

            var line = lines.stream()
                    .filter(WorkerOutput.Line::isError)
                    .findFirst()
                    .orElseThrow();
            assertThat(line.pid()).isEqualTo(pid);
            assertThat(line.task()).contains(id.toString());
        }
    }

    @Test
    void keepsWithAFailedAttemptWhatItHasPrintedAndNothingElse() {
        try (var launcher = launcher()) {
            queue.send(Task.of(OutputTest::print, "of another"));
            queue.send(Task.of(OutputTest::printAndFail, 100));
            await().atMost(LIMIT).until(() -> queue.deadLetters().size() == 1);
        }

        var attempt = queue.deadLetters().list(0, 1).get(0).attempts().get(0);
        assertThat(attempt.details().get("stdout").lines())
                .hasSize(64)
                .startsWith("line 36")
                .endsWith("line 99");
        assertThat(attempt.details()).containsEntry("stderr", "to stderr").containsKey("stack");
    }

    @Test
    void keepsWithTheAttemptOfAKilledWorkerWhatItPrintedLast() {
        try (var launcher = launcher()) {
            queue.send(Task.of(OutputTest::printAndBeKilled, 100), TaskOptions.DEFAULT.withAtMostOnce());
            await().atMost(LIMIT).until(() -> queue.deadLetters().size() == 1);
        }

        var attempt = queue.deadLetters().list(0, 1).get(0).attempts().get(0);
        assertThat(attempt.outcome()).isEqualTo("was killed by signal 9, which was not ours");
        assertThat(attempt.details().get("stdout").lines())
                .hasSize(64)
                .startsWith("line 36")
                .endsWith("line 99");
        assertThat(attempt.details().get("stderr")).endsWith("to stderr");
    }

    @Test
    void keepsNoMoreThanEightKibibytes() {
        try (var launcher = launcher()) {
            queue.send(Task.of(OutputTest::printLongAndFail));
            await().atMost(LIMIT).until(() -> queue.deadLetters().size() == 1);
        }

        var attempt = queue.deadLetters().list(0, 1).get(0).attempts().get(0);
        assertThat(attempt.details().get("stdout")).hasSizeBetween(8000, 8192).endsWith("y");
    }

    @Test
    void keepsWhatWasPrintedAsLongAsTheResult() {
        try (var launcher = launcher()) {
            var kept = queue.send(
                    Task.of(OutputTest::print, "for later"), TaskOptions.DEFAULT.withKeepResult(Duration.ofMinutes(5)));
            var dropped = queue.send(Task.of(OutputTest::print, "for now"));
            await().atMost(LIMIT)
                    .until(() -> texts(false).size() == 2 && queue.result(kept).isPresent());

            assertThat(attempts(kept)).hasSize(1).allSatisfy(attempt -> {
                assertThat(attempt.outcome()).isEqualTo("returned");
                assertThat(attempt.details()).containsEntry("stdout", "for later");
            });
            assertThat(attempts(dropped)).isEmpty();
        }
    }

    private Launcher launcher() {
        return Launcher.start(LauncherOptions.of(1, REDIS, queueName).withOutput(lines::add));
    }

    private List<String> texts(boolean isError) {
        return lines.stream()
                .filter(line -> line.isError() == isError)
                .map(WorkerOutput.Line::text)
                .toList();
    }

    private List<Attempt> attempts(TaskId id) {
        try (Redis redis = REDIS.open()) {
            var bytes = ByteBuffer.allocate(16)
                    .putLong(id.producer())
                    .putLong(id.sequence())
                    .array();
            return redis.call(connection -> new Survey(queueName).attempts(connection, bytes)).stream()
                    .map(Attempt::of)
                    .toList();
        }
    }

    static void printMany(String letter) {
        for (var i = 0; i < 2000; i++) {
            System.out.println(letter.repeat(300));
        }
    }

    static void printWithoutEndAndExit() {
        System.out.print("no end");
        System.out.flush();
        System.exit(7);
    }

    static void printLong(int length) {
        System.out.println("x".repeat(length));
        System.out.println("behind");
    }

    static void print(String text) {
        System.out.println(text);
    }

    static void printAndWait(String text) throws InterruptedException {
        System.err.println(text);
        Thread.sleep(60_000);
    }

    static void printAndFail(int lines) {
        for (var i = 0; i < lines; i++) {
            System.out.println("line " + i);
        }
        System.err.println("to stderr");
        throw new IllegalStateException("fails");
    }

    static void printAndBeKilled(int lines) throws Exception {
        for (var i = 0; i < lines; i++) {
            System.out.println("line " + i);
        }
        System.err.println("to stderr");
        new ProcessBuilder("kill", "-9", "" + ProcessHandle.current().pid()).start();
        Thread.sleep(60_000);
    }

    static void printLongAndFail() {
        System.out.print("x".repeat(5000) + "y".repeat(20_000));
        throw new IllegalStateException("fails");
    }
}
