package dev.weirpool.cli;

import dev.weirpool.cli.output.Column;
import dev.weirpool.cli.output.Column.Bytes;
import dev.weirpool.cli.output.Format;
import dev.weirpool.cli.output.Plain;
import dev.weirpool.cli.output.Terminal;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.QueueState;
import dev.weirpool.queue.inspect.ServerState;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weirpool status}: all queues on one screen. */
@Command(
        name = "status",
        description = "All queues on one screen, those first that need somebody.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  weirpool status", "  weirpool status --watch", "  weirpool status -o json | jq .totals.dead"})
final class Status implements Callable<Integer> {
    private static final int LINES_BESIDES = 6;
    static final List<Column<ServerState>> SERVER = List.of(
            Column.of("version", ServerState::version),
            Column.of("used_memory", server -> new Bytes(server.usedMemory())),
            Column.of("max_memory", server -> new Bytes(server.maxMemory())),
            Column.of("up", server -> Duration.ofSeconds(server.number("uptime_in_seconds"))),
            Column.of("clients", server -> server.number("connected_clients")),
            Column.of("round_trip", ServerState::roundTrip));

    @Option(
            names = "--watch",
            paramLabel = "SECONDS",
            arity = "0..1",
            fallbackValue = "2",
            description = "Look again every so many seconds, until ended; ${FALLBACK-VALUE} if no number is given.")
    private @Nullable Double watch;

    @Mixin
    private RedisArgument redis;

    @Mixin
    private OutputArgument output;

    Status() {
        redis = new RedisArgument();
        output = new OutputArgument();
    }

    @Override
    public Integer call() throws InterruptedException {
        try (var operator = Operator.connect(redis.required())) {
            if (watch == null) {
                print(operator);
                return ExitCode.DONE;
            }
            if (!(watch >= 0.1 && watch <= 3600)) {
                throw new IllegalArgumentException("--watch must be from 0.1 to 3600 seconds, got " + watch);
            }
            while (true) {
                if (!output.format().isJson()) {
                    Screen.next();
                }
                print(operator);
                Thread.sleep((long) (watch * 1000));
            }
        }
    }

    private void print(Operator operator) {
        var queues = operator.queues(Main::say);
        var server = operator.server();
        if (output.format().isJson()) {
            var values = new LinkedHashMap<String, @Nullable Object>();
            values.put("address", operator.toString());
            values.put("redis", Format.values(SERVER, server));
            values.put("totals", totals(queues));
            values.put(
                    "queues",
                    queues.stream()
                            .map(queue -> Format.values(Views.QUEUE, queue))
                            .toList());
            output.format().value(System.out, values);
            return;
        }
        System.out.println("Redis " + Plain.of(server.version()) + " at " + Plain.line(operator.toString()) + ", "
                + Plain.of(new Bytes(server.usedMemory())) + " used, round trip " + millis(server.roundTrip()));
        System.out.println();
        if (queues.isEmpty()) {
            System.out.println("no queue yet: the first task that is sent makes one");
            return;
        }
        var room = Math.max(3, Terminal.lines() - LINES_BESIDES);
        var shown = queues.stream().sorted(urgency()).limit(room).toList();
        output.rows(Views.QUEUE, shown);
        System.out.println();
        var totals = totals(queues);
        System.out.println(totals.entrySet().stream()
                        .map(total -> Plain.of(total.getValue()) + " " + total.getKey())
                        .reduce((one, other) -> one + ", " + other)
                        .orElse("")
                + (shown.size() < queues.size()
                        ? "; " + (queues.size() - shown.size()) + " queues more: weirpool queue ls"
                        : ""));
    }

    private static String millis(Duration duration) {
        return String.format(java.util.Locale.ROOT, "%.1f ms", duration.toNanos() / 1e6);
    }

    private static Comparator<QueueState> urgency() {
        return Comparator.comparing(QueueState::isAbandoned)
                .reversed()
                .thenComparing(Comparator.comparingLong(QueueState::ready).reversed())
                .thenComparing(QueueState::name);
    }

    private static LinkedHashMap<String, Long> totals(List<QueueState> queues) {
        var totals = new LinkedHashMap<String, Long>();
        totals.put("ready", sum(queues, QueueState::ready));
        totals.put("delayed", sum(queues, QueueState::delayed));
        totals.put("running", sum(queues, QueueState::running));
        totals.put("dead", sum(queues, QueueState::dead));
        totals.put("workers", sum(queues, QueueState::workers));
        return totals;
    }

    private static long sum(List<QueueState> queues, ToLongFunction<QueueState> count) {
        return queues.stream().mapToLong(count).sum();
    }
}
