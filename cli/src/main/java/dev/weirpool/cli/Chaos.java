package dev.weirpool.cli;

import dev.weirpool.cli.chaos.ChaosOptions;
import dev.weirpool.cli.chaos.ChaosRun;
import dev.weirpool.cli.chaos.Report;
import dev.weirpool.cli.chaos.ScheduleChaosOptions;
import dev.weirpool.cli.chaos.ScheduleRun;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.signing.Keyring;
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
            names = "--schedules",
            description =
                    "Kill schedulers instead, while schedules fire and are edited; count what was missed or fired twice.")
    private boolean schedules;

    @Option(
            names = "--fires",
            paramLabel = "N",
            defaultValue = "10000",
            description = "With --schedules: how many planned times; ${DEFAULT-VALUE} by default.")
    private int fires;

    @Option(
            names = "--replicas",
            paramLabel = "R",
            defaultValue = "4",
            description = "With --schedules: how many schedulers side by side; ${DEFAULT-VALUE} by default.")
    private int replicas;

    @Option(
            names = "--every",
            paramLabel = "MS",
            description = "Time between two kills on average; 300 by default, 100 with --schedules.")
    private @Nullable Long every;

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
        OwnTasks.allow(ChaosRun.class.getPackageName());
        if (Keyring.fromEnvironment().isNone()) { // the queue is its own: nobody else need know the secret
            Keyring.ofThisProcess().adopt();
        }
        return schedules ? killSchedulers() : killWorkers();
    }

    private int killWorkers() throws InterruptedException {
        var options = new ChaosOptions(
                tasks,
                limit(),
                processes,
                launchers,
                producers,
                poison,
                Duration.ofMillis(every != null ? every : 300),
                drawn(),
                server());
        try (var run = ChaosRun.of(options)) {
            System.err.println("weirpool chaos: seed " + options.seed() + ", ledgers in " + run.directory());
            return show(run.run());
        }
    }

    private int killSchedulers() throws InterruptedException {
        var options = new ScheduleChaosOptions(
                fires, limit(), replicas, Duration.ofMillis(every != null ? every : 100), drawn(), server());
        try (var run = ScheduleRun.of(options)) {
            System.err.println("weirpool chaos: seed " + options.seed() + ", ledgers in " + run.directory());
            return show(run.run());
        }
    }

    private int show(Report report) {
        System.out.println(json ? report.json() : report.table());
        return report.isClean() ? ExitCode.DONE : ExitCode.FAULT;
    }

    private Duration limit() {
        return Duration.ofMillis((long) (minutes * 60_000));
    }

    private long drawn() {
        return seed != null ? seed : new Random().nextInt(Integer.MAX_VALUE);
    }

    private Optional<RedisOptions> server() {
        return redis.isGiven() ? Optional.of(redis.options()) : Optional.empty();
    }
}
