package dev.weirpool.cli.bench;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** How long one exchange takes when there is no other. */
public final class Latency implements Contender {

    private static final int LEAST = 200;

    private final Duration goal;
    private final Exchange exchange;

    /** One exchange, to its end. */
    public interface Exchange {
        void run() throws Exception;
    }

    /** @param goal how long to go on */
    public Latency(Duration goal, Exchange exchange) {
        this.goal = goal;
        this.exchange = exchange;
    }

    @Override
    public Map<String, Double> measure() throws Exception {
        var nanos = new long[100_000];
        var count = 0;
        var begin = System.nanoTime();
        while (count < nanos.length && (count < LEAST || System.nanoTime() - begin < goal.toNanos())) {
            var since = System.nanoTime();
            exchange.run();
            nanos[count++] = System.nanoTime() - since;
        }
        Arrays.sort(nanos, 0, count);
        var percentiles = new LinkedHashMap<String, Double>();
        percentiles.put("p50 µs", nanos[count / 2] / 1e3);
        percentiles.put("p99 µs", nanos[count * 99 / 100] / 1e3);
        return percentiles;
    }
}
