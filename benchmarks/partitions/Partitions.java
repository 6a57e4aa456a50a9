import dev.weirpool.pool.Pool;
import dev.weirpool.pool.PoolOptions;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.inspect.Operator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** What {@code benchmarks/partitions.sh} runs. */
public final class Partitions {
    private static final int WORKERS = 3;
    private static final List<Integer> COUNTS = List.of(1, 2, 3);
    private static final int TASKS = 100_000;

    private Partitions() {}

    public static int same(int number) {
        return number;
    }

    public static void main(String[] arguments) throws Exception {
        var rounds = Integer.parseInt(arguments[1]);
        var redis = RedisOptions.of(arguments[0]);
        var rates = new LinkedHashMap<Integer, List<Double>>();
        for (var round = 0; round < rounds; round++) {
            for (int count : COUNTS) { // each has its turn, since a machine changes more in a minute than they differ
                rates.computeIfAbsent(count, any -> new ArrayList<>()).add(rate(redis, count));
            }
        }
        System.out.println("processors " + Runtime.getRuntime().availableProcessors() + ", workers " + WORKERS + ", rounds "
                + rounds);
        System.out.println("| partitions | no-op tasks/s, each result collected | |\n|---|---|---|");
        rates.forEach((count, all) -> System.out.println(line(count, all, rates)));
    }

    private static String line(int count, List<Double> all, Map<Integer, List<Double>> rates) {
        return String.format(
                Locale.ROOT,
                "| %d | %,.0f <small>%,.0f–%,.0f</small> | ×%.2f |",
                count,
                median(all),
                all.stream().mapToDouble(rate -> rate).min().orElse(0),
                all.stream().mapToDouble(rate -> rate).max().orElse(0),
                median(all) / median(rates.get(1)));
    }

    private static double rate(RedisOptions redis, int count) throws Exception {
        var queue = "spread-over-" + count;
        try (var operator = Operator.connect(redis)) {
            operator.queue(queue).partition(count);
        }
        try (var pool = Pool.start(PoolOptions.of(WORKERS).withRedis(redis).withQueue(queue))) {
            run(pool, TASKS / 2); // compiled by then
            var began = System.nanoTime();
            run(pool, TASKS);
            var rate = TASKS / ((System.nanoTime() - began) / 1e9);
            pool.close();
            pool.join();
            return rate;
        }
    }

    private static void run(Pool pool, int tasks) throws Exception {
        var results = IntStream.range(0, tasks)
                .mapToObj(i -> pool.applyAsync(Partitions::same, i))
                .toList();
        for (var i = 0; i < tasks; i++) {
            if (results.get(i).get() != i) {
                throw new IllegalStateException("a wrong result");
            }
        }
    }

    private static double median(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
