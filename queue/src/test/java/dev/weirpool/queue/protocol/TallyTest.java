package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TallyTest extends BrokerFixture {
    private final Statistics statistics = new Statistics(queue);
    private static final Instant NOW = Instant.parse("2026-11-23T10:59:59Z");

    @Test
    void addsUpOverMinutesTenMinutesHoursAndForEver() {
        statistics.add(redis, done(3), NOW.minus(Duration.ofMinutes(59)));
        statistics.add(redis, done(4), NOW.minus(Duration.ofMinutes(1)));
        statistics.add(redis, done(5), NOW);
        statistics.add(redis, done(6), NOW.plusSeconds(1));

        assertThat(doneIn(Period.MINUTE, 3, NOW.plusSeconds(1))).containsExactly(4, 5, 6);
        assertThat(doneIn(Period.TEN_MINUTES, 2, NOW.plusSeconds(1))).containsExactly(9, 6);
        assertThat(doneIn(Period.HOUR, 3, NOW.plusSeconds(1))).containsExactly(0, 12, 6);
        assertThat(statistics.total(redis).get(Tally.Count.DONE)).isEqualTo(18);
    }

    @Test
    void readsMoreThanAreReadAtATime() {
        statistics.add(redis, done(1), NOW);
        statistics.add(redis, done(2), NOW.minus(Duration.ofHours(700)));

        var hours = doneIn(Period.HOUR, 720, NOW);

        assertThat(hours).hasSize(720).endsWith(1L);
        assertThat(hours[19]).isEqualTo(2);
        assertThat(Arrays.stream(hours).sum()).isEqualTo(3);
    }

    @Test
    void looksHowManyTasksWait() {
        statistics.add(redis, done(1), NOW);
        push(6);
        statistics.add(redis, done(1), NOW);

        var minute = statistics
                .of(redis, Period.MINUTE, List.of(Period.MINUTE.start(NOW)))
                .get(0);

        assertThat(minute.meanDepth()).isEqualTo(3);
    }

    @Test
    void goesAwayByItselfAndWithItsQueue() {
        statistics.add(redis, done(1), Instant.now());

        assertThat(keys())
                .hasSize(4)
                .allSatisfy(
                        key -> assertThat((Long) redis.call("PTTL", bytes(key))).isPositive());

        broker.drop(redis, List.of());

        assertThat(keys()).isEmpty();
    }

    @Test
    void eachDurationIsInTheBucketThatBoundsIt() {
        for (var micros : LongStream.concat(LongStream.range(0, 5000), LongStream.of(86_400_000_000L))
                .toArray()) {
            var bucket = Histogram.bucketOf(micros);

            assertThat(micros).isBetween(Histogram.lowerBound(bucket), Histogram.lowerBound(bucket + 1) - 1);
        }
        assertThat(Histogram.bucketOf(Long.MAX_VALUE)).isEqualTo(Histogram.BUCKETS - 1);
        assertThat(Histogram.bucketOf(-1)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void percentilesAreNoFurtherOffThanAnEighth(long seed) {
        var random = new Random(seed);
        var micros = random.doubles(10_000)
                .mapToLong(part -> (long) Math.exp(part * 20))
                .sorted()
                .toArray();
        var values = new long[Tally.SIZE];
        LongStream.of(micros).forEach(each -> values[Tally.runIndex(each)]++);

        var runs = Tally.of(values).runs();

        for (var part : List.of(0.5, 0.9, 0.95, 0.99)) {
            var exact = micros[(int) Math.ceil(part * micros.length) - 1];
            assertThat(runs.percentile(part).toNanos() / 1000.0).isCloseTo(exact, within(exact / 8.0 + 1));
        }
    }

    @Test
    void nothingHasNoPercentiles() {
        assertThat(Tally.NOTHING.waits().percentile(0.5)).isZero();
        assertThat(Tally.NOTHING.meanDepth()).isZero();
    }

    private static Tally done(long count) {
        return Tally.NOTHING.with(Tally.Count.DONE, count);
    }

    private long[] doneIn(Period period, int count, Instant now) {
        return statistics.of(redis, period, period.last(count, now)).stream()
                .mapToLong(tally -> tally.get(Tally.Count.DONE))
                .toArray();
    }
}
