package dev.weirpool.scheduler;

import dev.weirpool.queue.Backoff;
import dev.weirpool.queue.TaskOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;

/** Reads the options of a scheduled task from a file. */
final class TaskOptionsReader {

    /** No delay, time or unique key: the schedule says when a task starts, and how many run. */
    static final List<String> KEYS = List.of(
            "attempts",
            "atMostOnce",
            "retryOn",
            "backoff",
            "softTimeLimit",
            "timeLimit",
            "priority",
            "keepResult",
            "headers");

    private static final List<String> BACKOFF = List.of("first", "factor", "cap", "jitter");

    private final YamlMapping given;
    private TaskOptions options = TaskOptions.DEFAULT;

    private TaskOptionsReader(YamlMapping given) {
        this.given = given;
    }

    static TaskOptions read(YamlMapping given) {
        return new TaskOptionsReader(given).read();
    }

    private TaskOptions read() {
        set("attempts", text -> options.withAttempts(ScheduleReader.integer(text)));
        set("atMostOnce", text -> ScheduleReader.bool(text) ? options.withAtMostOnce() : options);
        set("softTimeLimit", text -> options.withSoftTimeLimit(DurationText.parse(text)));
        set("timeLimit", text -> options.withTimeLimit(DurationText.parse(text)));
        set("priority", text -> options.withPriority(ScheduleReader.integer(text)));
        set("keepResult", text -> options.withKeepResult(DurationText.parse(text)));
        if (given.has("retryOn")) {
            var types = given.list("retryOn", type -> type);
            given.attempt(given.key("retryOn"), "'retryOn'", () -> options.withRetryOn(types))
                    .ifPresent(changed -> options = changed);
        }
        given.mapping("backoff", BACKOFF).ifPresent(this::backoff);
        given.mapping("headers").ifPresent(this::headers);
        return options;
    }

    private void set(String key, Function<String, TaskOptions> with) {
        given.read(key, with).ifPresent(changed -> options = changed);
    }

    private void backoff(YamlMapping backoff) {
        var usual = Backoff.DEFAULT;
        var first = backoff.read("first", DurationText::parse).orElse(usual.first());
        var factor = backoff.read("factor", Double::valueOf).orElse(usual.factor());
        var cap = backoff.read("cap", DurationText::parse).orElse(usual.cap());
        var jitter = backoff.read("jitter", Double::valueOf).orElse(usual.jitter());
        given.attempt(
                        given.key("backoff"),
                        "'backoff'",
                        () -> options.withBackoff(new Backoff(first, factor, cap, jitter)))
                .ifPresent(changed -> options = changed);
    }

    private void headers(YamlMapping headers) {
        var texts = new LinkedHashMap<String, String>();
        headers.values().keySet().forEach(name -> headers.read(name, text -> texts.put(name, text)));
        given.attempt(given.key("headers"), "'headers'", () -> options.withHeaders(texts))
                .ifPresent(changed -> options = changed);
    }
}
