package dev.weirpool.scheduler;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.redis.ClusterServers;
import dev.weirpool.queue.redis.Redis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The master that holds the schedules is killed, and its replica takes over. */
@Tag("slow")
@Timeout(90)
class FailoverTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long PERIOD_MILLIS = 1_000;

    @TempDir
    private Path directory;

    @Test
    void firesEachPlannedTimeOnceThoughTheMasterIsKilled() throws Exception {
        var queue = ClusterServers.queueOf(1);
        try (var servers = ClusterServers.start(directory);
                var redis = servers.options().open();
                var first = Scheduler.start(servers.options(), queue);
                var second = Scheduler.start(servers.options(), queue)) {
            first.schedule("tick", SchedulerFixture.task(), Schedule.every(Duration.ofMillis(PERIOD_MILLIS)));
            await().atMost(LIMIT).until(() -> plannedTimes(redis, queue).size() >= 2);

            var killed = servers.master(queue);
            killed.kill();
            servers.awaitFailoverFrom(killed, queue);

            var before = plannedTimes(redis, queue).size();
            await().atMost(LIMIT).until(() -> plannedTimes(redis, queue).size() >= before + 6);
            assertThat(second.list()).hasSize(1);
            second.remove("tick");
            var times = plannedTimes(redis, queue);
            for (var i = 1; i < times.size(); i++) {
                assertThat(times.get(i) - times.get(i - 1))
                        .as("between fires %d and %d of %s", i - 1, i, times)
                        .isEqualTo(PERIOD_MILLIS);
            }
        }
    }

    /** Of the tasks on the queue, in order. */
    private static List<Long> plannedTimes(Redis redis, String queue) {
        var tasks = (List<?>) Objects.requireNonNull(redis.call(
                connection -> connection.call("LRANGE", bytes("weirpool:{" + queue + "}:ready"), bytes(0), bytes(-1))));
        return tasks.stream()
                .map(task -> Envelope.stored((byte[]) task).sequence())
                .toList();
    }
}
