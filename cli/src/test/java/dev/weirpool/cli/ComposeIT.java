package dev.weirpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The image and {@code docker-compose.yml}, on a real engine: one machine stands in for several. */
@Tag("compose")
@Timeout(300)
final class ComposeIT {
    private static final int TASKS = 24;
    private static final Pattern RESULT = Pattern.compile("task (\\d+) ran on (\\S+) pid (\\d+) in .*");
    private static final String NAME =
            "weirpool-it-" + UUID.randomUUID().toString().substring(0, 8);
    private static final Map<String, String> ENVIRONMENT =
            Map.of("COMPOSE_PROJECT_NAME", NAME, "WEIRPOOL_IMAGE", NAME, "WEIRPOOL_IMAGE_FROM", "built");

    @BeforeAll
    static void buildTheImage() throws Exception {
        Engine.require("ComposeIT");
        Engine.buildImage(NAME);
    }

    @AfterAll
    static void removeTheImage() throws Exception {
        if (Engine.isThere("docker")) {
            docker("rmi", "-f", NAME);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker-compose", "docker compose"})
    void isAcceptedByBothGenerationsOfCompose(String compose) throws Exception {
        Assumptions.assumeTrue(Engine.isThere(compose), "there is no " + compose);

        for (var profiles : List.of("", " --profile demo", " --profile monitoring")) {
            Ran ran = run(List.of((compose + profiles + " config -q").split(" ")));

            assertThat(ran).as(profiles).isEqualTo(new Ran(0, "", ""));
        }
        var monitoring = run(List.of((compose + " --profile monitoring config --services").split(" ")));
        assertThat(monitoring.output().lines()).contains("prometheus", "grafana", "worker", "scheduler", "dashboard");
    }

    @Test
    void runsAsAUserOfItsOwn() throws Exception {
        String id = docker("run", "--rm", "--entrypoint", "id", NAME).output();

        assertThat(id).startsWith("uid=10001(weirpool) gid=10001(weirpool)");
    }

    @Test
    void completesEveryTaskOnceWhenAContainerIsKilled() throws Exception {
        try {
            compose("up", "-d", "--no-build", "--scale", "worker=3").output();
            List<String> workers =
                    compose("ps", "-q", "worker").output().lines().toList();
            assertThat(workers)
                    .hasSize(3)
                    .allSatisfy(worker -> assertThat(firstProcessOf(worker)).contains("init"));
            await().atMost(Duration.ofMinutes(1)).until(() -> workers.stream().allMatch(ComposeIT::isHealthy));

            List<String> lines = runTheDemoAndKillAWorker();

            List<MatchResult> results =
                    lines.stream().flatMap(ComposeIT::result).toList();
            assertThat(results.stream().map(result -> result.group(1)))
                    .hasSize(TASKS)
                    .doesNotHaveDuplicates();
            assertThat(hosts(results))
                    .hasSize(3)
                    .allMatch(host -> workers.stream().anyMatch(id -> id.startsWith(host)));
            assertThat(lines.get(lines.size() - 1)).startsWith(TASKS + " tasks, 3 hosts, ");
        } catch (Throwable failed) {
            System.err.println(compose("logs", "--no-color").out());
            throw failed;
        } finally {
            docker("rm", "-fv", NAME + "-demo");
            compose("down", "-v", "--timeout", "1");
        }
    }

    /** Reads what the demo prints, and kills the worker that was the third to be heard of while it is in its next task. */
    private static List<String> runTheDemoAndKillAWorker() throws Exception {
        String run = "run --rm -T --no-deps --name %s-demo demo".formatted(NAME)
                + " demo fleet --tasks %d --seconds 2 --redis redis://redis:6379 --queue default".formatted(TASKS);
        var builder = new ProcessBuilder(composeCommand(run.split(" ")))
                .directory(Engine.ROOT.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(ENVIRONMENT);
        Process demo = builder.start();
        CompletableFuture.delayedExecutor(2, TimeUnit.MINUTES).execute(demo::destroy);
        var lines = new ArrayList<String>();
        Set<String> hosts = new HashSet<>();
        try (var out = new BufferedReader(new InputStreamReader(demo.getInputStream(), UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                for (String host : hosts(result(line).toList())) {
                    if (hosts.add(host) && hosts.size() == 3) {
                        docker("kill", "-s", "KILL", host).output();
                    }
                }
            }
        }
        assertThat(demo.waitFor()).describedAs("exit code after %s", lines).isZero();
        return lines;
    }

    private static Stream<MatchResult> result(String line) {
        var matcher = RESULT.matcher(line);
        return matcher.matches() ? Stream.of(matcher.toMatchResult()) : Stream.empty();
    }

    private static Set<String> hosts(List<MatchResult> results) {
        var hosts = new HashSet<String>();
        results.forEach(result -> hosts.add(result.group(2)));
        return hosts;
    }

    private static boolean isHealthy(String container) {
        return ask("inspect", "-f", "{{.State.Health.Status}}", container).equals("healthy");
    }

    private static String firstProcessOf(String container) {
        return ask("exec", container, "cat", "/proc/1/comm");
    }

    private static String ask(String... arguments) {
        try {
            return docker(arguments).output().strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
    }

    private static Ran docker(String... arguments) throws IOException, InterruptedException {
        return Engine.docker(arguments);
    }

    private static Ran compose(String... arguments) throws IOException, InterruptedException {
        return run(composeCommand(arguments));
    }

    private static List<String> composeCommand(String... arguments) throws InterruptedException {
        var compose = Engine.isThere("docker compose") ? Stream.of("docker", "compose") : Stream.of("docker-compose");
        return Stream.concat(compose, Stream.of(arguments)).toList();
    }

    private static Ran run(List<String> command) throws IOException, InterruptedException {
        return Engine.run(ENVIRONMENT, command);
    }
}
