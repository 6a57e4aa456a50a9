package dev.weirpool.metrics;

import dev.weirpool.queue.protocol.Histogram;
import dev.weirpool.queue.protocol.Tally;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Durations that workers have counted, as Prometheus wants them: in buckets of a power of two of microseconds each.
 *
 * @param queue where the tasks come from
 * @param total the sum of the durations, in µs
 */
record DurationHistogram(
        String name,
        String help,
        String queue,
        Supplier<Tally> work,
        Tally.Count total,
        Function<Tally, Histogram> part)
        implements Collector {

    /** Shorter ones are one bucket, and so are longer ones: 256 µs, 9.5 h. */
    private static final int FIRST_EXPONENT = 8;

    private static final int LAST_EXPONENT = 35;

    @Override
    public MetricSnapshot collect() {
        var tally = work.get();
        var counted = part.apply(tally);
        var bounds = new ArrayList<Double>();
        var counts = new ArrayList<Long>();
        var bucket = 0;
        for (var exponent = FIRST_EXPONENT; exponent <= LAST_EXPONENT; exponent++) {
            var bound = 1L << exponent;
            var count = 0L;
            for (; Histogram.lowerBound(bucket) < bound; bucket++) {
                count += counted.count(bucket);
            }
            bounds.add(bound / 1e6);
            counts.add(count);
        }
        var rest = 0L;
        for (; bucket < Histogram.BUCKETS; bucket++) {
            rest += counted.count(bucket);
        }
        bounds.add(Double.POSITIVE_INFINITY);
        counts.add(rest);
        return HistogramSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(HistogramDataPointSnapshot.builder()
                        .labels(Labels.of("queue", queue))
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts))
                        .sum(tally.get(total) / 1e6)
                        .build())
                .build();
    }
}
