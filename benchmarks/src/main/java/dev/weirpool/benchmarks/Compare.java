package dev.weirpool.benchmarks;

import dev.weirpool.cli.bench.Bed;
import dev.weirpool.cli.bench.BenchRun;
import dev.weirpool.queue.RedisOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Measures all rows of {@code weirpool bench}, with plain Jedis and Python's pool and queues taking turns, and writes down every sample. */
final class Compare {

    private static final int PROCESSES = 2;
    private static final Duration GOAL = Duration.ofMillis(500);
    private static final Duration LONG_TASK = Duration.ofSeconds(10);
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final List<Integer> DEPTHS = List.of(1000, 10_000, 100_000, 1_000_000, 5_000_000);

    private Compare() {}

    /** Takes the Python to use, its script, the file for the samples, and how many rounds. */
    public static void main(String[] arguments) throws Exception {
        try (var bed = Bed.make(RedisOptions.fromEnvironment(), PROCESSES);
                var python = Python.start(arguments[0], Path.of(arguments[1]), PROCESSES, GOAL.toMillis() / 1000.0)) {
            var jedis = new JedisLists(bed, GOAL);
            var rows = BenchRun.rows(bed, GOAL, LONG_TASK, DEPTHS).stream()
                    .map(jedis::in)
                    .map(python::in)
                    .toList();
            var conditions = bed.conditions();
            conditions.put("Python", python.version());
            var report = new BenchRun(Integer.parseInt(arguments[3]), WARM_UP)
                    .run(conditions, rows, row -> System.err.println("measuring " + row.id() + ": " + row.title()));
            Files.writeString(Path.of(arguments[2]), report.json());
            System.out.println(report.table());
        }
        System.exit(0);
    }
}
