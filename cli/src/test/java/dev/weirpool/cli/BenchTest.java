package dev.weirpool.cli;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirpool.cli.bench.Bed;
import dev.weirpool.cli.bench.BenchRun;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.redis.Redis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The benchmark measures what it says, and leaves nothing behind; how fast it is no test can tell. */
@Timeout(180)
class BenchTest {

    private static final Set<String> FIGURED = Set.of(
            "apply-async", "send-async", "round-trip", "take", "queue-buffered", "memory", "depth-100", "idle-10");

    @Test
    void measuresEachContenderOnceARoundAndLeavesNothingBehind() throws Exception {
        var options = RedisOptions.embedded();
        try (var redis = options.open()) {
            var before = keys(redis);
            try (var bed = Bed.make(options, 2)) {
                var rows = BenchRun.rows(bed, Duration.ofMillis(20), Duration.ofMillis(100), List.of(100)).stream()
                        .filter(row -> FIGURED.contains(row.id()))
                        .toList();

                var report = new BenchRun(3, Duration.ZERO).run(Map.of("here", "now"), rows, row -> {});

                assertThat(report.figures()).extracting(figure -> figure.row()).contains("take", "memory", "depth-100");
                assertThat(report.figures())
                        .allSatisfy(figure -> assertThat(figure.samples())
                                .allSatisfy((contender, samples) ->
                                        assertThat(samples).hasSize(3).allMatch(sample -> sample > 0)));
                assertThat(report.table()).contains("here: now", "SharedQueue, take one at a time");
                assertThat(report.json()).contains("\"row\": \"round-trip\"", "\"unit\": \"p99 µs\"");
            }

            assertThat(keys(redis)).isEqualTo(before);
        }
    }

    /** Those that stay; that a shared queue was deleted is remembered for ten minutes, for a copy of that which comes late. */
    private static long keys(Redis redis) {
        return redis.call(connection -> ((List<?>) connection.call("KEYS", bytes("*bench-*")))
                .stream()
                        .filter(key -> connection.call("PTTL", (byte[]) key).equals(-1L))
                        .count());
    }
}
