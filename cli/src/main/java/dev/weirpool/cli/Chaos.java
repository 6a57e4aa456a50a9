package dev.weirpool.cli;

import dev.weirpool.cli.chaos.ChaosOptions;
import dev.weirpool.cli.chaos.ChaosRun;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weirpool chaos}: a run under fire, and the count. */
@Command(
        name = "chaos",
        description = {
            "Sends tasks while workers, launchers, producers, connections and Redis are killed or frozen at random; then"
                    + " counts, by ledgers on the disk, what was lost or completed twice.",
            "Without a Redis given it has one of its own, and kills that, too. A given one is left alone, but for the"
                    + " run's own connections."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing was lost, completed twice, wrong or left behind",
            "1:something was; the ledgers are kept"
        },
        mixinStandardHelpOptions = true)
final class Chaos implements Callable<Integer> {

    @Option(
            names = "--tasks",
            paramLabel = "N",
            defaultValue = "10000",
            description = "How many; ${DEFAULT-VALUE} by default.")
    private int tasks;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            defaultValue = "2",
            description = "For how long at most, before what is left may come to its end; ${DEFAULT-VALUE} by default.")
    private double minutes;

    @Option(
            names = "--processes",
            paramLabel = "P",
            defaultValue = "2",
            description = "Workers of each launcher; ${DEFAULT-VALUE} by default.")
    private int processes;

    @Option(names = "--launchers", paramLabel = "L", defaultValue = "2", description = "${DEFAULT-VALUE} by default.")
    private int launchers;

    @Option(
            names = "--producers",
            paramLabel = "K",
            defaultValue = "2",
            description = "Of two or more, one may be killed; ${DEFAULT-VALUE} by default.")
    private int producers;

    @Option(
            names = "--poison",
            paramLabel = "N",
            defaultValue = "0",
            description = "How many of the tasks end their worker's process; ${DEFAULT-VALUE} by default.")
    private int poison;

    @Option(
            names = "--every",
            paramLabel = "MS",
            defaultValue = "300",
            description = "Time between two kills on average; ${DEFAULT-VALUE} by default.")
    private long every;

    @Option(names = "--seed", paramLabel = "S", description = "What the choice of kills depends on; random by default.")
    private @Nullable Long seed;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Mixin
    private RedisArgument redis;

    Chaos() {
        redis = new RedisArgument();
    }

    @Override
    public Integer call() throws InterruptedException {
        var options = new ChaosOptions(
                tasks,
                Duration.ofMillis((long) (minutes * 60_000)),
                processes,
                launchers,
                producers,
                poison,
                Duration.ofMillis(every),
                seed != null ? seed : new Random().nextInt(Integer.MAX_VALUE),
                redis.isGiven() ? Optional.of(redis.options()) : Optional.empty());
        try (var run = ChaosRun.of(options)) {
            System.err.println("weirpool chaos: seed " + options.seed() + ", ledgers in " + run.directory());
            var report = run.run();
            System.out.println(json ? report.json() : report.table());
            return report.isClean() ? ExitCode.DONE : ExitCode.FAULT;
        }
    }
}
