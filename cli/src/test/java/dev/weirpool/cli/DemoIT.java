package dev.weirpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code weirpool demo}, as a newcomer runs it: no Redis, no Docker. */
@Timeout(120)
final class DemoIT {
    private static final Path WEIRPOOL = Path.of("target/weirpool/bin/weirpool").toAbsolutePath();
    private static final Pattern TASK = Pattern.compile("task (\\d) ran in process (\\d+) for \\d\\.\\d\\d s");
    private static final Pattern LETTER = Pattern.compile("process (\\d+) (wrote|read ) (.)");

    @TempDir
    private Path directory;

    @Test
    void runsTenTasksInThreeProcessesEachReused() throws Exception {
        var ran = weirpool("demo", "pool");

        var lines = ran.output().lines().toList();
        assertThat(ran.err()).isEmpty();
        assertThat(lines).hasSize(12).startsWith("-----start-----").endsWith("-----end-----");
        var tasks = lines.subList(1, 11).stream().map(TASK::matcher).toList();
        assertThat(tasks).allMatch(task -> task.matches());
        assertThat(tasks.stream().map(task -> task.group(1)))
                .containsExactlyInAnyOrder("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        Map<String, Long> byProcess =
                tasks.stream().collect(Collectors.groupingBy(task -> task.group(2), Collectors.counting()));
        assertThat(byProcess)
                .hasSize(3)
                .allSatisfy((pid, count) -> assertThat(count).isGreaterThan(1));
    }

    @Test
    void passesTheLettersThroughAQueueBetweenTwoProcesses() throws Exception {
        var lines =
                weirpool("demo", "queue").output().lines().map(LETTER::matcher).toList();

        assertThat(lines).hasSize(12).allMatch(line -> line.matches());
        for (var verb : List.of("wrote", "read ")) {
            assertThat(lines.stream().filter(line -> line.group(2).equals(verb)).map(line -> line.group(3)))
                    .containsExactly("p", "y", "t", "h", "o", "n");
            assertThat(lines.stream()
                            .filter(line -> line.group(2).equals(verb))
                            .map(line -> line.group(1))
                            .distinct())
                    .hasSize(1);
        }
        assertThat(lines.stream().map(line -> line.group(1)).distinct()).hasSize(2);
    }

    @Test
    void runsBothWithoutAName() throws Exception {
        assertThat(weirpool("demo").output()).contains("-----end-----").containsPattern(LETTER);
    }

    @Test
    void tellsHowLongItTakesToTheFirstResult() throws Exception {
        assertThat(weirpool("demo", "pool", "--timing").output())
                .matches("Pool.start\\(4\\) to first result: \\d+ ms.*\\s");
    }

    @Test
    void printsChecksumsThatSha256sumAccepts() throws Exception {
        Files.createDirectories(directory.resolve("a b/c"));
        for (var name : List.of("plain", "with space", "ünïcode", "a b/c/deep", "back\\slash", "new\nline")) {
            Files.writeString(directory.resolve(name), name.repeat(1000));
        }

        var ran = weirpool("demo", "files", ".");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.output().lines()).hasSize(6);
        var sums = Files.writeString(Files.createTempFile("sums", ".txt"), ran.out());
        try {
            var checked = Ran.of(directory, Map.of("LC_ALL", "C.UTF-8"), "sha256sum", "-c", "--quiet", sums.toString());
            assertThat(checked).isEqualTo(new Ran(0, "", ""));
        } finally {
            Files.delete(sums);
        }
    }

    @Test
    void namesAFileThatItCannotReadAndDoesTheRest() throws Exception {
        for (var i = 0; i < 20; i++) {
            Files.writeString(directory.resolve("file" + i), "" + i);
        }
        Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("nowhere"));

        var ran = weirpool("demo", "files", directory.toString());

        assertThat(ran.exitCode()).isEqualTo(5);
        assertThat(ran.out().lines()).hasSize(20);
        assertThat(ran.err().lines()).hasSize(1);
        assertThat(ran.err()).contains("cannot read: ", "NoSuchFileException", "dangling");
    }

    @Test
    void saysInOneLineWhatIsWrong() throws Exception {
        assertRefused("weirpool: processes must be at least 1, got 0\n", 2, "demo", "files", ".", "--processes", "0");
        assertRefused("weirpool: no such directory: /nowhere\n", 2, "demo", "files", "/nowhere");
        assertRefused(
                "weirpool: no Redis given: name the one that the workers use, with --redis redis://host:6379 or"
                        + " WEIRPOOL_REDIS_URL\n",
                2,
                "demo",
                "fleet");
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = "" + taken.getLocalPort();
            assertRefused(
                    "weirpool: port " + port + " is in use; name another, or leave it out for any that is free\n",
                    2,
                    "demo",
                    "pool",
                    "--port",
                    port);
        }
    }

    @Test
    void saysThatRedisCannotBeReached() throws Exception {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        for (var command : List.of("demo fleet", "worker")) {
            var words = Stream.concat(
                    Stream.of(command.split(" ")), Stream.of("--redis", "redis://:secret@127.0.0.1:" + port));
            var ran = weirpool(words.toArray(String[]::new));
            assertThat(ran.exitCode()).isEqualTo(3);
            assertThat(ran.err())
                    .startsWith("weirpool: Redis at 127.0.0.1:" + port + " does not answer")
                    .hasLineCount(1)
                    .doesNotContain("secret");
        }
    }

    @Test
    void suggestsTheOptionThatWasMeant() throws Exception {
        var ran = weirpool("demo", "pool", "--timeing");

        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.err()).contains("Unknown option: '--timeing'", "--timing");
    }

    private void assertRefused(String line, int exitCode, String... arguments) throws Exception {
        assertThat(weirpool(arguments)).isEqualTo(new Ran(exitCode, "", line));
    }

    private Ran weirpool(String... arguments) throws Exception {
        var command = Stream.concat(Stream.of(WEIRPOOL.toString()), Stream.of(arguments));
        return Ran.of(directory, Map.of("LC_ALL", "C.UTF-8"), command.toArray(String[]::new));
    }
}
