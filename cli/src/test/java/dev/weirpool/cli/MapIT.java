package dev.weirpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code map} and {@code submit --wait}, with real workers. */
@Tag("slow")
@Timeout(120)
final class MapIT {
    private static final Path WEIRPOOL = Path.of("target/weirpool/bin/weirpool").toAbsolutePath();
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String TASK = MapIT.class.getName() + "::";

    @TempDir
    private Path directory;

    private final String queue = "map-" + UUID.randomUUID();
    private final Redis server = RedisOptions.embedded().open();
    private final Launcher launcher = Launcher.start(LauncherOptions.of(2, RedisOptions.embedded(), queue));

    @AfterEach
    void end() {
        launcher.close();
        server.close();
    }

    static String twice(int number) {
        if (number == 13) {
            throw new IllegalArgumentException("no thirteen, please");
        }
        return "twice " + 2 * number;
    }

    static void hang(String line) throws InterruptedException {
        if (!line.equals("1")) {
            Thread.sleep(600_000);
        }
    }

    private Said run(String input, String command, String task, String... more) {
        return Said.with(
                input,
                java.util.stream.Stream.concat(
                                java.util.stream.Stream.of(
                                        command,
                                        TASK + task,
                                        "--queue",
                                        queue,
                                        "--redis",
                                        server.uri().toString()),
                                java.util.stream.Stream.of(more))
                        .toArray(String[]::new));
    }

    @Test
    void printsResultsInOrderAndNamesTheItemsThatFail() {
        var input = IntStream.range(0, 300).mapToObj(i -> i + "\n").collect(Collectors.joining());

        var said = run(input, "map", "twice", "--ahead", "50");

        assertThat(said.exitCode()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(said.out().lines())
                .containsExactlyElementsOf(IntStream.range(0, 300)
                        .filter(i -> i != 13)
                        .mapToObj(i -> "twice " + 2 * i)
                        .toList());
        assertThat(said.err())
                .contains("weirpool: item 14, 13: java.lang.IllegalArgumentException: no thirteen, please")
                .endsWith("weirpool: 1 of 300 items failed\n");
    }

    @Test
    void printsWhatATaskReturnedOrThrew() {
        assertThat(run("", "submit", "twice", "21", "--wait").output()).isEqualTo("twice 42\n");
        assertThat(run("", "submit", "twice", "number=4", "--wait", "-o", "json")
                        .json()
                        .getAsJsonObject()
                        .get("text")
                        .getAsString())
                .isEqualTo("twice 8");
        var failed = run("", "submit", "twice", "13", "--wait");
        assertThat(failed.exitCode()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(failed.err())
                .contains(
                        "threw: java.lang.IllegalArgumentException: no thirteen, please",
                        "at " + MapIT.class.getName());
    }

    @Test
    void takesDownTheThreadsOfAWorkerByItsPid() {
        run("", "submit", "hang", "2");
        try (var operator = Operator.connect(RedisOptions.embedded())) {
            await().atMost(LIMIT)
                    .until(() -> operator.queue(queue).launchers().stream()
                            .flatMap(each -> each.workers().stream())
                            .anyMatch(worker -> worker.task().isPresent()));
            var worker = operator.queue(queue).launchers().get(0).workers().stream()
                    .filter(each -> each.task().isPresent())
                    .findFirst()
                    .orElseThrow();

            var said = Said.of(
                    "worker", "dump", "" + worker.pid(), "--redis", server.uri().toString());

            assertThat(said.output()).contains(MapIT.class.getName() + ".hang(MapIT.java:");
            assertThat(Said.of(
                                    "worker",
                                    "ls",
                                    "--queue",
                                    queue,
                                    "--redis",
                                    server.uri().toString())
                            .output())
                    .contains("runs");
        }
    }

    @Test
    void saysHowManyAreDoneWhenItIsInterrupted() throws Exception {
        var input = Files.writeString(directory.resolve("input"), "1\n2\n3\n");
        var err = directory.resolve("err");
        var builder = new ProcessBuilder(WEIRPOOL.toString(), "map", TASK + "hang", "--queue", queue)
                .redirectInput(input.toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(err.toFile());
        builder.environment().put("WEIRPOOL_REDIS_URL", server.uri().toString());
        var process = builder.start();
        try {
            await().atMost(LIMIT)
                    .until(() ->
                            Files.readString(directory.resolve("out"), UTF_8).equals("null\n"));

            new ProcessBuilder("kill", "-INT", "" + process.pid()).start().waitFor();

            assertThat(process.waitFor()).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(Files.readString(err))
                    .contains("weirpool: interrupted: 1 of 3 items that were begun are done, 0 of them failed");
        } finally {
            process.destroyForcibly();
        }
    }
}
