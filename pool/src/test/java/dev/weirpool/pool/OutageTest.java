package dev.weirpool.pool;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.protocol.ProtocolAudit;
import dev.weirpool.queue.redis.RedisServer;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Redis goes away under a pool, and comes back. */
@Tag("slow")
@Timeout(90)
class OutageTest {
    private static final String QUEUE = "outage";
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration LEASE = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    @Test
    void goesOnWhenRedisComesBackWithAllItHad() throws Exception {
        try (var redis = RedisServer.start(directory, "--appendonly", "yes", "--appendfsync", "always");
                var pool =
                        Pool.start(PoolOptions.of(2).withRedis(redis.options()).withQueue(QUEUE))) {
            var results = submitSomeThatWait(pool);

            redis.kill();
            openTheGate();
            redis.start();

            assertAllReturn(results);
            assertThat(pool.applyAsync(Tasks::square, 3).get(LIMIT)).isEqualTo(9);
            assertAllIsInOrder(redis);
            end(pool);
        }
    }

    @Test
    void sendsTasksAgainThatRedisHasForgotten() throws Exception {
        try (var redis = RedisServer.start(directory);
                var pool =
                        Pool.start(PoolOptions.of(2).withRedis(redis.options()).withQueue(QUEUE))) {
            var results = submitSomeThatWait(pool);

            redis.kill();
            openTheGate();
            redis.start();

            assertAllReturn(results);
            assertAllIsInOrder(redis);
            end(pool);
        }
    }

    @Test
    void readsResultsOfAServerWhoseClockIsBehindThatOfTheOneBefore() throws Exception {
        try (var redis = RedisServer.start(directory);
                var pool =
                        Pool.start(PoolOptions.of(2).withRedis(redis.options()).withQueue(QUEUE))) {
            assertThat(pool.applyAsync(Tasks::square, 2).get(LIMIT)).isEqualTo(4);
            readAResultOfTheFarFuture(redis);

            redis.kill();
            redis.start();
            await().atMost(LIMIT).until(() -> !streams(redis).isEmpty()); // else its result may be dropped

            assertThat(pool.applyAsync(Tasks::square, 3).get(LIMIT)).isEqualTo(9);
            end(pool);
        }
    }

    private static List<?> streams(RedisServer server) {
        try (var redis = server.unrestricted().open();
                var connection = redis.connect()) {
            return (List<?>) connection.call("KEYS", bytes("weirpool:{" + QUEUE + "}:results:*"));
        }
    }

    private static void readAResultOfTheFarFuture(RedisServer server) {
        var stream = (byte[]) streams(server).get(0);
        try (var redis = server.unrestricted().open();
                var connection = redis.connect()) {
            var ofNobody = ByteBuffer.allocate(20).putLong(0).putLong(Long.MAX_VALUE);
            connection.call("XADD", stream, bytes("99999999999999-0"), bytes("r"), ofNobody.array());
            await().atMost(LIMIT)
                    .until(() -> Long.valueOf(0).equals(connection.call("XLEN", stream))); // trimmed, as it was read
        }
    }

    @Test
    void takesTasksWhileRedisIsAway() throws Exception {
        try (var redis = RedisServer.start(directory, "--appendonly", "yes", "--appendfsync", "always");
                var pool =
                        Pool.start(PoolOptions.of(2).withRedis(redis.options()).withQueue(QUEUE))) {
            assertThat(pool.applyAsync(Tasks::square, 2).get(LIMIT)).isEqualTo(4);
            redis.kill();
            var result = pool.applyAsync(Tasks::square, 3);

            redis.start();

            assertThat(result.get(LIMIT)).isEqualTo(9);
            assertAllIsInOrder(redis);
            end(pool);
        }
    }

    @Test
    void takesNobodyForDeadThoughRedisWasAwayForTenLeases() throws Exception {
        var ledger = directory.resolve("ledger");
        try (var redis = RedisServer.start(directory, "--appendonly", "yes", "--appendfsync", "always")) {
            var pool = Pool.connect(redis.options(), QUEUE);
            try (var launcher =
                    Launcher.start(LauncherOptions.of(2, redis.options(), QUEUE).withLease(LEASE))) {
                var running = pool.applyAsync(Tasks::enterAndWait, 0, ledger.toString(), directory.toString());
                await().atMost(LIMIT).until(() -> Files.exists(ledger));
                var waiting = new ArrayList<AsyncResult<Integer>>();
                for (var i = 1; i <= 20; i++) {
                    waiting.add(pool.applyAsync(Tasks::enter, i, ledger.toString()));
                }
                assertThat(waiting.get(19).get(LIMIT)).isEqualTo(20);
                var pids = launcher.pids();

                redis.kill();
                var down = System.nanoTime();
                for (var i = 21; i <= 40; i++) {
                    waiting.add(pool.applyAsync(Tasks::enter, i, ledger.toString()));
                }
                await().atMost(LIMIT)
                        .until(() -> System.nanoTime() - down
                                > LEASE.multipliedBy(10).toNanos());
                redis.start();
                var up = System.nanoTime();

                assertThat(waiting.get(39).get(LIMIT)).isEqualTo(40);
                assertThat(Duration.ofNanos(System.nanoTime() - up))
                        .as("from the return of Redis until work went on")
                        .isLessThan(Duration.ofSeconds(5));
                openTheGate();
                assertThat(running.get(LIMIT)).isEqualTo(0);
                assertAll(waiting);
                assertThat(launcher.pids()).containsExactlyInAnyOrderElementsOf(pids);
                assertEachWasRunOnce(ledger, 41);
                end(pool);
            }
            assertNobodyIsBlocked();
        }
    }

