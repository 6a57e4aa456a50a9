package dev.weirpool.cli;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.cli.Errands.Parcel;
import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisServer;
import dev.weirpool.scheduler.ScheduleStatus;
import dev.weirpool.scheduler.Scheduler;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the first version that spoke this protocol has left in Redis, {@code heirloom.redis}, is understood by this one: tasks in all
 * places, results, dead letters, items and schedules. And it would understand what this one writes.
 */
@Timeout(120)
final class HeirloomTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String QUEUE = "heirloom";
    private static final String ENDED = "0ce514fe38d1d7b7";
    private static final String CLIENT = "b3ab75e14d3e4032";
    private static final Instant WHEN = Instant.parse("2020-02-29T12:00:00Z");
    private static final Parcel PARCEL = new Parcel("Ada", Map.of("ink", 2), WHEN);

    @TempDir
    private Path directory;

    private RedisServer server;
    private RedisOptions options;
    private Redis redis;

    @BeforeEach
    void inherit() throws Exception {
        server = RedisServer.start(directory);
        options = server.options().unsigned(); // as it was then
        redis = options.open();
        for (var line : lines()) {
            var words = line.split(" ");
            var arguments = Stream.concat(
                            Stream.of(bytes(words[1])),
                            Arrays.stream(words)
                                    .skip(2)
                                    .map(word -> word.equals("-")
                                            ? new byte[0]
                                            : HexFormat.of().parseHex(word)))
                    .toArray(byte[][]::new);
            redis.call(connection -> connection.call(words[0], arguments));
        }
        count();
    }

    /** What waits was not counted then; today's count is right as soon as the queue has been empty, and this test looks before. */
    private void count() {
        var waiting = Stream.of("ready", "ready1").flatMap(list -> envelopes(list).stream());
        var delayed = redis.call(connection ->
                (List<?>) connection.call("ZRANGE", bytes("weirpool:{heirloom}:delayed"), bytes("0"), bytes("-1")));
        var sum = Stream.concat(waiting, delayed.stream().map(each -> (byte[]) each))
                .mapToLong(each -> each.length)
                .sum();
        redis.call(connection ->
                connection.call("HSET", bytes("weirpool:{heirloom}:producers"), bytes("!load"), bytes(sum)));
    }

    private static List<String> lines() throws IOException {
        try (var file = HeirloomTest.class.getResourceAsStream("heirloom.redis");
                var lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.US_ASCII))) {
            return lines.lines().toList();
        }
    }

    @AfterEach
    void end() throws Exception {
        redis.close();
        server.close();
    }

    private static TaskId id(String producer, int sequence) {
        return TaskId.parse(producer + "%016x".formatted(sequence));
    }

    private static void assertFailed(Outcome outcome, String why) {
        assertThat(outcome).isInstanceOf(Outcome.Threw.class);
        var failure = ((Outcome.Threw) outcome).failure();
        assertThat(failure.toString() + failure.stackAsText()).contains(why);
    }

    @Test
    void readsWhatWasKeptOfTasksThatHaveEnded() throws Exception {
        try (var queue = TaskQueue.connect(options, QUEUE)) {
            assertThat(queue.result(id(ENDED, 1))).contains(new Outcome.Returned(42));
            assertThat(queue.result(id(ENDED, 2)))
                    .contains(new Outcome.Returned(new Parcel("Ada", Map.of("ink", 2, "paper", 1), WHEN)));
            assertFailed(queue.result(id(ENDED, 3)).orElseThrow(), "no paper");
            var letter = queue.deadLetters().list(0, 1).get(0);
            assertThat(letter.id()).isEqualTo(id(ENDED, 3));
            assertThat(letter.attempts())
                    .singleElement()
                    .satisfies(attempt -> assertThat(attempt.outcome()).contains("no paper"));
        }
    }

    @Test
    void readsWhatWorkersHaveSentToAClient() {
        var codec = new TaskCodec(() -> redis, "test");
        var producer = Long.parseUnsignedLong(CLIENT, 16);

        var results = redis.call(connection -> new Broker("heirloom-client")
                .readResults(connection, producer, "0", Duration.ofMillis(10))
                .results());

        assertThat(results).extracting(entry -> entry.sequence()).containsExactly(1L, 2L, 3L, 4L);
        var outcomes = results.stream()
                .map(entry -> codec.decodeOutcome(entry.result()))
                .toList();
        assertThat(outcomes.get(0)).isEqualTo(new Outcome.Returned(5));
        assertThat(outcomes.get(1))
                .isEqualTo(new Outcome.Returned(new Parcel("Ada", Map.of("ink", 2, "pen", 1), WHEN)));
        assertFailed(outcomes.get(2), "no ink");
        assertThat((Object[]) ((Outcome.Returned) outcomes.get(3)).value()).containsExactly(2, 4, 6);
    }

    @Test
    void runsTheTasksThatWait() throws Exception {
        var waiting = redis.call(connection ->
                (List<?>) connection.call("LRANGE", bytes("weirpool:{heirloom}:ready"), bytes("0"), bytes("-1")));
        var producer = HexFormat.of().formatHex((byte[]) waiting.get(0), 4, 12);
        try (var queue = TaskQueue.connect(options, QUEUE);
                var launcher = Launcher.start(LauncherOptions.of(1, options, QUEUE))) {
            var expected = Map.of(
                    1,
                    3,
                    2,
                    "three words long",
                    3,
                    new Parcel("Ada", Map.of("ink", 2, "wax", 1), WHEN),
                    4,
                    7,
                    5,
                    11,
                    6,
                    15);
            expected.forEach((sequence, value) -> {
                await().atMost(LIMIT)
                        .until(() -> queue.result(id(producer, sequence)).isPresent());
                assertThat(queue.result(id(producer, sequence))).contains(new Outcome.Returned(value));
            });
            await().atMost(LIMIT).until(() -> queue.result(id(producer, 7)).isPresent());
            assertFailed(queue.result(id(producer, 7)).orElseThrow(), "no wax");

            assertThat(queue.deadLetters().list(0, 1).get(0).attempts()).hasSize(1);
            assertThat(launcher.pids()).hasSize(1);
            await().atMost(LIMIT).until(() -> queue.size() == 0);
        }
    }

    @Test
    void takesTheItemsOfASharedQueue() throws Exception {
        var items = SharedQueue.<Object>connect(options, QUEUE, 10);

        assertThat(items.takeBatch(10)).containsExactly("text", 42, PARCEL, List.of(1, 2));
        items.put("goes on");
        assertThat(items.take()).isEqualTo("goes on");
    }

    @Test
    void firesTheSchedules() {
        try (var scheduler = Scheduler.start(options, QUEUE)) {
            assertThat(scheduler.list())
                    .extracting(ScheduleStatus::name)
                    .containsExactly("again", "nightly", "often", "once");
            assertThat(scheduler.find("nightly").orElseThrow().isPaused()).isTrue();
            assertThat(scheduler.find("nightly").orElseThrow().schedule().toString())
                    .contains("Europe/Berlin");
            assertThat(scheduler.nextFires("once", 1)).containsExactly(Instant.parse("2100-01-01T00:00:00Z"));

            for (var name : List.of("often", "again")) {
                await().atMost(LIMIT)
                        .until(() -> scheduler.find(name).orElseThrow().fired() > 0);
            }
        }
    }

    /** But for its id, its moment, and the bytes of the signature, which are not read without one, it is what was written then. */
    @Test
    void writesWhatItsElderUnderstands() throws Exception {
        var theirs = envelopes("ready").get(0);
        redis.call(connection -> connection.call("UNLINK", bytes("weirpool:{heirloom}:ready")));
        count();
        try (var queue = TaskQueue.connect(options, QUEUE)) {
            queue.send(Task.of(Errands::add, 1, 2), TaskOptions.DEFAULT.withKeepResult(Duration.ofDays(1)));
        }

        var ours = envelopes("ready").get(0);

        assertThat(ours).hasSameSizeAs(theirs);
        assertThat(Arrays.copyOf(ours, 4)).isEqualTo(Arrays.copyOf(theirs, 4));
        assertThat(Arrays.copyOfRange(ours, 45, ours.length)).isEqualTo(Arrays.copyOfRange(theirs, 45, theirs.length));
    }

    @Test
    void buriesATaskOfALaterVersionWithTheReason() throws Exception {
        var later = envelopes("ready").get(0).clone();
        later[0] = 99;
        redis.call(connection -> connection.call("RPUSH", bytes("weirpool:{later}:ready"), later));

        try (var queue = TaskQueue.connect(options, "later");
                var launcher = Launcher.start(LauncherOptions.of(1, options, "later"))) {
            await().atMost(LIMIT).until(() -> queue.deadLetters().size() == 1);
            assertThat(queue.deadLetters().list(0, 1).get(0).attempts().get(0).outcome())
                    .contains("unknown envelope version 99", "upgrade the workers before the clients");
            assertThat(launcher.pids()).hasSize(1);
        }
    }

    private List<byte[]> envelopes(String list) {
        return redis
                .call(connection -> (List<?>)
                        connection.call("LRANGE", bytes("weirpool:{heirloom}:" + list), bytes("0"), bytes("-1")))
                .stream()
                .map(each -> (byte[]) each)
                .toList();
    }
}
