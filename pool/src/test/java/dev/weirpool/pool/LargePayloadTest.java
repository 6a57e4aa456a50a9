package dev.weirpool.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import dev.weirpool.worker.WorkerOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arguments and results that do not fit into an envelope. */
@Tag("slow")
@Timeout(180)
class LargePayloadTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int HUGE = 200_000_000;
    private static final TaskOptions KEPT = TaskOptions.DEFAULT.withKeepResult(Duration.ofMinutes(10));
    private static final byte[] LARGE = new byte[2_000_000];

    @TempDir
    private Path directory;

    private final Redis redis = RedisOptions.embedded().open();
    private final RedisOptions options = RedisOptions.of(redis.uri().toString());
    private final String name = "large-" + UUID.randomUUID();
    private final Pool pool = Pool.connect(options, name);
    private final TaskQueue queue = TaskQueue.connect(options, name);

    @AfterEach
    void end() {
        pool.terminate();
        queue.close();
        redis.close();
    }

    @Test
    void twoHundredMegabytesGoThereAndBackWithThreeCopiesInTheWorker() throws Exception {
        try (var launcher = start("-Xmx760m")) {
            var argument = new byte[HUGE];
            Arrays.fill(argument, (byte) 41);

            var result = pool.applyAsync(Task.of(Tasks::increment, argument), TaskOptions.DEFAULT.withAtMostOnce())
                    .get(LIMIT);

            assertThat(result.length).isEqualTo(HUGE);
            Arrays.fill(argument, (byte) 42);
            assertThat(Arrays.equals(result, argument)).isTrue();
            assertThat(launcher.pids()).hasSize(1);
        }
        assertNoPayloadIsLeft();
    }

    @Test
    void aChunkOfAMapMayBeLarge() throws Exception {
        try (var launcher = start()) {
            assertThat(pool.map(Tasks::increment, List.of(LARGE, LARGE, LARGE), 3))
                    .hasSize(3);
            assertThat(launcher.pids()).hasSize(1);
        }
        assertNoPayloadIsLeft();
    }

    @Test
    void goesWhenItsTaskIsCancelled() throws Exception {
        var result = pool.applyAsync(Tasks::increment, LARGE);
        await().atMost(LIMIT).until(() -> queue.size() == 1);
        result.cancel(false);
        assertThatThrownBy(() -> result.get(LIMIT)).isInstanceOf(CancellationException.class);

        try (var launcher = start()) {
            await().atMost(LIMIT).until(() -> queue.size() == 0);
            assertNoPayloadIsLeft();
            assertThat(launcher.pids()).hasSize(1);
        }
    }

    @Test
    void isThereForEveryAttempt() throws Exception {
        try (var launcher = start()) {
            assertThat(pool.applyAsync(Tasks::killMyselfOnceWith, LARGE).get(LIMIT))
                    .isEqualTo(LARGE.length);
            assertThat(launcher.pids()).hasSize(1);
        }
        assertNoPayloadIsLeft();
    }

    @Test
    void isThereForADeadLetterThatIsPutBackAndGoesWithOneThatIsDeleted() throws Exception {
        var file = directory.resolve("now");
        try (var launcher = start()) {
            var task = Task.of(Tasks::failWithUnlessExists, LARGE, file.toString());
            queue.send(task);
            var letters = queue.deadLetters();
            await().atMost(LIMIT).until(() -> letters.size() == 1);
            assertThat(letters.list(0, 1).get(0).argumentsPreview()).contains("2000", "lie apart");
            Files.createFile(file);

            letters.retry(letters.list(0, 1).get(0));
            await().atMost(LIMIT).untilAsserted(this::assertNoPayloadIsLeft);
            assertThat(letters.size()).isZero();

            Files.delete(file);
            queue.send(task);
            await().atMost(LIMIT).until(() -> letters.size() == 1);
            assertThat(payloads()).hasSize(1);
            letters.delete(letters.list(0, 1).get(0));
            assertNoPayloadIsLeft();
            assertThat(launcher.pids()).hasSize(1);
        }
    }

    @ParameterizedTest(name = "all: {0}")
    @ValueSource(booleans = {false, true})
    void goesToAnotherQueueWithItsDeadLetterAndIsNotLeftOnEither(boolean all) throws Exception {
        var file = directory.resolve("now");
        var other = name + "-other";
        try (var operator = Operator.connect(options);
                var there = TaskQueue.connect(options, other)) {
            try (var launcher = start()) {
                queue.send(Task.of(Tasks::failWithUnlessExists, LARGE, file.toString()), KEPT);
                await().atMost(LIMIT).until(() -> queue.deadLetters().size() == 1);
                assertThat(launcher.pids()).hasSize(1);
            }
            var id = queue.deadLetters().list(0, 1).get(0).id();
            Files.createFile(file);

            if (all) {
                assertThat(operator.queue(name).moveDead(other, moved -> {})).isEqualTo(1);
            } else {
                assertThat(operator.queue(name).moveDead(id, other)).isTrue();
            }

            assertNoPayloadIsLeft();
            assertThat(keysLike("weirpool:{" + other + "}:blob:*")).hasSize(1);
            assertThat(there.size()).isEqualTo(1);
            try (var launcher = Launcher.start(LauncherOptions.of(1, options, other))) {
                await().atMost(LIMIT).until(() -> there.result(id).isPresent());
                assertThat(there.result(id)).contains(new Outcome.Returned(LARGE.length));
                assertThat(launcher.pids()).hasSize(1);
            }
            assertThat(keysLike("weirpool:{" + other + "}:blob:*")).isEmpty();
            assertThat(operator.queue(other).state().waitingBytes()).isZero();
            assertThat(queue.deadLetters().size() + there.deadLetters().size()).isZero();
        }
        redis.use(connection -> new Broker(other).drop(connection, List.of()));
    }

    @Test
    void isMissedAloudIfItsDeadLetterIsToGoToAnotherQueueAndRedisHasLostIt() throws Exception {
        try (var operator = Operator.connect(options)) {
            try (var launcher = start()) {
                queue.send(Task.of(Tasks::failWithUnlessExists, LARGE, "/no/such/file"));
                await().atMost(LIMIT).until(() -> queue.deadLetters().size() == 1);
                assertThat(launcher.pids()).hasSize(1);
            }
            payloads().forEach(key -> redis.call(connection -> connection.call("DEL", key.getBytes(UTF_8))));

            assertThatThrownBy(() -> operator.queue(name).moveDead(name + "-other", moved -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching(
                            "the arguments of the task, 20000\\d\\d bytes, are not in Redis any more; delete the task");

            assertThat(queue.deadLetters().size()).isEqualTo(1);
            assertThat(keysLike("weirpool:{" + name + "-other}:*")).isEmpty();
        }
    }

    @Test
    void isMissedAloudIfRedisHasLostIt() throws Exception {
        var result = pool.applyAsync(Tasks::increment, LARGE);
        await().atMost(LIMIT).until(() -> queue.size() == 1);
        payloads().forEach(key -> redis.call(connection -> connection.call("DEL", key.getBytes(UTF_8))));

        try (var launcher = start()) {
            assertThatThrownBy(() -> result.get(LIMIT))
                    .hasMessageContaining("not in Redis any more")
                    .hasMessageContaining("20000");
            assertThat(queue.deadLetters().size()).isEqualTo(1);
            assertThat(launcher.pids()).hasSize(1);
        }
    }

    @Test
    void isSentAgainWithItsTaskIfRedisHasLostBoth() throws Exception {
        var result = pool.applyAsync(Tasks::increment, LARGE);
        await().atMost(LIMIT).until(() -> queue.size() == 1);
        keys("*").stream()
                .filter(key -> !key.contains(":results:")) // else nobody knows where to put what is done
                .forEach(key -> redis.call(connection -> connection.call("DEL", key.getBytes(UTF_8))));
        var other = pool.applyAsync(Tasks::one); // finds out

        try (var launcher = start()) {
            assertThat(other.get(LIMIT)).isEqualTo(1);
            assertThat(result.get(LIMIT).length).isEqualTo(LARGE.length);
            assertThat(launcher.pids()).hasSize(1);
        }
        assertNoPayloadIsLeft();
    }

    @Test
    void aKeptResultCanBeReadByAnybodyAsOftenAsHeLikes() throws Exception {
        try (var launcher = start()) {
            var result = pool.applyAsync(
                    Task.of(Tasks::bytes, 300_000), TaskOptions.DEFAULT.withKeepResult(Duration.ofHours(2)));
            assertThat(result.get(LIMIT).length).isEqualTo(300_000);

            for (var i = 0; i < 2; i++) {
                assertThat(queue.result(result.id()))
                        .hasValueSatisfying(outcome -> assertThat((byte[]) ((Outcome.Returned) outcome).value())
                                .hasSize(300_000));
            }
            assertThat(launcher.pids()).hasSize(1);
        }
    }

    @Test
    void leavesNothingWhenAPoolIsTerminatedWithTasksThatWait() throws Exception {
        var own = Pool.start(PoolOptions.of(1).withRedis(options));
        own.applyAsync(Tasks::hang);
        for (var i = 0; i < 3; i++) {
            own.applyAsync(Tasks::increment, LARGE);
        }
        await().atMost(LIMIT).until(() -> payloadsOfPools().size() >= 3);

        own.terminate();

        assertThat(payloadsOfPools()).isEmpty();
    }

    private Launcher start(String... flags) {
        return Launcher.start(
                LauncherOptions.of(1, options, name).withWorkers(WorkerOptions.DEFAULT.withJvmFlags(List.of(flags))));
    }

    private void assertNoPayloadIsLeft() {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(payloads()).as("payloads").isEmpty());
    }

    private List<String> payloads() {
        return keys("blob:*");
    }

    private List<String> payloadsOfPools() {
        return keysLike("weirpool:{pool-*}:blob:*");
    }

    private List<String> keys(String pattern) {
        return keysLike("weirpool:{" + name + "}:" + pattern);
    }

    private List<String> keysLike(String pattern) {
        var keys = (List<?>) redis.call(connection -> connection.call("KEYS", pattern.getBytes(UTF_8)));
        return keys.stream().map(key -> new String((byte[]) key, UTF_8)).toList();
    }
}
