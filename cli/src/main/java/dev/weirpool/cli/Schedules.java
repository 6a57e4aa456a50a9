package dev.weirpool.cli;

import dev.weirpool.cli.output.Column;
import dev.weirpool.cli.output.Plain;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.redis.ForeignDataException;
import dev.weirpool.scheduler.ScheduleStatus;
import dev.weirpool.scheduler.Scheduler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weirpool schedule}: what is planned; fire, pause and remove it. */
@Command(
        name = "schedule",
        description =
                "What is planned; fire, pause and remove it. See also: weirpool scheduler, which does the firing.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  weirpool schedule ls",
            "  weirpool schedule next nightly --queue images --count 5",
            "  weirpool schedule run nightly --queue images"
        })
final class Schedules implements Callable<Integer> {

    static final List<Column<Planned>> PLANNED = List.of(
            Column.of("schedule", planned -> planned.status.name()),
            Column.of("queue", Planned::queue),
            Column.of("task", planned -> planned.status.task()),
            Column.of("times", planned -> planned.status.schedule().description()),
            Column.of("next", planned -> planned.status.next()),
            Column.of("state", planned -> planned.status.isPaused() ? "paused" : ""),
            Column.of("fired", planned -> planned.status.fired()),
            Column.of("skipped", planned -> planned.status.skipped()),
            Column.of("missed", planned -> planned.status.missed()),
            Column.wide("misfire", planned -> planned.status.misfire().toString()),
            Column.wide("max_concurrent", planned -> planned.status.maxConcurrent()),
            Column.wide("source", planned -> planned.status.source()));

    @Spec
    private CommandSpec spec;

    Schedules() {
        spec = CommandSpec.create();
    }

    /** A schedule of a queue. */
    record Planned(String queue, ScheduleStatus status) {}

    @Override
    public Integer call() {
        return Main.lacksSubcommand(spec);
    }

    @Command(description = "All schedules.", mixinStandardHelpOptions = true)
    int ls(@Mixin Tasks.AnyQueueArgument queues, @Mixin RedisArgument redis, @Mixin OutputArgument output) {
        var server = redis.required();
        List<String> names;
        try (var operator = Operator.connect(server)) {
            names = queues.names(operator);
        }
        var planned = new ArrayList<Planned>();
        for (var name : names) {
            try (var scheduler = Scheduler.connect(server, name)) {
                scheduler.list().forEach(status -> planned.add(new Planned(name, status)));
            } catch (ForeignDataException e) {
                if (names.size() == 1) {
                    throw e;
                }
                Main.say("the schedules of queue " + name + " cannot be looked at: " + e.getMessage());
            }
        }
        output.rows(PLANNED, planned);
        return ExitCode.DONE;
    }

    @Command(description = "When a schedule fires next.", mixinStandardHelpOptions = true)
    int next(
            @Parameters(paramLabel = "NAME", description = "Its name.") String name,
            @Option(
                            names = "--count",
                            paramLabel = "N",
                            defaultValue = "10",
                            description = "So many times; ${DEFAULT-VALUE} by default.")
                    int count,
            @Mixin Tasks.QueueArgument queue,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output) {
        try (var scheduler = Scheduler.connect(redis.required(), queue.name())) {
            var fires = scheduler.nextFires(name, count);
            if (output.format().isJson()) {
                output.format().value(System.out, fires);
            } else {
                fires.forEach(fire -> System.out.println(Plain.of(fire)));
            }
            return ExitCode.DONE;
        }
    }

    @Command(description = "A schedule in words, and what has become of it.", mixinStandardHelpOptions = true)
    int explain(
            @Parameters(paramLabel = "NAME", description = "Its name.") String name,
            @Mixin Tasks.QueueArgument queue,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output) {
        try (var scheduler = Scheduler.connect(redis.required(), queue.name())) {
            scheduler.nextFires(name, 1); // says what is wrong if there is none of that name
            scheduler.find(name).ifPresent(status -> output.one(PLANNED, new Planned(queue.name(), status)));
            return ExitCode.DONE;
        }
    }

    @Command(
            description = "Puts the task of a schedule on the queue now; its planned times stay as they are.",
            mixinStandardHelpOptions = true)
    int run(
            @Parameters(paramLabel = "NAME", description = "Its name.") String name,
            @Mixin Tasks.QueueArgument queue,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output) {
        try (var scheduler = Scheduler.connect(redis.required(), queue.name())) {
            var id = scheduler.triggerNow(name);
            var values = new LinkedHashMap<String, Object>();
            values.put("schedule", name);
            values.put("id", id.map(Object::toString));
            output.done(
                    id.map(Object::toString).orElse("nothing was put: as many of its tasks as may run already"),
                    values);
            return id.isPresent() ? ExitCode.DONE : ExitCode.SOME_FAILED;
        }
    }

    @Command(description = "Has it fire no more until it is resumed.", mixinStandardHelpOptions = true)
    int pause(
            @Parameters(paramLabel = "NAME", description = "Its name.") String name,
            @Mixin Tasks.QueueArgument queue,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output) {
        return change(name, " is paused", scheduler -> scheduler.pause(name), queue, redis, output);
    }

    @Command(description = "Ends a pause; the times that have passed are passed over.", mixinStandardHelpOptions = true)
    int resume(
            @Parameters(paramLabel = "NAME", description = "Its name.") String name,
            @Mixin Tasks.QueueArgument queue,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output) {
        return change(name, " goes on", scheduler -> scheduler.resume(name), queue, redis, output);
    }

    @Command(description = "Removes it; tasks that are on the queue stay.", mixinStandardHelpOptions = true)
    int rm(
            @Parameters(paramLabel = "NAME", description = "Its name.") String name,
            @Mixin Confirmation confirmation,
            @Mixin Tasks.QueueArgument queue,
            @Mixin RedisArgument redis,
            @Mixin OutputArgument output) {
        if (!confirmation.isGiven("remove 1 schedule, " + Plain.line(name) + " of queue " + queue.name())) {
            return ExitCode.DECLINED;
        }
        return change(name, " is removed", scheduler -> scheduler.remove(name), queue, redis, output);
    }

    private static int change(
            String name,
            String what,
            Consumer<Scheduler> change,
            Tasks.QueueArgument queue,
            RedisArgument redis,
            OutputArgument output) {
        try (var scheduler = Scheduler.connect(redis.required(), queue.name())) {
            change.accept(scheduler);
            output.done("schedule " + name + what, Map.of("schedule", name, "queue", queue.name()));
            return ExitCode.DONE;
        }
    }
}
