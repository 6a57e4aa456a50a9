package dev.weirpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.redis.ServerFixture;
import dev.weirpool.scheduler.Schedule;
import dev.weirpool.scheduler.Scheduler;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What holds for every command there is: its JSON, and what it sends to a terminal, or does not. */
@Timeout(180)
final class EveryCommandTest extends ServerFixture {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String ESCAPE = "\u001b";

    private Launcher launcher;

    EveryCommandTest() {
        super("images", "--appendonly", "yes");
    }

    @BeforeEach
    void startAWorker() {
        launcher = closing(Launcher.start(LauncherOptions.of(1, server.options(), name)));
    }

    @AfterEach
    void dropTheQueue() throws Exception {
        launcher.close();
        queue.close();
        try (var redis = server.options().open()) {
            redis.use(connection -> new Broker(name).drop(connection, List.of()));
        }
    }

    /** The arguments of every command that can print JSON, in an order in which each has something to do. */
    private Map<String, List<String>> calls() {
        var dead = Stream.generate(this::bury).limit(5).map(TaskId::toString).toList();
        var later = TaskOptions.DEFAULT.withDelay(Duration.ofHours(1));
        var waiting = queue.send(Task.named("a::b"), later).toString();
        try (var scheduler = Scheduler.connect(server.options(), "images")) {
            scheduler.schedule("nightly", Task.named("a::b"), Schedule.every(Duration.ofHours(1)));
        }
        var pid = "" + launcher.pids().iterator().next();
        await().atMost(LIMIT).until(() -> json("worker", "ls").toString().contains("\"" + pid + "\""));
        var worker = json("worker", "ls").getAsJsonArray().get(0).getAsJsonObject();
        var calls = new LinkedHashMap<String, List<String>>();
        calls.put("status", List.of());
        calls.put("top", List.of("--times", "1", "--every", "0.1"));
        calls.put("queue ls", List.of());
        calls.put("queue show", List.of("images"));
        calls.put("queue limit", List.of("images", "--items", "1000"));
        calls.put("queue partition", List.of("letters", "2"));
        calls.put("queue pause", List.of("images"));
        calls.put("task ls", List.of("--queue", "images", "--state", "delayed"));
        calls.put("task show", List.of(waiting));
        calls.put("task cancel", List.of(waiting));
        calls.put("task kill", List.of(waiting, "--yes"));
        calls.put("task retry", List.of(dead.get(0)));
        calls.put("dead ls", List.of("--queue", "images"));
        calls.put("dead show", List.of(dead.get(1)));
        calls.put("dead retry", List.of(dead.get(2), "--queue", "images"));
        calls.put("dead delete", List.of(dead.get(3), "--queue", "images", "--yes"));
        calls.put("schedule ls", List.of());
        calls.put("schedule next", List.of("nightly", "--queue", "images"));
        calls.put("schedule explain", List.of("nightly", "--queue", "images"));
        calls.put("schedule run", List.of("nightly", "--queue", "images"));
        calls.put("schedule pause", List.of("nightly", "--queue", "images"));
        calls.put("schedule resume", List.of("nightly", "--queue", "images"));
        calls.put("schedule rm", List.of("nightly", "--queue", "images", "--yes"));
        calls.put("worker ls", List.of());
        calls.put("submit", List.of("a::b", "--queue", "images"));
        calls.put("queue requeue", List.of("images", "--yes"));
        calls.put("queue purge", List.of("images", "--yes"));
        calls.put("queue resume", List.of("images"));
        calls.put("worker drain", List.of(worker.get("launcher").getAsString(), "--yes"));
        calls.put("doctor", List.of());
        calls.put("config", List.of());
        return calls;
    }

    @Test
    void printsJsonWithDocumentedFieldsWhereverItCan() throws Exception {
        var calls = calls();
        assertThat(calls.keySet())
                .as("every command that knows --output")
                .containsExactlyInAnyOrderElementsOf(commands(spec -> spec.findOption("--output") != null));
        var manual = Files.readString(Path.of("../docs/operations.md"), UTF_8);
        var unknown = new TreeSet<String>();
        calls.forEach((command, arguments) -> {
            var said = run(command, arguments, "-o", "json");
            assertThat(said.exitCode()).as("%s: %s", command, said.err()).isIn(ExitCode.DONE, ExitCode.FOUND);
            fields(JsonParser.parseString(said.out())).stream()
                    .filter(field -> !manual.contains("`" + field + "`") && !manual.contains("\"" + field + "\""))
                    .forEach(field -> unknown.add(command + ": " + field));
        });
        assertThat(unknown).as("fields that the manual does not know").isEmpty();
    }

