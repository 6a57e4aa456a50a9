package dev.weirpool.queue.protocol;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * What happened on a queue in some time. All of it are sums, so that any number of launchers add theirs, and periods add up to longer
 * ones. Immutable.
 */
public final class Tally {

    /** What is summed up, besides the two histograms. */
    public enum Count {
        /** Tasks that ended well. */
        DONE,
        /** Attempts that threw and are followed by another. */
        RETRIED,
        /** Tasks that were given up. */
        DEAD,
        /** Those of them that were not read, because their signature was wrong. */
        REFUSED,
        /** Tasks that were cancelled. */
        CANCELLED,
        /** Worker processes that died at a task. */
        DIED,
        /** Time that tasks waited, in µs: from when they could have been run to their first attempt. */
        WAITED,
        /** Time that attempts took, in µs. */
        RAN,
        /** Time that workers were at a task, in ms. */
        BUSY,
        /** Time that workers were there, in ms. */
        PRESENT,
        /** The number of waiting tasks at each look, summed up. */
        DEPTHS,
        /** How often a launcher looked at the number of waiting tasks. */
        LOOKS;

        private final String field = name().toLowerCase(Locale.ROOT);
    }

    private static final int WAITS = Count.values().length;
    private static final int RUNS = WAITS + Histogram.BUCKETS;

    /** How many numbers there are. */
    public static final int SIZE = RUNS + Histogram.BUCKETS;

    public static final Tally NOTHING = new Tally(new long[SIZE]);

    private final long[] values;

    private Tally(long[] values) {
        this.values = values;
    }

    /** The tally of {@link #SIZE} numbers, in the order of the counts and then of the buckets of waits and runs. */
    public static Tally of(long[] values) {
        return new Tally(Arrays.copyOf(values, SIZE));
    }

    /** What Redis holds; what is not known here is left out. */
    static Tally of(Map<String, Long> fields) {
        var values = new long[SIZE];
        for (var i = 0; i < SIZE; i++) {
            values[i] = fields.getOrDefault(field(i), 0L);
        }
        return new Tally(values);
    }

    /** What is not zero, as Redis holds it. */
    Map<String, Long> fields() {
        var fields = new LinkedHashMap<String, Long>();
        for (var i = 0; i < SIZE; i++) {
            if (values[i] != 0) {
                fields.put(field(i), values[i]);
            }
        }
        return fields;
    }

    private static String field(int index) {
        if (index < WAITS) {
            return Count.values()[index].field;
        }
        return index < RUNS ? "w" + (index - WAITS) : "r" + (index - RUNS);
    }

    /** Where a wait is counted among the numbers. */
    public static int waitIndex(long micros) {
        return WAITS + Histogram.bucketOf(micros);
    }

    /** Where the duration of an attempt is counted among the numbers. */
    public static int runIndex(long micros) {
        return RUNS + Histogram.bucketOf(micros);
    }

    public long get(Count count) {
        return values[count.ordinal()];
    }

    /** How long tasks waited for their first attempt, from when they could have been run. */
    public Histogram waits() {
        return new Histogram(Arrays.copyOfRange(values, WAITS, RUNS));
    }

    /** How long attempts took. */
    public Histogram runs() {
        return new Histogram(Arrays.copyOfRange(values, RUNS, SIZE));
    }

    /** How many tasks waited, on average; 0 if nobody looked. */
    public double meanDepth() {
        return get(Count.LOOKS) == 0 ? 0 : (double) get(Count.DEPTHS) / get(Count.LOOKS);
    }

    public boolean isNothing() {
        return LongStream.of(values).allMatch(value -> value == 0);
    }

    public Tally plus(Tally other) {
        var sum = values.clone();
        for (var i = 0; i < SIZE; i++) {
            sum[i] += other.values[i];
        }
        return new Tally(sum);
    }

    public Tally minus(Tally other) {
        var difference = values.clone();
        for (var i = 0; i < SIZE; i++) {
            difference[i] -= other.values[i];
        }
        return new Tally(difference);
    }

    /** The same, with {@code amount} more of one count. */
    public Tally with(Count count, long amount) {
        var more = values.clone();
        more[count.ordinal()] += amount;
        return new Tally(more);
    }
}
