package dev.weirpool.cli;

import dev.weirpool.cli.output.Column;
import dev.weirpool.cli.output.Format;
import dev.weirpool.cli.output.Plain;
import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.inspect.Ending;
import dev.weirpool.queue.inspect.OperatedQueue;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.Search;
import dev.weirpool.queue.inspect.TaskDetail;
import dev.weirpool.queue.inspect.TaskPage;
import dev.weirpool.queue.inspect.TaskState;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weirpool task}: look for tasks, and end them. */
@Command(
        name = "task",
        description = "Lists tasks, shows all that is known of one, ends it.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  weirpool task ls --queue images --state running",
            "  weirpool task show 9f86d081884c7d659a2feaa0c55ad015 --follow",
            "  weirpool task kill 9f86d081884c7d659a2feaa0c55ad015 --yes"
        })
final class Tasks implements Callable<Integer> {
    private static final long LOOKED_AT = 200_000;
    private static final Duration LOOK = Duration.ofMillis(500);

    static final List<Column<Attempt>> ATTEMPT = List.of(
            Column.of("number", Attempt::number),
            Column.of("ended_at", Attempt::endedAt),
            Column.of("where", Attempt::where),
            Column.of("outcome", Attempt::outcome),
            Column.wide("details", Attempt::details));

    @Spec
    private CommandSpec spec;

    Tasks() {
        spec = CommandSpec.create();
    }

    @Override
    public Integer call() {
        return Main.lacksSubcommand(spec);
    }

    /** Which part of which tasks to list. */
    static final class Part {
        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "20",
                description = "At most so many, up to 500; ${DEFAULT-VALUE} by default.")
        private int limit;

        @Option(
                names = "--cursor",
                paramLabel = "C",
                defaultValue = "",
                description = "Go on where the list before told to.")
        private String cursor = "";

