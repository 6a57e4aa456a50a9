package dev.weirpool.cli;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskContext;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisServer;
import dev.weirpool.scheduler.Schedule;
import dev.weirpool.scheduler.Scheduler;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The steps of docs/operations.md: a server is backed up while it is used, lost, and restored elsewhere from the backup alone. */
@Tag("slow")
@Timeout(180)
final class RestoreTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final String QUEUE = "restored";
    private static final TaskOptions KEPT = TaskOptions.DEFAULT.withKeepResult(Duration.ofHours(1));
    private static final byte[] LARGE = new byte[300_000];

    @TempDir
    private Path directory;

    /** What is copied, and how that becomes a server again. */
    enum Backup {
        APPEND_ONLY_FILE {
            @Override
            void make(RedisConnection redis, Path data, Path backup) throws IOException {
                redis.call("CONFIG", bytes("SET"), bytes("auto-aof-rewrite-percentage"), bytes(0));
                await().atMost(LIMIT).until(() -> info(redis).contains("aof_rewrite_in_progress:0"));
                copy(data, "appendonly", backup);
                redis.call("CONFIG", bytes("SET"), bytes("auto-aof-rewrite-percentage"), bytes(100));
            }

            @Override
            RedisServer restore(Path data) throws IOException {
                return RedisServer.start(data, KEEPING);
            }
        },
        SNAPSHOT {
            @Override
            void make(RedisConnection redis, Path data, Path backup) throws IOException {
                var before = redis.call("LASTSAVE");
                await().atMost(LIMIT).until(() -> secondsOf(redis) > (Long) before); // its answer is in seconds
                redis.call("BGSAVE");
                await().atMost(LIMIT).until(() -> !redis.call("LASTSAVE").equals(before));
                copy(data, "dump.rdb", backup);
            }

            @Override
            RedisServer restore(Path data) throws Exception {
                var first = RedisServer.start(data, "--appendonly", "no");
                try (var redis = first.options().open().connect()) {
                    redis.call("CONFIG", bytes("SET"), bytes("appendonly"), bytes("yes"));
                    await().atMost(LIMIT)
                            .until(() -> info(redis).contains("aof_rewrite_in_progress:0")
                                    && info(redis).contains("aof_rewrite_scheduled:0"));
                }
                first.kill();
                return RedisServer.start(data, KEEPING);
            }
        };

        private static final String[] KEEPING = {"--appendonly", "yes"};

        abstract void make(RedisConnection redis, Path data, Path backup) throws IOException;

        /** @param data holds what the backup does, and nothing else */
        abstract RedisServer restore(Path data) throws Exception;

        /** The files, or directories of files, whose names begin so. */
        static void copy(Path from, String prefix, Path to) throws IOException {
            try (var files = Files.walk(from)) {
                for (var file : files.toList()) {
                    var path = from.relativize(file);
                    if (path.toString().startsWith(prefix) && !path.toString().isEmpty()) {
                        Files.copy(file, to.resolve(path));
                    }
                }
            }
        }

        private static long secondsOf(RedisConnection redis) {
            var time = (List<?>) Objects.requireNonNull(redis.call("TIME"));
            return Long.parseLong(new String((byte[]) time.get(0), UTF_8));
        }

        private static String info(RedisConnection redis) {
            return new String((byte[]) Objects.requireNonNull(redis.call("INFO", bytes("persistence"))), UTF_8);
        }
    }

    static String note(String directory, String name) throws IOException {
        var attempt = TaskContext.current().attempt();
        Files.writeString(Path.of(directory, name), "" + attempt);
        return name;
    }

    static int measure(byte[] bytes) {
        return bytes.length;
    }

    /** Cannot be done where the first server is. */
    static String noteOnceRestored(String directory, String name) throws IOException {
        if (!Files.exists(Path.of(directory, "restored"))) {
            throw new IllegalStateException("not yet");
        }
        return note(directory, name);
    }

    static String hangUntilRestored(String directory, String name) throws Exception {
        Files.writeString(Path.of(directory, "hangs"), "");
        while (!Files.exists(Path.of(directory, "restored"))) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return note(directory, name);
    }

    @ParameterizedTest
    @EnumSource
    void everythingIsThereAgainAndRuns(Backup kind) throws Exception {
        var data = Files.createDirectory(directory.resolve("data"));
        var backup = Files.createDirectory(directory.resolve("backup"));
        var notes = Files.createDirectory(directory.resolve("notes"));
        var place = notes.toString();
        var lost = RedisServer.start(data, "--appendonly", "yes");
        var options = lost.options();
        TaskId dead;
        TaskId large;
        TaskId ended;
        try (var queue = TaskQueue.connect(options, QUEUE);
                var scheduler = Scheduler.connect(options, QUEUE)) {
            var launcher = Launcher.start(LauncherOptions.of(1, options, QUEUE).withLease(LEASE));
            ended = queue.send(Task.of(RestoreTest::measure, new byte[7]), KEPT);
            dead = queue.send(
                    Task.of(RestoreTest::noteOnceRestored, place, "dead"), TaskOptions.DEFAULT.withAttempts(1));
            await().atMost(LIMIT)
                    .until(() -> queue.deadLetters().size() == 1
                            && queue.result(ended).isPresent());
            queue.send(Task.of(RestoreTest::hangUntilRestored, place, "running"));
            await().atMost(LIMIT).until(() -> Files.exists(notes.resolve("hangs")));
            for (var i = 0; i < 3; i++) {
                queue.send(Task.of(RestoreTest::note, place, "waiting-" + i));
            }
            large = queue.send(Task.of(RestoreTest::measure, LARGE), KEPT);
            queue.send(
                    Task.of(RestoreTest::note, place, "delayed"), TaskOptions.DEFAULT.withDelay(Duration.ofSeconds(3)));
            scheduler.schedule(
                    "often", Task.of(RestoreTest::note, place, "scheduled"), Schedule.every(Duration.ofSeconds(1)));
            SharedQueue.<String>connect(options, QUEUE, 0).put("item");

            try (var redis = options.open().connect()) {
                kind.make(redis, data, backup);
            }
            queue.send(Task.of(RestoreTest::note, place, "too-late"));
            lost.kill();
            launcher.close();
        }
        assertThat(notes).isDirectoryNotContaining("glob:**/{waiting,delayed,scheduled,dead,running}*");

        var again = Files.createDirectory(directory.resolve("again"));
        Backup.copy(backup, "", again);
        try (var server = kind.restore(again)) {
            assertThatAllIsThere(server.options());
            Files.createFile(notes.resolve("restored"));
            assertThatAllRuns(server.options(), notes, dead, large, ended);
        }
    }

    private static void assertThatAllIsThere(RedisOptions options) {
        try (var operator = Operator.connect(options)) {
            var state = operator.queue(QUEUE).state();
            assertThat(state.ready()).isEqualTo(4);
            assertThat(state.delayed()).isEqualTo(1);
            assertThat(state.running()).isEqualTo(1);
            assertThat(state.dead()).isEqualTo(1);
            assertThat(state.schedules()).isEqualTo(1);
            assertThat(operator.server().hasAppendOnlyFile()).isTrue();
        }
        var doctor = Said.of("doctor", "--redis", options.toString());
        assertThat(doctor.out()).contains("ok   persistence", "ok   eviction", "ok   signatures");
    }

    private static void assertThatAllRuns(RedisOptions options, Path notes, TaskId dead, TaskId large, TaskId ended)
            throws Exception {
        try (var queue = TaskQueue.connect(options, QUEUE);
                var launcher =
                        Launcher.start(LauncherOptions.of(1, options, QUEUE).withLease(LEASE));
                var scheduler = Scheduler.start(options, QUEUE)) {
            for (var name : new String[] {"waiting-0", "waiting-1", "waiting-2", "delayed", "running", "scheduled"}) {
                await().atMost(LIMIT).until(() -> Files.exists(notes.resolve(name)));
            }
            assertThat(notes.resolve("running")).as("its attempt").hasContent("2");
            assertThat(notes.resolve("waiting-0")).as("its attempt").hasContent("1");
            await().atMost(LIMIT).until(() -> queue.result(large).isPresent());
            assertThat(queue.result(large)).contains(new Outcome.Returned(LARGE.length));
            assertThat(queue.result(ended)).contains(new Outcome.Returned(7));
            var letters = queue.deadLetters();
            assertThat(letters.retry(letters.find(dead).orElseThrow())).isTrue();
            await().atMost(LIMIT).until(() -> Files.exists(notes.resolve("dead")));
            SharedQueue<String> items = SharedQueue.connect(options, QUEUE);
            assertThat(items.poll(60, TimeUnit.SECONDS)).isEqualTo("item");
            items.delete();
            scheduler.remove("often");
            await().atMost(LIMIT).until(() -> queue.size() == 0);
            assertThat(notes.resolve("too-late")).doesNotExist();
            assertThat(launcher.pids()).hasSize(1);
        }
    }
}
