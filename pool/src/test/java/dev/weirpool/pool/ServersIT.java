package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** A pool and a queue on the servers that people have, each in a container. */
@Tag("compose")
@Timeout(120)
class ServersIT {
    private static final int PORT = 6379;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @BeforeAll
    static void requireAnEngine() {
        if (DockerClientFactory.instance().isDockerAvailable()) {
            return;
        }
        var reason = "no Docker engine can be reached";
        if ("1".equals(System.getenv("WEIRPOOL_REQUIRE_DOCKER"))) {
            fail(reason);
        }
        System.err.println("ServersIT is skipped: " + reason);
        abort(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis:7-alpine", "redis:8-alpine", "valkey/valkey:8-alpine"})
    void poolAndQueueRunOn(String image) throws Exception {
        try (var server = new GenericContainer<>(DockerImageName.parse(image)).withExposedPorts(PORT)) {
            server.start();
            var redis = RedisOptions.of("redis://" + server.getHost() + ":" + server.getMappedPort(PORT));
            try (var pool = Pool.start(PoolOptions.of(2).withRedis(redis))) {
                var numbers = IntStream.range(0, 200).boxed().toList();
                assertThat(pool.map(Tasks::square, numbers))
                        .isEqualTo(numbers.stream().map(i -> i * i).toList());
                assertThat(pool.applyAsync(Tasks::killMyselfOnce).get(LIMIT)).isEqualTo(2);

                SharedQueue<Integer> queue = pool.queue("numbers", 10);
                var writer = pool.applyAsync(Tasks::putAll, queue, numbers);
                var reader = pool.applyAsync(Tasks::takeAll, queue, numbers.size());
                assertThat(reader.get(LIMIT)).isEqualTo(numbers);
                writer.get(LIMIT);
                queue.delete();

                pool.close();
                assertThat(pool.join(LIMIT)).isTrue();
            }
        }
    }
}
