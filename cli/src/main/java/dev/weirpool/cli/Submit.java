package dev.weirpool.cli;

import dev.weirpool.cli.output.Plain;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.inspect.Ending;
import dev.weirpool.queue.inspect.Operator;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weirpool submit}: one task, named by text. */
@Command(
        name = "submit",
        description = {
            "Puts a task on a queue and prints its id.",
            "Arguments are text, turned into numbers, paths, enums, durations and the like as the method asks for. With names,"
                    + " name=value, all must have one, and the class be compiled with -parameters."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it is on the queue; with --wait: it has ended well", "5:with --wait: it has not ended well"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  weirpool submit com.acme.Tasks::checksum /data/a.iso --wait",
            "  weirpool submit com.acme.Mail::send to=ops subject=hello --at 2030-01-01T09:00",
            "  weirpool submit com.acme.Tasks::clean --in PT10M --priority 2"
        })
final class Submit implements Callable<Integer> {
    private static final Pattern NAMED = Pattern.compile("([A-Za-z_$][A-Za-z0-9_$]*)=(.*)", Pattern.DOTALL);
    private static final Duration RESULT_LIFE = Duration.ofHours(1);
    private static final Duration FIRST_LOOK = Duration.ofMillis(10);
    private static final Duration LONGEST_LOOK = Duration.ofMillis(500);

    @Parameters(index = "0", paramLabel = "CLASS::METHOD", description = "For example com.acme.Tasks::checksum.")
    private String name = "";

    @Parameters(index = "1..*", paramLabel = "ARG", description = "Its arguments, as values or as name=value.")
    private List<String> arguments = List.of();

    @Option(names = "--wait", description = "Wait until it has ended, and print what it returned.")
    private boolean wait;

    @Option(
            names = "--at",
            paramLabel = "MOMENT",
            description = "Not before: 2030-01-01T09:00 by the local clock, or with Z or an offset.")
    private @Nullable String at;

    @Option(names = "--in", paramLabel = "DURATION", description = "Not before so long: PT90S, PT2H, P1D.")
    private @Nullable Duration delay;

    @Option(
            names = "--priority",
            paramLabel = "0..3",
            defaultValue = "0",
            description = "0 is served first; ${DEFAULT-VALUE} by default.")
    private int priority;

    @Option(
            names = "--attempts",
            paramLabel = "N",
            defaultValue = "3",
            description = "Begun so often at most; ${DEFAULT-VALUE} by default.")
    private int attempts;

    @Option(names = "--time-limit", paramLabel = "DURATION", description = "Its process is killed after that.")
    private @Nullable Duration timeLimit;

    @Option(names = "--literal", description = "Take name=value for a value.")
    private boolean literal;

    @Mixin
    private Tasks.QueueArgument queue;

    @Mixin
    private RedisArgument redis;

    @Mixin
    private OutputArgument output;

    Submit() {
        queue = new Tasks.QueueArgument();
        redis = new RedisArgument();
        output = new OutputArgument();
    }

    @Override
    public Integer call() throws InterruptedException {
        var server = redis.required();
        var task = task(name, arguments, literal);
        var options = options();
        TaskId id;
        try (var tasks = TaskQueue.connect(server, queue.name())) {
            id = tasks.send(task, options);
        }
        if (!wait) {
            var values = new LinkedHashMap<String, Object>();
            values.put("id", id.toString());
            values.put("queue", queue.name());
            output.done(id.toString(), values);
            return ExitCode.DONE;
        }
        try (var operator = Operator.connect(server)) {
            return report(id, await(operator, id));
        }
    }

    /** A task named by text; its arguments have names if all of them are of that form. */
    static Task<Object> task(String name, List<String> arguments, boolean literal) {
        var isNamed = !literal
                && !arguments.isEmpty()
                && arguments.stream()
                        .allMatch(argument -> NAMED.matcher(argument).matches());
        if (!isNamed) {
            return Task.named(name, arguments.toArray());
        }
        var named = new LinkedHashMap<String, String>();
        for (var argument : arguments) {
            var parts = argument.split("=", 2);
            if (named.put(parts[0], parts[1]) != null) {
                throw new IllegalArgumentException("argument " + parts[0] + " is given twice");
            }
        }
        return Task.named(name, named);
    }

    private TaskOptions options() {
        if (at != null && delay != null) {
            throw new IllegalArgumentException("--at and --in cannot both be given");
        }
        var options = TaskOptions.DEFAULT.withPriority(priority).withAttempts(attempts);
        if (at != null) {
            options = options.withAt(moment(at));
        }
        if (delay != null) {
            options = options.withDelay(delay);
        }
        if (timeLimit != null) {
            options = options.withTimeLimit(timeLimit);
        }
        return wait ? options.withKeepResult(RESULT_LIFE) : options;
    }

    private static Instant moment(String text) {
        try {
            return text.matches(".*(Z|[+-]\\d\\d:\\d\\d)$")
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "not a moment: '" + text + "'; write 2030-01-01T09:00, or 2030-01-01T09:00:00Z", e);
        }
    }

    private Ending await(Operator operator, TaskId id) throws InterruptedException {
        var place = operator.queue(queue.name());
        for (var pause = FIRST_LOOK; ; pause = pause.multipliedBy(2)) {
            var ending = place.ending(id);
            if (ending.isPresent()) {
                return ending.get();
            }
            Thread.sleep(Math.min(pause.toMillis(), LONGEST_LOOK.toMillis()));
            if (pause.compareTo(LONGEST_LOOK) > 0) {
                pause = LONGEST_LOOK;
            }
        }
    }

    private int report(TaskId id, Ending ending) {
        var isGood = ending.kind() == Ending.Kind.RETURNED;
        if (output.format().isJson()) {
            var values = new LinkedHashMap<String, Object>();
            values.put("id", id.toString());
            values.put("queue", queue.name());
            values.put("outcome", Views.lower(ending.kind()));
            values.put("text", ending.text());
            output.format().value(System.out, values);
        } else if (isGood) {
            System.out.println(Plain.lines(ending.text()));
        } else {
            System.err.println("weirpool: task " + id + " " + Views.lower(ending.kind())
                    + (ending.text().isEmpty()
                            ? ""
                            : ": " + Plain.lines(ending.text()).stripTrailing()));
        }
        return isGood ? ExitCode.DONE : ExitCode.SOME_FAILED;
    }
}
