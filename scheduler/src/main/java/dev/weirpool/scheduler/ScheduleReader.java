package dev.weirpool.scheduler;

import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.protocol.ScheduleBroker;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Turns the tree of a schedule file into scheduled tasks. */
final class ScheduleReader {

    private static final String DEFAULT_QUEUE = "default";
    private static final List<String> TIMES = List.of("cron", "every", "fixedDelay", "at");
    private static final List<String> KEYS = List.of(
            "task",
            "args",
            "cron",
            "every",
            "fixedDelay",
            "at",
            "zone",
            "start",
            "end",
            "excluding",
            "queue",
            "misfire",
            "noOverlap",
            "maxConcurrent",
            "options");
    private static final List<String> WEEKDAYS =
            Arrays.stream(DayOfWeek.values()).map(DayOfWeek::name).toList();
    private static final Pattern ALL = Pattern.compile("all\\((\\d{1,9})\\)");

    private final Problems problems;
    private final @Nullable ClassLoader loader;

    ScheduleReader(Problems problems, @Nullable ClassLoader loader) {
        this.problems = problems;
        this.loader = loader;
    }

    Map<String, List<ScheduledTask>> queues(Node root) {
        var queues = new LinkedHashMap<String, List<ScheduledTask>>();
        var file = YamlMapping.of(root, "the file", problems, List.of("schedules"));
        var schedules = file.values().get("schedules");
        if (schedules == null) {
            problems.add(root, "there is no key 'schedules'; for no schedules write 'schedules: {}'");
            return queues;
        }
        for (var named : YamlMapping.of(schedules, "'schedules'", problems).entries()) {
            var name = named.getKey();
            var entry = YamlMapping.of(named.getValue(), "schedule '" + Yaml.shortened(name) + "'", problems, KEYS);
            if (named.getValue() instanceof MappingNode) {
                var queue = entry.read("queue", ScheduleReader::queue).orElse(DEFAULT_QUEUE);
                scheduled(name, entry)
                        .ifPresent(task -> queues.computeIfAbsent(queue, key -> new ArrayList<>())
                                .add(task));
            }
        }
        return queues;
    }

    private Optional<ScheduledTask> scheduled(String name, YamlMapping entry) {
        var task = task(entry);
        var schedule = schedule(entry);
        var options = options(entry);
        if (task.isEmpty() || schedule.isEmpty()) {
            return Optional.empty();
        }
        return entry.attempt(entry.key(""), name, () -> new ScheduledTask(name, task.get(), schedule.get(), options));
    }

    private static String queue(String name) {
        new ScheduleBroker(name); // refuses what is no queue name
        return name;
    }

    // what runs

    private Optional<Task<Object>> task(YamlMapping entry) {
        if (!entry.has("task")) {
            problems.add(entry.key(""), "there is no key 'task'; name a method, as in com.acme.Reports::nightly");
            return Optional.empty();
        }
        var where = entry.values().get("task");
        var arguments = entry.values().get("args");
        var task = entry.read("task", name -> named(name, arguments));
        if (loader != null && where != null) {
            task.ifPresent(present -> TaskCheck.problem(present, names(arguments), loader)
                    .ifPresent(problem -> problems.add(where, problem)));
        }
        return task;
    }

    private Task<Object> named(String name, @Nullable Node arguments) {
        if (arguments == null) {
            return Task.named(name);
        }
        if (arguments instanceof SequenceNode list) {
            return Task.named(name, list.getValue().stream().map(this::argument).toArray());
        }
        if (arguments instanceof MappingNode) {
            var byName = new LinkedHashMap<String, @Nullable Object>();
            YamlMapping.of(arguments, "'args'", problems)
                    .values()
                    .forEach((parameter, value) -> byName.put(parameter, argument(value)));
            return Task.named(name, byName);
        }
        problems.add(
                arguments,
                "'args' must be a list, or a mapping by the names of parameters, got " + Yaml.kind(arguments));
        return Task.named(name);
    }

    /** A single value stays the text it is, because the parameter knows its type; null, lists and mappings are what YAML says. */
    private @Nullable Object argument(Node value) {
        if (value instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
            return scalar.getValue();
        }
        return Yaml.value(value);
    }

    private static List<String> names(@Nullable Node arguments) {
        return arguments instanceof MappingNode mapping
                ? mapping.getValue().stream()
                        .map(pair -> pair.getKeyNode() instanceof ScalarNode key ? key.getValue() : "")
                        .toList()
                : List.of();
    }

    // when it runs

