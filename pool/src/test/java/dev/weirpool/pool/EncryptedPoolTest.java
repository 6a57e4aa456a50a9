package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.redis.Authority;
import dev.weirpool.queue.redis.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EncryptedPoolTest {
    @Test
    void clientAndWorkersTalkToRedisEncryptedAndShowTheirCertificate(@TempDir Path directory) throws Exception {
        var authority = Authority.in(directory, "localhost");
        try (var server = RedisServer.startEncrypted(directory, authority, "--requirepass", "open sesame")) {
            var redis = RedisOptions.of("rediss://:open%20sesame@localhost:" + server.port() + "?"
                    + authority.parameters("ca", "cert", "key"));
            try (var pool = Pool.start(PoolOptions.of(2).withRedis(redis))) {
                assertThat(pool.map(Tasks::square, List.of(1, 2, 3))).containsExactly(1, 4, 9);
                SharedQueue<Integer> queue = pool.queue("numbers");
                pool.apply(Tasks::putAll, queue, List.of(5, 6));
                assertThat(queue.poll(10, TimeUnit.SECONDS)).isEqualTo(5);
                pool.close();
                assertThat(pool.join(Duration.ofSeconds(20))).isTrue();
            }
        }
    }
}
