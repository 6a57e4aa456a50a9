package dev.weirpool.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskContext;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Schedules that must not overlap, or wait for the end of their task, with workers that run, throw and die. */
@Tag("slow")
final class WorkersTest extends SchedulerFixture {
    private static final TaskOptions ONCE = TaskOptions.DEFAULT.withAtMostOnce();

    @TempDir
    private Path directory;

    static void work(String how, String directory) throws Exception {
        note(directory, "begun " + TaskContext.current().id().sequence());
        switch (how) {
            case "returns" -> TimeUnit.MILLISECONDS.sleep(300);
            case "throws" -> throw new IOException("no report");
            case "dies" -> Runtime.getRuntime().halt(3);
            default -> {
                while (!TaskContext.current().isCancelled()) {
                    TimeUnit.MILLISECONDS.sleep(20);
                }
            }
        }
        note(directory, "ended");
    }

    private static void note(String directory, String line) {
        try {
            Files.writeString(
                    Path.of(directory, "notes"), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"returns", "throws", "dies"})
    void goesOnAfterATaskThat(String how) throws Exception {
        try (var workers = workers()) {
            editor.schedule(
                    "alone",
                    Task.of(WorkersTest::work, how, directory.toString()),
                    Schedule.every(Duration.ofSeconds(1)),
                    ScheduleOptions.DEFAULT.withNoOverlap().withTask(ONCE));
            start();

            await().atMost(LIMIT.multipliedBy(4)).until(() -> begun().size() >= 3);
            assertThat(begun()).doesNotHaveDuplicates();
        }
    }

    @Test
    void goesOnAfterATaskThatWasCancelled() throws Exception {
        try (var workers = workers();
                var queue = TaskQueue.connect(options, this.queue)) {
            editor.schedule(
                    "alone",
                    Task.of(WorkersTest::work, "waits", directory.toString()),
                    Schedule.at(Instant.parse("2100-01-01T00:00:00Z")),
                    ScheduleOptions.DEFAULT.withNoOverlap());
            var id = editor.triggerNow("alone").orElseThrow();
            await().atMost(LIMIT.multipliedBy(4)).until(() -> !begun().isEmpty());
            assertThat(editor.triggerNow("alone")).isEmpty();

            queue.cancel(id);

            await().atMost(LIMIT.multipliedBy(4))
                    .until(() -> editor.triggerNow("alone").isPresent());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"returns", "dies"})
    void countsADelayFromTheEndOfATaskThat(String how) throws Exception {
        try (var workers = workers()) {
            editor.schedule(
                    "after",
                    Task.of(WorkersTest::work, how, directory.toString()),
                    Schedule.withFixedDelay(Duration.ofSeconds(1)),
                    ScheduleOptions.DEFAULT.withTask(ONCE));
            start();

            await().atMost(LIMIT.multipliedBy(4)).until(() -> begun().size() >= 3);
            assertThat(begun()).isSorted();
            assertThat(begun().get(2) - begun().get(0)).isGreaterThanOrEqualTo(how.equals("returns") ? 2600 : 2000);
        }
    }

    private Launcher workers() {
        return Launcher.start(LauncherOptions.of(2, options, queue));
    }

    /** For which planned times tasks were begun, in ms. */
    private List<Long> begun() throws IOException {
        var notes = directory.resolve("notes");
        return Files.exists(notes)
                ? Files.readAllLines(notes).stream()
                        .filter(line -> line.startsWith("begun "))
                        .map(line -> Long.valueOf(line.substring("begun ".length())))
                        .toList()
                : List.of();
    }
}
