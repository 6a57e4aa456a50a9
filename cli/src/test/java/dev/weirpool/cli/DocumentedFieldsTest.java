package dev.weirpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.weirpool.cli.output.Column;
import dev.weirpool.cli.output.Format;
import dev.weirpool.cli.settings.Setting;
import dev.weirpool.cli.settings.Settings;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.inspect.LauncherState;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.TaskState;
import dev.weirpool.queue.inspect.WorkerState;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.scheduler.Schedule;
import dev.weirpool.scheduler.Scheduler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The JSON of the command has the fields, and the types, that the documents promise. */
final class DocumentedFieldsTest {
    private static final Path DOCUMENT = Path.of("../docs/operations.md");
    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\| (\\w+\\??) \\|.*");

    /** The fields of one table, with their types. */
    private static Map<String, String> documented(String table) throws IOException {
        var fields = new LinkedHashMap<String, String>();
        Files.readString(DOCUMENT)
                .lines()
                .dropWhile(line -> !line.equals("<!-- fields: " + table + " -->"))
                .skip(3)
                .takeWhile(line -> line.startsWith("|"))
                .forEach(line -> {
                    var row = ROW.matcher(line);
                    assertThat(row.matches()).as(line).isTrue();
                    fields.put(row.group(1), row.group(2));
                });
        return fields;
    }

    private static <T> void assertDocumented(String table, List<Column<T>> columns, T thing) throws IOException {
        var out = new ByteArrayOutputStream();
        Format.JSON.one(new PrintStream(out, true, StandardCharsets.UTF_8), columns, thing);
        var printed =
                JsonParser.parseString(out.toString(StandardCharsets.UTF_8)).getAsJsonObject();
        var documented = documented(table);

        assertThat(List.copyOf(printed.keySet())).as(table).isEqualTo(List.copyOf(documented.keySet()));
        documented.forEach((field, type) ->
                assertThat(type(printed, field, type)).as(table + "." + field).isEqualTo(type.replace("?", "")));
    }

    private static String type(JsonObject object, String field, String documented) {
        JsonElement value = object.get(field);
        if (value.isJsonNull()) {
            return documented.endsWith("?") ? documented.replace("?", "") : "null";
        }
        if (value.isJsonArray()) {
            return "list";
        }
        if (value.isJsonObject()) {
            return "object";
        }
        var primitive = value.getAsJsonPrimitive();
        return primitive.isNumber() ? "number" : primitive.isBoolean() ? "truth" : "text";
    }

    @Test
    void ofQueuesAndTasksAndTheServer() throws IOException {
        var name = "fields-" + UUID.randomUUID();
        try (var queue = TaskQueue.connect(RedisOptions.embedded(), name);
                var operator = Operator.connect(RedisOptions.embedded())) {
            queue.send(Task.named("a::b"));
            var state = operator.queue(name).state();

            assertDocumented("queue", Views.QUEUE, state);
            assertDocumented(
                    "task",
                    Views.TASK,
                    operator.queue(name)
                            .tasks(TaskState.READY, false, "", 1)
                            .tasks()
                            .get(0));
            assertDocumented("drain", Top.DRAIN, new Top.Drain(state, 1.5));
            try (var scheduler = Scheduler.connect(RedisOptions.embedded(), name)) {
                scheduler.schedule("nightly", Task.named("a::b"), Schedule.every(Duration.ofHours(1)));
                var status = scheduler.find("nightly").orElseThrow();
                assertDocumented("schedule", Schedules.PLANNED, new Schedules.Planned(name, status));
                scheduler.remove("nightly");
            }
            assertDocumented("redis", Status.SERVER, operator.server());
        } finally {
            try (var redis = RedisOptions.embedded().open()) {
                redis.use(connection -> new Broker(name).drop(connection, List.of()));
            }
        }
    }

    @Test
    void ofWorkersAndWhatTheyRun() throws IOException {
        var now = Instant.now();
        var worker = new WorkerState("h.1.a.1", 2, true, now, 1, 1, 1, Optional.of("ab"), Optional.of(now));
        var launcher = new LauncherState("h.1.a", "h", 1, "1", "17", now, now, 1, 1, 0, false, List.of(worker));
        var staff = new Views.Staff("q", launcher, worker);

        assertDocumented("worker", Views.WORKER, staff);
        assertDocumented("run", Top.RUN, new Top.Run(staff, "ab", "a::b", Duration.ofSeconds(1)));
    }

    @Test
    void ofAttemptsFindingsAndSettings() throws IOException {
        assertDocumented(
                "attempt",
                Tasks.ATTEMPT,
                new dev.weirpool.queue.Attempt(1, Instant.now(), "here", "broke", Map.of("stack", "at a.b")));
        assertDocumented(
                "finding", DoctorCommand.FINDING, new dev.weirpool.cli.doctor.Finding("check", "what", "remedy"));
        assertDocumented(
                "config", Config.LINE, new Config.Line(Setting.ALL.get(0), new Settings(Map.of(), new Properties())));
    }

    @Test
    void ofAllSettingsTheirNames() throws IOException {
        var document = Files.readString(DOCUMENT);

        for (var setting : Setting.ALL) {
            assertThat(document).contains("| `" + setting.key() + "` | `" + setting.variable() + "`");
        }
    }
}