        TaskPage of(OperatedQueue queue, TaskState state, boolean backwards) {
            return queue.tasks(state, backwards, cursor, limit);
        }
    }

    @Command(description = "Tasks of a queue, those first that come first.", mixinStandardHelpOptions = true)
    int ls(
            @Mixin QueueArgument queue,
            @Option(
                            names = "--state",
                            defaultValue = "ready",
                            description = "Which: ready, delayed, running or dead; ${DEFAULT-VALUE} by default.")
                    TaskState state,
            @Option(names = "--last", description = "From the other end.") boolean last,
            @Mixin Part part,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output) {
        try (var operator = Operator.connect(redis.required())) {
            print(part.of(queue.existing(operator), state, last), output);
            return ExitCode.DONE;
        }
    }

    static void print(TaskPage page, OutputArgument output) {
        if (output.format() == Format.JSON) {
            var values = new LinkedHashMap<String, @Nullable Object>();
            values.put("total", page.total());
            values.put("next", page.next());
            values.put(
                    "tasks",
                    page.tasks().stream()
                            .map(task -> Format.values(Views.TASK, task))
                            .toList());
            Format.JSON.value(System.out, values);
            return;
        }
        output.rows(Views.TASK, page.tasks());
        var rest = page.next().map(cursor -> "; go on with --cursor " + cursor).orElse("");
        output.note(
                page.tasks().size() + " of " + Queues.tasks(page.total(), "").replace("  ", " ") + rest);
    }

    @Command(description = "All that is known of a task, wherever it is.", mixinStandardHelpOptions = true)
    int show(
            @Parameters(paramLabel = "ID", description = "Its id, 32 hexadecimal digits.") String id,
            @Option(names = "--follow", description = "Go on until it has ended, and tell what becomes of it.")
                    boolean follow,
            @Mixin AnyQueueArgument queues,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output)
            throws InterruptedException {
        try (var operator = Operator.connect(redis.required())) {
            var task = TaskId.parse(id);
            var place = find(operator, queues, task);
            print(place, task, output);
            return follow ? follow(place, task, output) : ExitCode.DONE;
        }
    }

    /** A task, and the queue that it was found on. */
    record Place(OperatedQueue queue, Search found) {}

    /**
     * Looks on all queues that may be meant.
     *
     * @throws IllegalArgumentException if it is on none
     */
    static Place find(Operator operator, AnyQueueArgument queues, TaskId id) {
        var unsearched = Optional.<String>empty();
        for (var name : queues.names(operator)) {
            var queue = operator.queue(name);
            var found = queue.find(id, LOOKED_AT);
            if (found instanceof Search.Found || found instanceof Search.Ended) {
                return new Place(queue, found);
            }
            if (found instanceof Search.GaveUp gaveUp) {
                unsearched =
                        Optional.of("no task " + id + " among the " + gaveUp.looked() + " that were looked at of the "
                                + gaveUp.total() + " on queue " + name + "; it may be among the others");
            }
        }
        throw new IllegalArgumentException(
                unsearched.orElse("no such task: " + id + " has ended, was deleted, or never was"));
    }

    private static void print(Place place, TaskId id, OutputArgument output) {
        var values = new LinkedHashMap<String, @Nullable Object>();
        values.put("queue", place.queue.name());
        values.put("id", id.toString());
        if (place.found instanceof Search.Found found) {
            values.putAll(Format.values(Views.TASK, found.task().task()));
            values.putAll(details(found.task()));
        } else if (place.found instanceof Search.Ended ended) {
            values.put("state", "ended");
            values.put("outcome", Views.lower(ended.ending().kind()));
            values.put("result", ended.ending().text());
            values.put("attempts", values(ended.attempts()));
        }
        if (output.format().isJson()) {
            output.format().value(System.out, values);
            return;
        }
        values.remove("attempts");
        values.forEach((name, value) -> System.out.println(String.format("%-16s", name.replace('_', ' '))
                + Plain.of(value instanceof Map<?, ?> map ? map.toString() : value)));
        attempts(place.found).forEach(Tasks::print);
    }

    private static List<Attempt> attempts(Search found) {
        if (found instanceof Search.Found task) {
            return task.task().attempts();
        }
        return found instanceof Search.Ended ended ? ended.attempts() : List.of();
    }

    private static List<?> values(List<Attempt> attempts) {
        return attempts.stream().map(attempt -> Format.values(ATTEMPT, attempt)).toList();
    }

    private static Map<String, @Nullable Object> details(TaskDetail task) {
        var options = task.options();
        var values = new LinkedHashMap<String, @Nullable Object>();
        values.put("arguments", task.argumentsPreview());
        values.put("headers", task.headers());
        values.put("time_limit", options.timeLimit());
        values.put("soft_time_limit", options.softTimeLimit());
        values.put("unique_key", options.uniqueKey());
        values.put("keep_result", options.keepResult());
        values.put("attempts", values(task.attempts()));
        return values;
    }

    private static void print(Attempt attempt) {
        System.out.println();
        System.out.println("attempt " + attempt.number() + ", " + Plain.of(attempt.endedAt()) + ", "
                + Plain.line(attempt.where()) + ": " + Plain.line(attempt.outcome()));
        attempt.details().forEach((name, text) -> {
            System.out.println("  " + Plain.line(name) + ":");
            Plain.lines(text).lines().forEach(line -> System.out.println("    " + line));
        });
    }

    private static int follow(Place place, TaskId id, OutputArgument output) throws InterruptedException {
        var last = text(place.found);
        var current = place.found;
        while (current instanceof Search.Found found) {
            if (found.task().task().state() == TaskState.DEAD) {
                return ExitCode.SOME_FAILED;
            }
            Thread.sleep(LOOK.toMillis());
            current = place.queue.find(id, LOOKED_AT);
            var text = text(current);
            if (!text.equals(last)) {
                output.done(text, Map.of("state", text));
                last = text;
            }
        }
        return current instanceof Search.Ended ended && ended.ending().kind() == Ending.Kind.THREW
                ? ExitCode.SOME_FAILED
                : ExitCode.DONE;
    }

    private static String text(Search found) {
        if (found instanceof Search.Found task) {
            var summary = task.task().task();
            return Views.lower(summary.state()) + ", attempt " + summary.attempt()
                    + summary.worker()
                            .map(worker -> ", on " + Plain.line(worker))
                            .orElse("")
                    + summary.progress()
                            .map(progress -> ", " + Plain.line(progress.toString()))
                            .orElse("");
        }
        if (found instanceof Search.Ended ended) {
            var first = ended.ending().text().lines().findFirst().orElse("");
            return "ended, " + Views.lower(ended.ending().kind()) + " " + Plain.line(first);
        }
        return "ended";
    }

    @Command(description = "Has tasks not run that wait; those that run may end.", mixinStandardHelpOptions = true)
    int cancel(
            @Parameters(paramLabel = "ID", arity = "1..*", description = "Their ids.") List<String> ids,
            @Mixin AnyQueueArgument queues,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output) {
        try (var operator = Operator.connect(redis.required())) {
            return eachOf(ids, id -> {
                find(operator, queues, id).queue.cancel(id);
                output.done("task " + id + " will not run if it has not begun", Map.of("id", id.toString()));
            });
        }
    }

    @Command(
            description = {
                "Ends tasks: those that wait do not run; those that run are interrupted, and after 2 s their process is ended.",
                "It takes about a tenth of a second until a worker hears of it."
            },
            mixinStandardHelpOptions = true)
    int kill(
            @Parameters(paramLabel = "ID", arity = "1..*", description = "Their ids.") List<String> ids,
            @Mixin Confirmation confirmation,
            @Mixin AnyQueueArgument queues,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output) {
        try (var operator = Operator.connect(redis.required())) {
            if (!confirmation.isGiven("end " + Queues.tasks(ids.size(), "").replace("  ", " "))) {
                return ExitCode.DECLINED;
            }
            return eachOf(ids, id -> {
                find(operator, queues, id).queue.kill(id);
                output.done("task " + id + " is being ended", Map.of("id", id.toString()));
            });
        }
    }

    @Command(description = "Puts tasks that were given up back on their queue.", mixinStandardHelpOptions = true)
    int retry(
            @Parameters(paramLabel = "ID", arity = "1..*", description = "Their ids.") List<String> ids,
            @Mixin AnyQueueArgument queues,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output) {
        try (var operator = Operator.connect(redis.required())) {
            return eachOf(ids, id -> retry(operator, queues, id, output));
        }
    }

    static void retry(Operator operator, AnyQueueArgument queues, TaskId id, OutputArgument output) {
        var queue = deadOn(operator, queues, id, queue1 -> queue1.requeueDead(id));
        output.done("task " + id + " is back on queue " + queue, Map.of("id", id.toString(), "queue", queue));
    }

    /** Does {@code deed} on the first queue on which the task lies dead; returns its name. */
    static String deadOn(
            Operator operator, AnyQueueArgument queues, TaskId id, java.util.function.Predicate<OperatedQueue> deed) {
        return queues.names(operator).stream()
                .filter(name -> deed.test(operator.queue(name)))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("no such task: " + id + " is not among those that were given up"));
    }

    /** Does something for each; what cannot be done is named, and the rest is done. */
    static int eachOf(List<String> ids, java.util.function.Consumer<TaskId> deed) {
        var tasks = ids.stream().map(TaskId::parse).toList();
        if (tasks.size() == 1) {
            deed.accept(tasks.get(0));
            return ExitCode.DONE;
        }
        var failed = 0;
        for (var task : tasks) {
            try {
                deed.accept(task);
            } catch (IllegalArgumentException e) {
                System.err.println("weirpool: " + e.getMessage());
                failed++;
            }
        }
        return failed == 0 ? ExitCode.DONE : ExitCode.SOME_FAILED;
    }

    /** The option that names the one queue that is meant. */
    static final class QueueArgument {
        @Option(
                names = "--queue",
                paramLabel = "Q",
                defaultValue = "default",
                description = "The queue; ${DEFAULT-VALUE} by default.")
        private String queue = "default";

        OperatedQueue existing(Operator operator) {
            return Queues.existing(operator, queue);
        }

        String name() {
            return queue;
        }
    }

    /** The option that names the queue that is meant, or none. */
    static final class AnyQueueArgument {
        @Option(names = "--queue", paramLabel = "Q", description = "The queue; all by default.")
        private @Nullable String queue;

        List<String> names(Operator operator) {
            return queue == null ? operator.queueNames() : Stream.of(queue).toList();
        }
    }
}
