package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.TaskFailedException;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.protocol.Broker;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever happens to a task or its worker, every result resolves and the pool goes on. */
@Timeout(60)
class HandlesTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final String queueName = "handles-" + UUID.randomUUID();
    private Pool pool;

    @BeforeEach
    void startPool() {
        pool = Pool.start(PoolOptions.of(2).withQueue(queueName));
    }

    @AfterEach
    void goOnAndEnd() throws Exception {
        assertThat(pool.applyAsync(Tasks::square, 3).get(LIMIT)).isEqualTo(9);
        pool.terminate();
    }

    @Test
    void whenTheWorkerIsKilledWhileItRunsTheTask() throws Exception {
        assertThat(pool.applyAsync(Tasks::killMyselfOnce).get(LIMIT)).isEqualTo(2);
    }

    @Test
    void whenAWorkerIsKilledWhileIdle() throws Exception {
        long pid = pool.apply(Tasks::pid);

        ProcessHandle.of(pid).orElseThrow().destroyForcibly();

        for (var i = 0; i < 10; i++) {
            assertThat(pool.applyAsync(Tasks::square, i).get(LIMIT)).isEqualTo(i * i);
        }
    }

    @Test
    void whenTheTaskExitsItsProcess() {
        assertThatThrownBy(() -> pool.applyAsync(Tasks::exit).get(LIMIT))
                .cause()
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("gave up after 3 attempts")
                .hasMessageContaining("exit code 42");
    }

    @Test
    void whenTheProcessRunsOutOfMemory() throws Exception {
        var once = TaskOptions.DEFAULT.withAtMostOnce();
        var small = Pool.start(PoolOptions.of(1).withJvmFlags("-Xmx64m"));
        try {
            assertThatThrownBy(
                            () -> small.applyAsync(Tasks::exhaustMemory, once).get(LIMIT))
                    .hasMessageContaining("exit code 3");
            assertThat(small.applyAsync(Tasks::one).get(LIMIT)).isEqualTo(1);
        } finally {
            small.terminate();
        }
    }

    @Test
    void whenTheTaskClosesItsStreams() throws Exception {
        assertThat(pool.applyAsync(Tasks::closeStreams).get(LIMIT)).isEqualTo(-1);
    }

    @Test
    void whenTheTaskLeavesThreadsAndProcessesBehind() throws Exception {
        long orphan = pool.applyAsync(Tasks::leaveThreadAndProcessBehind).get(LIMIT);

        assertThat(pool.applyAsync(Tasks::one).get(LIMIT)).isEqualTo(1);
        ProcessHandle.of(orphan).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void whenTheEnvelopeCannotBeRead() throws Exception {
        var redis = RedisOptions.embedded().open();
        await().atMost(LIMIT).until(() -> workers().size() == 2);
        var before = workers();
        redis.call(connection -> connection.call(
                "RPUSH",
                ("weirpool:{" + queueName + "}:ready").getBytes(StandardCharsets.UTF_8),
                "garbage".getBytes(StandardCharsets.UTF_8)));

        assertThat(pool.applyAsync(Tasks::square, 4).get(LIMIT)).isEqualTo(16);
        try (var queue = TaskQueue.connect(RedisOptions.embedded(), queueName)) {
            await().atMost(LIMIT).until(() -> queue.deadLetters().size() == 1);
            assertThat(workers()).as("workers, which stay up").isEqualTo(before);
            var letter = queue.deadLetters().list(0, 1).get(0);
            assertThat(letter.toBytes()).asString().isEqualTo("garbage");
            assertThat(letter.attempts())
                    .extracting(Attempt::outcome)
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .contains("an envelope of 7 bytes is too short");
        }
        redis.close();
    }

    private Set<String> workers() {
        try (var redis = RedisOptions.embedded().open()) {
            return Set.copyOf(redis.call(new Broker(queueName)::workers));
        }
    }

    @Test
    void whenTheHeadersOfAnEnvelopeCannotBeRead() throws Exception {
        var envelope = ByteBuffer.allocate(60);
        envelope.put((byte) 1).position(2).put((byte) 3);
        envelope.position(45);
        envelope.putShort((short) 8).putShort((short) 3000);
        var redis = RedisOptions.embedded().open();
        redis.call(connection -> connection.call(
                "RPUSH", ("weirpool:{" + queueName + "}:ready").getBytes(StandardCharsets.UTF_8), envelope.array()));

        assertThat(pool.applyAsync(Tasks::square, 4).get(LIMIT)).isEqualTo(16);
        try (var queue = TaskQueue.connect(RedisOptions.embedded(), queueName)) {
            await().atMost(LIMIT).until(() -> queue.deadLetters().size() == 1);
            assertThat(queue.deadLetters().list(0, 1).get(0).name()).isEmpty();
        }
        redis.close();
    }

    @Test
    void whenItsResultIsLost() throws Exception {
        var redis = RedisOptions.embedded().open();
        var gate = Files.createTempDirectory("handles");
        var result = pool.applyAsync(Tasks::squareWhenOpen, 3, gate.toString());
        await().atMost(LIMIT).until(() -> Files.exists(gate.resolve("running")));
        redis.call(connection -> {
            var streams = (List<?>) connection.call(
                    "KEYS", ("weirpool:{" + queueName + "}:results:*").getBytes(StandardCharsets.UTF_8));
            streams.forEach(stream -> connection.call("UNLINK", (byte[]) stream));
            // the collector looks when it connects again
            return connection.call(
                    "CLIENT",
                    "KILL".getBytes(StandardCharsets.UTF_8),
                    "TYPE".getBytes(StandardCharsets.UTF_8),
                    "normal".getBytes(StandardCharsets.UTF_8));
        });

        assertThatThrownBy(() -> result.get(LIMIT)).cause().hasMessageContaining("may be lost");

        Files.createFile(gate.resolve("gate"));
        redis.close();
    }

    @Test
    void whenATaskSubmitsAnother() throws Exception {
        var url = RedisOptions.embedded().open().uri().toString();

        assertThat(pool.applyAsync(Tasks::squareByAnother, 5, url, queueName).get(LIMIT))
                .isEqualTo(25);
    }

    @Test
    void whenManyThreadsSubmitManyTasks() throws Exception {
        var results = new ConcurrentLinkedQueue<AsyncResult<Integer>>();
        var threads = new ArrayList<Thread>();
        for (var t = 0; t < 16; t++) {
            var thread = new Thread(() -> {
                for (var i = 0; i < 625; i++) {
                    results.add(pool.applyAsync(Tasks::one));
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (var thread : threads) {
            thread.join();
        }

        assertThat(results).hasSize(10_000);
        for (var result : results) {
            assertThat(result.get(LIMIT)).isEqualTo(1);
        }
    }

    @Test
    void whenTasksAreCancelledWhileTheyEnd() throws Exception {
        var results = new ArrayList<AsyncResult<Integer>>();
        for (var i = 0; i < 10_000; i++) {
            var victim = pool.applyAsync(Tasks::square, i);
            results.add(pool.applyAsync(Tasks::square, i));
            victim.cancel(true);
        }

        for (var i = 0; i < results.size(); i++) {
            assertThat(results.get(i).get(LIMIT)).isEqualTo(i * i);
        }
    }
}