    @Test
    void runsEverythingOnceThoughConnectionsAreCutAgainAndAgain() throws Exception {
        var ledger = directory.resolve("ledger");
        try (var redis = RedisServer.start(directory)) {
            var pool = Pool.connect(redis.options(), QUEUE);
            try (var launcher = Launcher.start(
                            LauncherOptions.of(2, redis.options(), QUEUE).withLease(LEASE.multipliedBy(3)));
                    var server = redis.unrestricted().open()) {
                assertThat(pool.applyAsync(Tasks::square, 3).get(LIMIT)).isEqualTo(9);
                var pids = launcher.pids();
                var results = new ArrayList<AsyncResult<Integer>>();
                for (var i = 0; i < 600; i++) {
                    results.add(pool.applyAsync(Tasks::enter, i, ledger.toString()));
                    if (i % 20 == 19) {
                        results.get(i - 19).get(LIMIT);
                        server.call(connection -> connection.call(
                                "CLIENT",
                                bytes("KILL"),
                                bytes("TYPE"),
                                bytes("normal"),
                                bytes("SKIPME"),
                                bytes("yes")));
                    }
                }

                assertAll(results);
                assertThat(launcher.pids()).containsExactlyInAnyOrderElementsOf(pids);
                assertEachWasRunOnce(ledger, 600);
                end(pool);
            }
            assertNobodyIsBlocked();
        }
    }

    @Test
    void holdsTenThousandTasksDuringAnOutageAndThenSaysThatItIsOne() throws Exception {
        try (var redis = RedisServer.start(directory, "--appendonly", "yes", "--appendfsync", "always");
                var pool =
                        Pool.start(PoolOptions.of(2).withRedis(redis.options()).withQueue(QUEUE))) {
            assertThat(pool.applyAsync(Tasks::square, 2).get(LIMIT)).isEqualTo(4);
            redis.kill();
            var results = new ArrayList<AsyncResult<Integer>>();
            for (var i = 0; i < 10_000; i++) {
                results.add(pool.applyAsync(Tasks::square, i % 100));
            }

            var since = System.nanoTime();
            assertThatThrownBy(() -> {
                        for (var i = 0; i < 1_000; i++) { // a batch of them is on its way already
                            results.add(pool.applyAsync(Tasks::square, (10_000 + i) % 100));
                        }
                    })
                    .isInstanceOf(RedisUnavailableException.class)
                    .hasMessageContaining("10000 tasks wait to be sent");
            assertThat(Duration.ofNanos(System.nanoTime() - since))
                    .isBetween(Duration.ofSeconds(9), Duration.ofSeconds(14));
            redis.start();

            for (var i = 0; i < results.size(); i++) {
                assertThat(results.get(i).get(LIMIT)).isEqualTo((i % 100) * (i % 100));
            }
            assertAllIsInOrder(redis);
            end(pool);
        }
    }

    private static void assertAll(List<AsyncResult<Integer>> results) throws Exception {
        for (var result : results) {
            assertThat(result.get(LIMIT)).isNotNull();
        }
    }

    private static void assertEachWasRunOnce(Path ledger, int count) throws Exception {
        assertThat(Files.readAllLines(ledger))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, count).mapToObj(String::valueOf).toList());
    }

    /** With pool and launcher closed none of their threads is left. */
    private static void assertNobodyIsBlocked() {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("weirpool-") && name.contains(QUEUE)));
    }

    private List<AsyncResult<Integer>> submitSomeThatWait(Pool pool) {
        var results = new ArrayList<AsyncResult<Integer>>();
        for (var i = 0; i < 20; i++) {
            results.add(pool.applyAsync(Tasks::squareWhenOpen, i, directory.toString()));
        }
        await().atMost(LIMIT).until(() -> Files.exists(directory.resolve("running")));
        return results;
    }

    private void openTheGate() throws Exception {
        Files.createFile(directory.resolve("gate"));
    }

    private static void assertAllReturn(List<AsyncResult<Integer>> results) throws Exception {
        for (var i = 0; i < results.size(); i++) {
            assertThat(results.get(i).get(LIMIT)).isEqualTo(i * i);
        }
    }

    /** Before its Redis ends: a pool that is closed waits for Redis for as long as it takes. */
    private static void end(Pool pool) throws Exception {
        pool.close();
        assertThat(pool.join(LIMIT)).isTrue();
    }

    private static void assertAllIsInOrder(RedisServer server) {
        try (var redis = server.unrestricted().open();
                var connection = redis.connect()) {
            assertThat(ProtocolAudit.check(connection, QUEUE).everywhere()).isEmpty();
        }
    }
}
