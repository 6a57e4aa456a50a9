package dev.weirpool.queue.protocol;

import java.time.Duration;
import java.util.Arrays;

/**
 * How many durations fell into each of {@value #BUCKETS} buckets, four for each power of two of microseconds, up to about 38 hours.
 *
 * <p>A percentile that is read from it is off by an eighth at most. Immutable.
 */
public final class Histogram {

    public static final int BUCKETS = 144;

    private final long[] counts;

    Histogram(long[] counts) {
        this.counts = counts.clone();
    }

    /** Where a duration is counted. */
    public static int bucketOf(long micros) {
        if (micros < 4) {
            return (int) Math.max(0, micros);
        }
        var octave = 63 - Long.numberOfLeadingZeros(micros);
        return Math.min(BUCKETS - 1, 4 * (octave - 1) + (int) (micros >> (octave - 2) & 3));
    }

    /** The shortest duration in a bucket, in microseconds; of the one behind the last, what none is as long as. */
    public static long lowerBound(int bucket) {
        return bucket < 4 ? bucket : (4L + bucket % 4) << (bucket / 4 - 1);
    }

    /** How many durations were counted. */
    public long count() {
        return Arrays.stream(counts).sum();
    }

    /** How many durations fell into a bucket. */
    public long count(int bucket) {
        return counts[bucket];
    }

    /** What a part of the durations, for example 0.95 of them, was not longer than; zero if there are none. */
    public Duration percentile(double part) {
        var rank = Math.max(1, Math.ceil(part * count()));
        var before = 0L;
        for (var i = 0; i < BUCKETS; i++) {
            if (before + counts[i] >= rank) {
                var low = lowerBound(i);
                var within = (rank - before) / counts[i];
                return Duration.ofNanos(Math.round((low + within * (lowerBound(i + 1) - low)) * 1000));
            }
            before += counts[i];
        }
        return Duration.ZERO;
    }
}
