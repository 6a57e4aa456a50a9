package dev.weirpool.cli.bench;

import java.time.Duration;
import java.util.Map;

/** How much of something gets done in a second; how often it is done in one go is found out first. */
public final class Rate implements Contender {

    private static final int LEAST = 1000;
    private static final int MOST = 2_000_000;

    private final String unit;
    private final Duration goal;
    private final Work preparation;
    private final Work work;
    private int count;

    /** Something that can be done any number of times. */
    public interface Work {
        void run(int count) throws Exception;
    }

    /** @param goal how long one go should take */
    public Rate(String unit, Duration goal, Work work) {
        this(unit, goal, count -> {}, work);
    }

    /** @param preparation what has to be there for the work, and does not count */
    public Rate(String unit, Duration goal, Work preparation, Work work) {
        this.unit = unit;
        this.goal = goal;
        this.preparation = preparation;
        this.work = work;
    }

    @Override
    public Map<String, Double> measure() throws Exception {
        if (count == 0) {
            count = suitable();
        }
        var done = count;
        var nanos = nanos(done);
        count = Math.max(count, suitable(done, nanos)); // it gets faster as it warms up, if it is given enough to do
        return Map.of(unit, done * 1e9 / nanos);
    }

    private int suitable() throws Exception {
        for (var tried = LEAST; ; tried *= 4) {
            var nanos = nanos(tried);
            if (nanos > goal.toNanos() / 4 || tried > MOST / 4) {
                return suitable(tried, nanos);
            }
        }
    }

    private int suitable(int done, long nanos) {
        return (int) Math.min(MOST, Math.max(LEAST, done * goal.toNanos() / nanos));
    }

    private long nanos(int count) throws Exception {
        preparation.run(count);
        var since = System.nanoTime();
        work.run(count);
        return System.nanoTime() - since;
    }
}
