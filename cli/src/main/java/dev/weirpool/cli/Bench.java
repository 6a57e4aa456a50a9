package dev.weirpool.cli;

import dev.weirpool.cli.bench.Bed;
import dev.weirpool.cli.bench.BenchRun;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.signing.Keyring;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weirpool bench}: how fast it is here. */
@Command(
        name = "bench",
        description = {
            "Measures tasks and shared queues on this machine and a Redis, and beside each what plain lists of that Redis"
                    + " can do at most. What it puts into Redis it deletes.",
            "Without a Redis given it has one of its own."
        },
        mixinStandardHelpOptions = true)
final class Bench implements Callable<Integer> {

    /** No more than a Redis that others use can bear. */
    private static final List<Integer> DEPTHS = List.of(1000, 100_000);

    private static final Duration WARM_UP = Duration.ofSeconds(3);

    @Option(
            names = "--processes",
            paramLabel = "P",
            defaultValue = "2",
            description = "How many workers; ${DEFAULT-VALUE} by default.")
    private int processes;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often each is measured, in turn; ${DEFAULT-VALUE} by default.")
    private int rounds;

    @Option(
            names = "--millis",
            paramLabel = "MS",
            defaultValue = "400",
            description = "How long to measure each time; ${DEFAULT-VALUE} by default.")
    private int millis;

    @Option(names = "--row", paramLabel = "ID", description = "Measure these alone, by their names in the JSON.")
    private List<String> only = List.of();

    @Option(names = "--json", description = "Print all samples as JSON.")
    private boolean json;

    @Mixin
    private RedisArgument redis;

    Bench() {
        redis = new RedisArgument();
    }

    /** The queues are its own, so nobody else need know the secret. */
    private static RedisOptions signed(RedisOptions options) {
        return options.withKeyring(options.keyring().or(Keyring.ofThisProcess()));
    }

    @Override
    public Integer call() throws Exception {
        OwnTasks.allow(Bed.class.getPackageName());
        try (var bed = Bed.make(signed(redis.options()), processes)) {
            var cleaning = new Thread(bed::close, "weirpool-bench-clean");
            if (redis.isGiven()) { // the embedded one ends with us
                Runtime.getRuntime().addShutdownHook(cleaning);
            }
            var rows = BenchRun.rows(bed, Duration.ofMillis(millis), Duration.ofSeconds(2), DEPTHS).stream()
                    .filter(row -> only.isEmpty() || only.contains(row.id()))
                    .toList();
            if (rows.isEmpty()) {
                throw new IllegalArgumentException("nothing is called " + only);
            }
            var report = new BenchRun(rounds, WARM_UP)
                    .run(
                            bed.conditions(),
                            rows,
                            row -> System.err.println("measuring " + row.id() + ": " + row.title()));
            System.out.println(json ? report.json() : report.table());
            bed.close();
            Runtime.getRuntime().removeShutdownHook(cleaning);
        }
        return ExitCode.DONE;
    }
}
