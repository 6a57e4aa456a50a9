package dev.weirpool.cli;

import dev.weirpool.cli.settings.Suggestion;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.inspect.OperatedQueue;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.TaskState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weirpool queue}: what the queues hold; pause, resume and empty them. */
@Command(
        name = "queue",
        description = "What the queues hold; pause, resume and empty them.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  weirpool queue ls",
            "  weirpool queue ls -o jsonl | jq -r 'select(.ready > 1000) | .queue'",
            "  weirpool queue pause images      # running tasks end, none begins",
            "  weirpool queue limit images --items 100000 --bytes 1000000000",
            "  weirpool queue purge images --state delayed --yes",
            "  weirpool queue requeue images --to images-large   # what was given up, on other workers"
        })
final class Queues implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    Queues() {
        spec = CommandSpec.create();
    }

    @Override
    public Integer call() {
        return Main.lacksSubcommand(spec);
    }

    @Command(description = "All queues.", mixinStandardHelpOptions = true)
    int ls(@Mixin RedisArgument redis, @Mixin OutputArgument output) {
        try (var operator = Operator.connect(redis.required())) {
            output.rows(Views.QUEUE, operator.queues(Main::say));
            return ExitCode.DONE;
        }
    }

    @Command(description = "One queue.", mixinStandardHelpOptions = true)
    int show(@Mixin Named queue) {
        return queue.with(open -> {
            queue.output.one(Views.QUEUE, open.state());
            return ExitCode.DONE;
        });
    }

    @Command(description = "Lets no worker begin a task; what runs is finished.", mixinStandardHelpOptions = true)
    int pause(@Mixin Named queue) {
        return queue.with(open -> {
            open.pause();
            return queue.isDone("queue " + open.name() + " is paused", Map.of());
        });
    }

    @Command(description = "Ends a pause.", mixinStandardHelpOptions = true)
    int resume(@Mixin Named queue) {
        return queue.with(open -> {
            open.resume();
            return queue.isDone("queue " + open.name() + " goes on", Map.of());
        });
    }

    @Command(
            description = {
                "How much may wait on it, ready or delayed. While so much does, who sends a task waits, or is refused, as he wishes.",
                "A limit replaces the one before; without an option this ends it."
            },
            mixinStandardHelpOptions = true)
    int limit(
            @Mixin Named queue,
            @Option(
                            names = "--items",
                            defaultValue = "0",
                            description = "The most tasks; 0, the default, for any number.")
                    long items,
            @Option(
                            names = "--bytes",
                            defaultValue = "0",
                            description = "The most bytes, which one task may exceed; 0, the default, for any number.")
                    long bytes) {
        return queue.with(open -> {
            open.limit(items, bytes);
            return queue.isDone(
                    items + bytes == 0
                            ? "queue " + open.name() + " has no limit"
                            : "queue " + open.name() + " takes no more while " + limit(items, bytes) + " wait",
                    Map.of("max_waiting", items, "max_waiting_bytes", bytes));
        });
    }

    @Command(
            description = {
                "Spreads it over so many partitions, in a cluster on as many masters as there are; 1 for one list as at first.",
                "Drain its workers before, and start them again afterwards; open it anew where tasks are sent."
            },
            mixinStandardHelpOptions = true)
    int partition(
            @Parameters(paramLabel = "QUEUE", description = "Its name; it need not exist.") String name,
            @Parameters(paramLabel = "COUNT", description = "How many, from 1 to 64.") int count,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output) {
        try (var operator = Operator.connect(redis.required())) {
            operator.queue(name).partition(count);
            output.done(
                    "queue " + name + " has " + count + (count == 1 ? " partition" : " partitions"),
                    Map.of("queue", name, "partitions", count));
            return ExitCode.DONE;
        }
    }

    private static String limit(long items, long bytes) {
        return (items > 0 ? String.format(java.util.Locale.ROOT, "%,d tasks", items) : "")
                + (items > 0 && bytes > 0 ? " or " : "")
                + (bytes > 0 ? String.format(java.util.Locale.ROOT, "%,d bytes", bytes) : "");
    }

    @Command(
            description = {
                "Deletes the tasks that wait, for good. Clients that await one are told that it was cancelled.",
                "Tasks that run are not touched; see: weirpool task kill."
            },
            mixinStandardHelpOptions = true)
    int purge(
            @Mixin Named queue,
            @Option(
                            names = "--state",
                            defaultValue = "ready",
                            description = "Which: ready, delayed or dead; ${DEFAULT-VALUE} by default.")
                    TaskState state,
            @Mixin Confirmation confirmation) {
        if (state == TaskState.RUNNING) {
            throw new IllegalArgumentException(
                    "tasks that run cannot be purged; kill them with: weirpool task kill ID");
        }
        return queue.with(open -> {
            var count = count(open, state);
            if (count > 0
                    && !confirmation.isGiven(
                            "delete " + tasks(count, Views.lower(state)) + " of queue " + open.name() + " for good")) {
                return ExitCode.DECLINED;
            }
            var deleted = open.purge(state, so -> {});
            return queue.isDone("deleted " + tasks(deleted, Views.lower(state)), Map.of("deleted", deleted));
        });
    }

    @Command(
            description =
                    "Puts all tasks that were given up back on the queue, or on another, with all their attempts before them.",
            mixinStandardHelpOptions = true)
    int requeue(@Mixin Named queue, @Mixin To to, @Mixin Confirmation confirmation) {
        return queue.with(open -> to.requeueAll(open, confirmation, queue.output));
    }

    /** The queue that a command is about, the Redis that it is on, and how to say what was done. */
    static final class Named {
        @Parameters(paramLabel = "QUEUE", description = "Its name.")
        private String name;

        @Mixin
        private RedisArgument redis;

        @Mixin
        private OutputArgument output;

        Named() {
            name = "";
            redis = new RedisArgument();
            output = new OutputArgument();
        }

        /** Does {@code work} with the queue, which has to exist; returns the exit code. */
        int with(ToIntFunction<OperatedQueue> work) {
            try (var operator = Operator.connect(redis.required())) {
                return work.applyAsInt(existing(operator, name));
            }
        }

        int isDone(String words, Map<String, Object> more) {
            var fields = new LinkedHashMap<String, Object>(Map.of("queue", name));
            fields.putAll(more);
            output.done(words, fields);
            return ExitCode.DONE;
        }
    }

    /** Where tasks that were given up are to be run again. */
    static final class To {
        @Option(
                names = "--to",
                paramLabel = "QUEUE",
                description = "Another queue to put them on; their own by default.")
        private @Nullable String to;

        String name(OperatedQueue from) {
            return to == null ? from.name() : to;
        }

        /** False if that task is not among the dead. */
        boolean requeue(OperatedQueue from, TaskId id) {
            return to == null ? from.requeueDead(id) : from.moveDead(id, to);
        }

        int requeueAll(OperatedQueue from, Confirmation confirmation, OutputArgument output) {
            var count = from.state().dead();
            var where = to == null ? "again" : "on queue " + to;
            if (count > 0
                    && !confirmation.isGiven(
                            "run " + tasks(count, "dead") + " of queue " + from.name() + " " + where)) {
                return ExitCode.DECLINED;
            }
            var done = to == null ? from.requeueDead(so -> {}) : from.moveDead(to, so -> {});
            output.done(
                    "put " + tasks(done, "dead") + (to == null ? " back" : "") + " on queue " + name(from),
                    Map.of("queue", name(from), "requeued", done));
            return ExitCode.DONE;
        }
    }

    private static long count(OperatedQueue queue, TaskState state) {
        var counts = queue.state();
        return switch (state) {
            case READY -> counts.ready();
            case DELAYED -> counts.delayed();
            case DEAD -> counts.dead();
            case RUNNING -> counts.running();
        };
    }

    static String tasks(long count, String kind) {
        return String.format(java.util.Locale.ROOT, "%,d %s %s", count, kind, count == 1 ? "task" : "tasks");
    }

    /**
     * The queue of that name.
     *
     * @throws IllegalArgumentException if there is nothing of it
     */
    static OperatedQueue existing(Operator operator, String name) {
        var queue = operator.queue(name);
        if (!queue.state().exists()) {
            var hint = Suggestion.among(operator.queueNames(), name)
                    .map(near -> "did you mean '" + near + "'?")
                    .orElse("see: weirpool queue ls");
            throw new IllegalArgumentException("no such queue: '" + name + "'; " + hint);
        }
        return queue;
    }
}
