package dev.weirpool.cli;

import dev.weirpool.cli.output.Column;
import dev.weirpool.cli.output.Column.Bytes;
import dev.weirpool.cli.output.Terminal;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.QueueState;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weirpool top}: how fast the queues drain, and what has run longest. */
@Command(
        name = "top",
        description = "How fast the queues drain and which tasks have run longest, again and again.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  weirpool top", "  weirpool top --times 1 -o json"})
final class Top implements Callable<Integer> {
    private static final int LINES_BESIDES = 5;

    static final List<Column<Drain>> DRAIN = List.of(
            Column.of("queue", drain -> drain.queue.name()),
            Column.of("ready", drain -> drain.queue.ready()),
            Column.of("running", drain -> drain.queue.running()),
            Column.of("workers", drain -> drain.queue.workers()),
            Column.of("begun_per_second", Drain::rate),
            Column.of("empty_in", Drain::emptyIn));

    static final List<Column<Run>> RUN = List.of(
            Column.of("running_for", Run::age),
            Column.of("task", Run::name),
            Column.of("id", Run::id),
            Column.of("queue", run -> run.staff.queue()),
            Column.of("host", run -> run.staff.launcher().host()),
            Column.of("pid", run -> "" + run.staff.worker().pid()),
            Column.of("memory", run -> new Bytes(run.staff.worker().memory())));

    @Option(names = "--every", paramLabel = "SECONDS", defaultValue = "2", description = "${DEFAULT-VALUE} by default.")
    private double every;

    @Option(
            names = "--times",
            paramLabel = "N",
            defaultValue = "0",
            description = "So often, then end; for ever by default.")
    private int times;

    @Mixin
    private RedisArgument redis;

    @Mixin
    private OutputArgument output;

    Top() {
        redis = new RedisArgument();
        output = new OutputArgument();
    }

    /** A queue, and how fast tasks are begun. */
    record Drain(QueueState queue, double rate) {

        Optional<Duration> emptyIn() {
            return queue.ready() == 0 || rate <= 0
                    ? Optional.empty()
                    : Optional.of(Duration.ofMillis((long) (1000 * queue.ready() / rate)));
        }
    }

    /** A task that runs. */
    record Run(Views.Staff staff, String id, String name, Duration age) {}

    @Override
    public Integer call() throws InterruptedException {
        if (!(every >= 0.1 && every <= 3600)) {
            throw new IllegalArgumentException("--every must be from 0.1 to 3600 seconds, got " + every);
        }
        try (var operator = Operator.connect(redis.required())) {
            var before = byName(operator.queues(Main::say));
            for (var i = 0; times == 0 || i < times; i++) {
                Thread.sleep((long) (every * 1000));
                var queues = operator.queues(Main::say);
                print(drains(queues, before), runs(operator, queues));
                before = byName(queues);
            }
            return ExitCode.DONE;
        }
    }

    private static Map<String, QueueState> byName(List<QueueState> queues) {
        var states = new HashMap<String, QueueState>();
        queues.forEach(queue -> states.put(queue.name(), queue));
        return states;
    }

    private static List<Drain> drains(List<QueueState> queues, Map<String, QueueState> before) {
        return queues.stream()
                .map(queue -> new Drain(queue, rate(before.get(queue.name()), queue)))
                .sorted(Comparator.comparingDouble(Drain::rate)
                        .reversed()
                        .thenComparing(Comparator.comparingLong((Drain drain) -> drain.queue.ready())
                                .reversed()))
                .toList();
    }

    private static double rate(@Nullable QueueState before, QueueState now) {
        if (before == null) {
            return 0;
        }
        var millis = Math.max(1, Duration.between(before.at(), now.at()).toMillis());
        return Math.max(0, 1000.0 * (now.claims() - before.claims()) / millis);
    }

    private static List<Run> runs(Operator operator, List<QueueState> queues) {
        return queues.stream()
                .filter(queue -> queue.running() > 0)
                .map(queue -> operator.queue(queue.name()))
                .flatMap(queue -> {
                    var names = new HashMap<String, String>();
                    queue.tasks(dev.weirpool.queue.inspect.TaskState.RUNNING, false, "", 500)
                            .tasks()
                            .forEach(task -> names.put(task.id().toString(), task.name()));
                    return Workers.of(queue).flatMap(staff -> run(staff, names).stream());
                })
                .sorted(Comparator.comparing(Run::age).reversed())
                .toList();
    }

    private static Optional<Run> run(Views.Staff staff, Map<String, String> names) {
        return staff.worker()
                .task()
                .flatMap(id -> staff.worker()
                        .since()
                        .map(since -> new Run(
                                staff,
                                id,
                                names.getOrDefault(id, ""),
                                Duration.between(since, staff.launcher().at()))));
    }

    private void print(List<Drain> drains, List<Run> runs) {
        if (output.format().isJson()) {
            output.format()
                    .value(
                            System.out,
                            Map.of(
                                    "queues",
                                    drains.stream()
                                            .map(drain -> dev.weirpool.cli.output.Format.values(DRAIN, drain))
                                            .toList(),
                                    "running",
                                    runs.stream()
                                            .map(run -> dev.weirpool.cli.output.Format.values(RUN, run))
                                            .toList()));
            return;
        }
        Screen.next();
        var room = Math.max(6, Terminal.lines() - LINES_BESIDES);
        output.rows(DRAIN, drains.stream().limit(room / 2).toList());
        System.out.println();
        output.rows(RUN, runs.stream().limit(room / 2).toList());
    }
}
