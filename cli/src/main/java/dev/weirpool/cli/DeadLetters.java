package dev.weirpool.cli;

import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.TaskState;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weirpool dead}: tasks that were given up. */
@Command(
        name = "dead",
        description = "Tasks that were given up: why, and run them again or delete them.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  weirpool dead ls --queue images",
            "  weirpool dead show 9f86d081884c7d659a2feaa0c55ad015   # every attempt, with stack and stderr",
            "  weirpool dead retry --all --queue images --yes"
        })
final class DeadLetters implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    DeadLetters() {
        spec = CommandSpec.create();
    }

    @Override
    public Integer call() {
        return Main.lacksSubcommand(spec);
    }

    @Command(description = "The latest first.", mixinStandardHelpOptions = true)
    int ls(
            @Mixin Tasks.QueueArgument queue,
            @Mixin Tasks.Part part,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output) {
        try (var operator = Operator.connect(redis.required())) {
            Tasks.print(part.of(queue.existing(operator), TaskState.DEAD, true), output);
            return ExitCode.DONE;
        }
    }

    @Command(
            description = "All that is known of one; the same as: weirpool task show.",
            mixinStandardHelpOptions = true)
    int show(
            @Parameters(paramLabel = "ID", description = "Its id.") String id,
            @Mixin Tasks.AnyQueueArgument queues,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output)
            throws InterruptedException {
        return new Tasks().show(id, false, queues, redis, output);
    }

    @Command(
            description = "Puts them back on their queue, or on another, with all their attempts before them.",
            mixinStandardHelpOptions = true)
    int retry(
            @Parameters(paramLabel = "ID", arity = "0..*", description = "Their ids.") @Nullable List<String> given,
            @Option(names = "--all", description = "All of a queue.") boolean all,
            @Mixin Queues.To to,
            @Mixin Confirmation confirmation,
            @Mixin Tasks.QueueArgument queue,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output) {
        var ids = requireOne(given, all);
        try (var operator = Operator.connect(redis.required())) {
            var dead = queue.existing(operator);
            if (all) {
                return to.requeueAll(dead, confirmation, output);
            }
            return Tasks.eachOf(ids, id -> {
                if (!to.requeue(dead, id)) {
                    throw new IllegalArgumentException(gone(id.toString(), dead.name()));
                }
                output.done(
                        "task " + id + " is back on queue " + to.name(dead),
                        Map.of("id", id.toString(), "queue", to.name(dead)));
            });
        }
    }

    @Command(description = "Deletes them for good.", mixinStandardHelpOptions = true)
    int delete(
            @Parameters(paramLabel = "ID", arity = "0..*", description = "Their ids.") @Nullable List<String> given,
            @Option(names = "--all", description = "All of a queue.") boolean all,
            @Mixin Confirmation confirmation,
            @Mixin Tasks.QueueArgument queue,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output) {
        var ids = requireOne(given, all);
        try (var operator = Operator.connect(redis.required())) {
            var dead = queue.existing(operator);
            var count = all ? dead.state().dead() : ids.size();
            if (!confirmation.isGiven(
                    "delete " + Queues.tasks(count, "dead") + " of queue " + dead.name() + " for good")) {
                return ExitCode.DECLINED;
            }
            if (all) {
                var deleted = dead.purge(TaskState.DEAD, so -> {});
                output.done(
                        "deleted " + Queues.tasks(deleted, "dead"), Map.of("queue", dead.name(), "deleted", deleted));
                return ExitCode.DONE;
            }
            return Tasks.eachOf(ids, id -> {
                if (!dead.deleteDead(id)) {
                    throw new IllegalArgumentException(gone(id.toString(), dead.name()));
                }
                output.done("task " + id + " is deleted", Map.of("id", id.toString()));
            });
        }
    }

    /** The ids that are given: none if all are meant. */
    private static List<String> requireOne(@Nullable List<String> ids, boolean all) {
        if ((ids == null) != all) {
            throw new IllegalArgumentException("name the tasks by their ids, or all of a queue with --all");
        }
        return ids == null ? List.of() : ids;
    }

    private static String gone(String id, String queue) {
        return "no such task: " + id + " is not among the dead of queue " + queue;
    }
}
