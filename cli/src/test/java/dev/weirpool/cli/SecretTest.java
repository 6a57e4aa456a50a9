package dev.weirpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.redis.Redis;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where the command has its secret from, and what it does without. */
@Timeout(120)
final class SecretTest {
    private static final String SECRET = "sesame-open-but-for-this-test";

    @TempDir
    Path directory;

    private final Redis redis = RedisOptions.embedded().open();
    private final String queue = "secret-" + UUID.randomUUID();

    @AfterEach
    void disconnect() {
        redis.use(connection -> new dev.weirpool.queue.protocol.Broker(queue).drop(connection, List.of()));
        redis.close();
    }

    @Test
    void looksWithoutOneAndNamesTheRemedyWhereOneIsNeeded() throws Exception {
        assertThat(run(Map.of(), "status").exitCode()).isZero();
        assertThat(run(Map.of(), "queue", "ls").exitCode()).isZero();

        for (var command :
                new String[][] {{"worker", "--queue", queue, "--processes", "1"}, {"submit", "--queue", queue, "a::b"}
                }) {
            var ran = run(Map.of(), command);
            assertThat(ran.exitCode()).as(command[0] + ": " + ran.err()).isEqualTo(ExitCode.USAGE);
            assertThat(ran.err().lines().filter(line -> line.startsWith("weirpool: no secret to sign and verify with")))
                    .hasSize(1)
                    .allMatch(line -> line.contains("openssl rand -base64 32"));
        }
    }

    @Test
    void takesItFromAFileAndNeverShowsIt() throws Exception {
        var file = Files.writeString(directory.resolve("secret"), SECRET + "\n").toString();

        var sent = run(Map.of(), "--secret-file", file, "submit", "--queue", queue, "a::b");
        assertThat(sent.exitCode()).as(sent.err()).isZero();
        var id = sent.out().strip();
        var known = run(Map.of("WEIRPOOL_SECRET_FILE", file), "--verbose", "task", "show", id);
        assertThat(known.out()).doesNotContain("hidden:");
        var blind = run(Map.of(), "task", "show", id);
        assertThat(blind.out()).contains("hidden: no secret");
        var config = run(Map.of("WEIRPOOL_SECRET", SECRET), "config", "-o", "json");
        assertThat(config.out()).contains("***");
        for (var ran : List.of(sent, known, blind, config)) {
            assertThat(ran.out() + ran.err()).doesNotContain(SECRET);
        }
    }

    @Test
    void refusesAShortOneAndTwoWishesThatContradictEachOther() throws Exception {
        var shortOne = run(Map.of("WEIRPOOL_SECRET", "too short"), "queue", "ls");
        assertThat(shortOne.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(shortOne.err()).contains("at least 16 bytes").doesNotContain("too short");
        var both = run(Map.of("WEIRPOOL_SECRET", SECRET, "WEIRPOOL_UNSIGNED", "true"), "queue", "ls");
        assertThat(both.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(both.err()).contains("take one of them away").doesNotContain(SECRET);
        var unsigned = run(Map.of(), "--unsigned", "submit", "--queue", queue, "a::b");
        assertThat(unsigned.exitCode()).as(unsigned.err()).isZero();
        assertThat(unsigned.err()).contains("nothing is signed");
    }

    private Ran run(Map<String, String> environment, String... command) throws Exception {
        var all = new HashMap<>(
                Map.of("WEIRPOOL_SECRET", "", "WEIRPOOL_REDIS_URL", redis.uri().toString()));
        all.putAll(environment);
        return Ran.of(directory, all, Said.commandLine(command).toArray(String[]::new));
    }
}