    @Test
    void sendsNoControlCharactersWhereThereIsNoTerminal() {
        calls().forEach((command, arguments) -> {
            var said = run(command, arguments);
            assertThat(said.out() + said.err()).as(command).isNotEmpty().doesNotContain(ESCAPE);
        });
        for (var command : commands(spec -> true)) {
            var said = Said.of((command + " --help").split(" ", -1));
            assertThat(said.out()).as(command).contains("Usage: ").doesNotContain(ESCAPE);
            assertThat(Said.of((command + " --no-such-option").split(" ", -1)).err())
                    .as(command)
                    .contains("see weirpool " + command + " --help")
                    .doesNotContain(ESCAPE);
        }
    }

    @Test
    void usesNoColourOnATerminalWhereNobodyWantsIt() throws Exception {
        var script = Path.of("/usr/bin/script");
        assumeTrue(Files.isExecutable(script), "no " + script + ", which makes a terminal");

        assertThat(onATerminal(script, Map.of("TERM", "xterm"), "--help")).contains(ESCAPE + "[", "Usage: ");
        assertThat(onATerminal(script, Map.of("TERM", "xterm", "NO_COLOR", "1"), "--help"))
                .contains("Usage: ")
                .doesNotContain(ESCAPE);
        assertThat(onATerminal(script, Map.of("TERM", "xterm", "NO_COLOR", "1"), "queue", "--no-such-option"))
                .contains("--no-such-option")
                .doesNotContain(ESCAPE);
    }

    private String onATerminal(Path script, Map<String, String> environment, String... arguments) throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var line = java + " -Dweirpool.stdout.terminal=true -Dweirpool.stderr.terminal=true -cp '"
                + System.getProperty("java.class.path") + "' " + Main.class.getName() + " "
                + String.join(" ", arguments);
        return Ran.of(directory, environment, script.toString(), "-qc", line, "/dev/null")
                .out();
    }

    @Test
    void endsWithTheCodeOfWhatWentWrong() {
        assertThat(Main.codeOf(new IllegalStateException("a fault"))).isEqualTo(1);
        assertThat(Main.codeOf(new IllegalArgumentException("wrong"))).isEqualTo(2);
        assertThat(Main.codeOf(new RedisUnavailableException("away", new IOException())))
                .isEqualTo(3);
        assertThat(Said.of("status", "--redis", "redis://127.0.0.1:1").exitCode())
                .isEqualTo(3);
        var failed = run("submit", List.of(EveryCommandTest.class.getName() + "::fail", "--queue", "images"), "--wait");
        assertThat(failed.exitCode()).as(failed.err()).isEqualTo(5);
        queue.pause();
        queue.send(Task.named("a::b"));
        assertThat(run("doctor", List.of()).exitCode()).isEqualTo(6);
    }

    /** Those that do something, by name, of which {@code wanted} is true. */
    private static List<String> commands(Predicate<CommandSpec> wanted) {
        var found = new ArrayList<String>();
        collect("", Main.commandLine(new Main()), wanted, found);
        return found;
    }

    private static void collect(String prefix, CommandLine line, Predicate<CommandSpec> wanted, List<String> found) {
        line.getSubcommands().forEach((name, below) -> {
            if (below.getCommandSpec().usageMessage().hidden()) {
                return;
            }
            if (wanted.test(below.getCommandSpec())) {
                found.add(prefix + name);
            }
            collect(prefix + name + " ", below, wanted, found);
        });
    }

    /** The names in JSON, but for those that tasks themselves give. */
    private static Set<String> fields(JsonElement json) {
        var names = new TreeSet<String>();
        if (json.isJsonArray()) {
            json.getAsJsonArray().forEach(each -> names.addAll(fields(each)));
        } else if (json.isJsonObject()) {
            json.getAsJsonObject().entrySet().forEach(entry -> {
                names.add(entry.getKey());
                if (!List.of("headers", "details").contains(entry.getKey())) {
                    names.addAll(fields(entry.getValue()));
                }
            });
        }
        return names;
    }

    private JsonElement json(String... command) {
        return JsonParser.parseString(
                run(String.join(" ", command), List.of(), "-o", "json").out());
    }

    private Said run(String command, List<String> arguments, String... more) {
        var all = new ArrayList<>(List.of(command.split(" ", -1)));
        all.addAll(arguments);
        all.addAll(List.of(more));
        if (!command.equals("config")) {
            all.addAll(List.of("--redis", server.options().toString()));
        }
        return Said.of(all.toArray(String[]::new));
    }

    private TaskId bury() {
        var before = queue.deadLetters().size();
        var id = queue.send(Task.of(EveryCommandTest::fail));
        await().atMost(LIMIT).until(() -> queue.deadLetters().size() > before);
        return id;
    }

    static void fail() {
        throw new IllegalStateException("out of ink");
    }
}
