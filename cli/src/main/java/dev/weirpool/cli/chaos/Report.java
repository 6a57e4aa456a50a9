package dev.weirpool.cli.chaos;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a run went.
 *
 * @param numbers in the order they are shown, by their JSON names
 * @param leaks what was left behind
 */
public record Report(Map<String, Object> numbers, List<String> leaks) {

    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("seed", "seed"),
            Map.entry("redis_version", "Redis"),
            Map.entry("cores", "cores of this machine"),
            Map.entry("java", "Java"),
            Map.entry("seconds", "seconds under fire"),
            Map.entry("submitted", "tasks submitted"),
            Map.entry("completed", "completed"),
            Map.entry("poison_given_up", "poison, given up as it should be"),
            Map.entry("schedules", "schedules, each firing once a second"),
            Map.entry("fires", "planned times that were fired"),
            Map.entry("missed", "missed"),
            Map.entry("doubled", "fired twice"),
            Map.entry("unplanned", "fired without being planned"),
            Map.entry("late_p50_ms", "began after its planned time, p50 in ms"),
            Map.entry("late_p99_ms", "  p99 in ms"),
            Map.entry("late_max_ms", "  most in ms"),
            Map.entry("alone_fires", "of these, while only schedulers were killed"),
            Map.entry("alone_late_p50_ms", "  p50 in ms"),
            Map.entry("alone_late_p99_ms", "  p99 in ms"),
            Map.entry("alone_late_max_ms", "  most in ms"),
            Map.entry("lost", "lost"),
            Map.entry("completed_twice", "completed twice"),
            Map.entry("wrong", "ended otherwise than they should"),
            Map.entry("executed_twice", "executed twice or more"),
            Map.entry("further_executions", "executions beyond the first"),
            Map.entry("poison_most_executions", "most executions of a poisonous task"),
            Map.entry("stale_fences", "fences that did not grow"),
            Map.entry("unwitnessed", "results that the witness missed"),
            Map.entry("launchers_gave_up", "launchers that gave up"),
            Map.entry("kills", "kills, freezes and cuts in all"),
            Map.entry("undisturbed_recoveries", "workers killed, Redis and launchers being up"),
            Map.entry("undisturbed_recovery_p50_ms", "  until it was begun again, p50 in ms"),
            Map.entry("undisturbed_recovery_p99_ms", "  until it was begun again, p99 in ms"),
            Map.entry("disturbed_recoveries", "workers killed, Redis or a launcher struck too"),
            Map.entry("disturbed_recovery_p50_ms", "  until it was begun again, p50 in ms"),
            Map.entry("disturbed_recovery_p99_ms", "  until it was begun again, p99 in ms"),
            Map.entry("launcher_recoveries", "workers that died with their launcher"),
            Map.entry("launcher_recovery_p50_ms", "  until it was begun again, p50 in ms"),
            Map.entry("launcher_recovery_p99_ms", "  until it was begun again, p99 in ms"),
            Map.entry("tasks_per_second", "tasks per second"));

    public Report {
        numbers = new LinkedHashMap<>(numbers);
        leaks = List.copyOf(leaks);
    }

    /** Whether nothing was lost, missed, completed or fired twice, ended otherwise than it should or left behind. */
    public boolean isClean() {
        return number("lost") == 0
                && number("completed_twice") == 0
                && number("wrong") == 0
                && number("stale_fences") == 0
                && number("missed") == 0
                && number("doubled") == 0
                && number("unplanned") == 0
                && leaks.isEmpty();
    }

    private long number(String name) {
        return numbers.get(name) instanceof Number number ? number.longValue() : 0;
    }

    /** A line for each number. */
    public String table() {
        var lines = new ArrayList<String>();
        numbers.forEach((name, value) -> lines.add(String.format(Locale.ROOT, "%-46s %s", words(name), shown(value))));
        leaks.forEach(leak -> lines.add("left behind: " + leak));
        lines.add(
                isClean()
                        ? numbers.containsKey("fires")
                                ? "none was missed, none was fired twice"
                                : "nothing was lost, nothing was completed twice"
                        : "NOT CLEAN: see the lines above; please report it with the seed");
        return String.join("\n", lines);
    }

    private static String words(String name) {
        for (var kind : ScheduleRun.Kind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(name)) {
                return "  " + kind.words;
            }
        }
        for (var kind : Strike.Kind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(name)) {
                return "  " + kind.words;
            }
        }
        return WORDS.getOrDefault(name, name).stripTrailing();
    }

    private static String shown(Object value) {
        return value instanceof Double number ? String.format(Locale.ROOT, "%.1f", number) : value.toString();
    }

    /** One object on one line. */
    public String json() {
        var members = new ArrayList<String>();
        numbers.forEach((name, value) ->
                members.add(quoted(name) + ":" + (value instanceof Number ? shown(value) : quoted(value.toString()))));
        members.add("\"left_behind\":["
                + String.join(",", leaks.stream().map(Report::quoted).toList()) + "]");
        members.add("\"clean\":" + isClean());
        return "{" + String.join(",", members) + "}";
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
