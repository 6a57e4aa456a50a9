package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.protocol.ProtocolAudit;
import dev.weirpool.queue.redis.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Redis goes away under a pool, and comes back. */
@Timeout(90)
class OutageTest {
    private static final String QUEUE = "outage";
    private static final Duration LIMIT = Duration.ofSeconds(30);

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
        }
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

    private static void assertAllIsInOrder(RedisServer server) {
        try (var redis = server.options().open();
                var connection = redis.connect()) {
            assertThat(ProtocolAudit.check(connection, QUEUE).everywhere()).isEmpty();
        }
    }
}
