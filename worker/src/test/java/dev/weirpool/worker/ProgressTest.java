package dev.weirpool.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Progress;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskContext;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.ServerFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a task says of its progress reaches whoever asks, and costs Redis little. */
@Timeout(60)
final class ProgressTest extends ServerFixture {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** What a launcher itself says with its heartbeats is set, too. */
    private static final int REPORTS = 10;

    private static final Pattern SETS = Pattern.compile("cmdstat_set:calls=(\\d+)");

    private Launcher launcher;

    ProgressTest() {
        super("progress");
    }

    @BeforeEach
    void startAWorker() {
        launcher = closing(Launcher.start(LauncherOptions.of(1, server.options(), name)));
    }

    @Test
    void reachesWhoeverAsks() throws Exception {
        var id = queue.send(
                Task.of(ProgressTest::sayAndWait, directory.resolve("gate").toString()));

        await().atMost(LIMIT).until(() -> queue.progress(id).isPresent());

        var progress = queue.progress(id).orElseThrow();
        assertThat(progress.done()).isEqualTo(3);
        assertThat(progress.total()).isEqualTo(10);
        assertThat(progress.note()).isEqualTo("reading naïve café ☕");
        assertThat(progress.at())
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
        Files.createFile(directory.resolve("gate"));
    }

    @Test
    void isWrittenAFewTimesASecondHoweverOftenATaskSpeaks() throws Exception {
        await().atMost(LIMIT).until(() -> launcher.census().ready() == 1);
        var before = sets();
        var since = System.nanoTime();

        var id = queue.send(Task.of(ProgressTest::sayOften, 1_000_000));
        await().atMost(LIMIT)
                .until(() -> queue.progress(id)
                        .filter(progress -> progress.done() == 1_000_000)
                        .isPresent());

        var elapsed = Duration.ofNanos(System.nanoTime() - since).toMillis();
        assertThat(sets() - before).isBetween(1L, elapsed / 500 + 2 + REPORTS);
    }

    @Test
    void costsNothingWhereNobodySpeaksOfIt() throws Exception {
        var id = queue.send(Task.of(Work::signIn, directory.resolve("signed-in").toString()));
        await().atMost(LIMIT).until(() -> Files.exists(directory.resolve("signed-in")));

        assertThat(queue.progress(id)).isEmpty();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("weirpool-progress"));
    }

    @Test
    void survivesAnOutage() throws Exception {
        var gate = directory.resolve("gate");
        var id = queue.send(Task.of(ProgressTest::sayAndWait, gate.toString()));
        await().atMost(LIMIT).until(() -> queue.progress(id).isPresent());

        server.kill();
        Files.createFile(gate);
        server.start();

        await().atMost(LIMIT)
                .until(() ->
                        queue.progress(id).filter(said -> said.done() == 10).isPresent());
    }

    @Test
    void isReadAsItWasWrittenAndNothingElse() {
        var progress = new Progress(1, 0, "two words", Instant.ofEpochMilli(1_800_000_000_000L));

        assertThat(Progress.of(progress.toBytes())).contains(progress);
        for (var damaged : new String[] {"", "1 2 3", "a 2 3 x", "-1 2 3 x", "1 2 99999999999999999999 x"}) {
            assertThat(Progress.of(damaged.getBytes(UTF_8))).as(damaged).isEmpty();
        }
        assertThat(new Progress(1, 2, "x".repeat(999), Instant.EPOCH).note()).hasSize(Progress.MAX_NOTE);
        assertThatThrownBy(() -> new Progress(-1, 2, "", Instant.EPOCH))
                .hasMessage("progress must not be negative, got -1 of 2");
    }

    private long sets() {
        try (Redis redis = server.options().open()) {
            var info = redis.call(connection -> (byte[]) connection.call("INFO", "commandstats".getBytes(UTF_8)));
            var found = SETS.matcher(new String(info, UTF_8));
            return found.find() ? Long.parseLong(found.group(1)) : 0;
        }
    }

    static void sayAndWait(String gate) throws Exception {
        TaskContext.current().progress(3, 10, "reading naïve café ☕");
        while (!Files.exists(Path.of(gate))) {
            Thread.sleep(10);
        }
        TaskContext.current().progress(10, 10);
        Thread.sleep(5000);
    }

    static void sayOften(int times) throws Exception {
        var context = TaskContext.current();
        for (var i = 1; i <= times; i++) {
            context.progress(i, times, "at it");
        }
        Thread.sleep(5000);
    }
}