    private Optional<Schedule> schedule(YamlMapping entry) {
        var given = TIMES.stream().filter(entry::has).toList();
        var zone = entry.read("zone", Schedule::zone);
        var start = entry.read("start", ScheduleReader::instant);
        var end = entry.read("end", ScheduleReader::instant);
        var daysOff = daysOff(entry);
        if (given.size() != 1) {
            problems.add(
                    given.isEmpty() ? entry.key("") : entry.key(given.get(1)),
                    given.isEmpty()
                            ? "nothing says when; give one of cron, every, fixedDelay and at"
                            : Words.list(given) + " cannot be given together; keep one");
            return Optional.empty();
        }
        var key = given.get(0);
        var unread = entry.has("zone") && zone.isEmpty()
                || entry.has("start") && start.isEmpty()
                || entry.has("end") && end.isEmpty();
        var times = entry.read(key, text -> times(key, text, zone.orElse(ZoneOffset.UTC)));
        if (times.isEmpty() || unread) {
            return Optional.empty();
        }
        return entry.attempt(
                entry.key(key),
                "'" + key + "'",
                () -> times.get().narrowed(zone.orElse(ZoneOffset.UTC), start.orElse(null), end.orElse(null), daysOff));
    }

    private static Schedule times(String key, String text, ZoneId zone) {
        return switch (key) {
            case "cron" -> Schedule.cron(text, zone);
            case "every" -> Schedule.every(duration(text));
            case "fixedDelay" -> Schedule.withFixedDelay(duration(text));
            default -> Schedule.at(instant(text));
        };
    }

    private DaysOff daysOff(YamlMapping entry) {
        var off = entry.mapping("excluding", List.of("weekdays", "dates", "ranges"));
        if (off.isEmpty()) {
            return DaysOff.NONE;
        }
        var weekdays = off.get().list("weekdays", ScheduleReader::weekday);
        var dates = off.get().list("dates", ScheduleReader::date);
        var ranges = off.get().list("ranges", ScheduleReader::range);
        return off.get()
                .attempt(entry.key("excluding"), "'excluding'", () -> new DaysOff(weekdays, dates, ranges))
                .orElse(DaysOff.NONE);
    }

    private static DayOfWeek weekday(String text) {
        var upper = text.toUpperCase(Locale.ROOT);
        return Arrays.stream(DayOfWeek.values())
                .filter(day ->
                        day.name().equals(upper) || day.name().substring(0, 3).equals(upper))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + Yaml.shortened(text) + "' is not a day of the week" + Suggestion.of(text, WEEKDAYS)));
    }

    private static MonthDay date(String text) {
        return parsed(text, "a date of every year", "12-25", date -> MonthDay.parse("--" + date));
    }

    private static DaysOff.Range range(String text) {
        var slash = text.indexOf('/');
        var first = slash < 0 ? text : text.substring(0, slash);
        var last = slash < 0 ? text : text.substring(slash + 1);
        return new DaysOff.Range(localDate(first), localDate(last));
    }

    private static LocalDate localDate(String text) {
        return parsed(text, "a date", "2026-12-24, or 2026-12-24/2027-01-02 for several", LocalDate::parse);
    }

    private static Instant instant(String text) {
        return parsed(
                text,
                "a moment",
                "2026-12-24T18:00:00Z or 2026-12-24T18:00:00+01:00",
                moment -> OffsetDateTime.parse(moment).toInstant());
    }

    private static <T> T parsed(String text, String what, String example, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "'" + Yaml.shortened(text) + "' is not " + what + "; write it like " + example, e);
        }
    }

    private static Duration duration(String text) {
        return DurationText.parse(text);
    }

    // how it runs

    private ScheduleOptions options(YamlMapping entry) {
        var options = ScheduleOptions.DEFAULT;
        options = entry.read("misfire", ScheduleReader::misfire)
                .map(options::withMisfire)
                .orElse(options);
        var alone = entry.read("noOverlap", ScheduleReader::bool).orElse(false);
        var atATime = entry.read("maxConcurrent", text -> ScheduleOptions.DEFAULT.withMaxConcurrent(integer(text)));
        if (alone && atATime.isPresent() && atATime.get().maxConcurrent() != 1) {
            problems.add(
                    entry.key("maxConcurrent"),
                    "noOverlap allows one at a time, maxConcurrent several; keep one of them");
        }
        var most = alone ? 1 : atATime.map(ScheduleOptions::maxConcurrent).orElse(0);
        options = most == 0 ? options : options.withMaxConcurrent(most);
        return options.withTask(taskOptions(entry));
    }

    private static Misfire misfire(String text) {
        var all = ALL.matcher(text);
        if (all.matches()) {
            return Misfire.all(Integer.parseInt(all.group(1)));
        }
        return switch (text) {
            case "skip" -> Misfire.SKIP;
            case "once" -> Misfire.ONCE;
            default ->
                throw new IllegalArgumentException("'" + Yaml.shortened(text) + "' is unknown"
                        + Suggestion.of(text, List.of("skip", "once", "all(100)")) + "; write skip, once or all(100)");
        };
    }

    private TaskOptions taskOptions(YamlMapping entry) {
        var given = entry.mapping("options", TaskOptionsReader.KEYS);
        return given.isEmpty() ? TaskOptions.DEFAULT : TaskOptionsReader.read(given.get());
    }

    static boolean bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("'" + Yaml.shortened(text) + "' is neither true nor false");
        };
    }

    static int integer(String text) {
        if (!text.matches("-?\\d{1,9}")) {
            throw new IllegalArgumentException("'" + Yaml.shortened(text) + "' is not a whole number");
        }
        return Integer.parseInt(text);
    }
}
