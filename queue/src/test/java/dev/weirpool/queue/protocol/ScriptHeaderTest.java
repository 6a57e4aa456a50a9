package dev.weirpool.queue.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every Lua file opens with its contract, and keeps it. */
class ScriptHeaderTest {

    private static final Pattern DOCUMENTED = Pattern.compile("^-- (KEYS|ARGV)\\[(\\d+)] ", Pattern.MULTILINE);
    private static final Pattern USED = Pattern.compile("\\b(KEYS|ARGV)\\[(\\d+)]");
    private static final Pattern COMPUTED = Pattern.compile("(unpack\\((KEYS|ARGV),|\\b(KEYS|ARGV)\\[[^]]*[a-z])");

    static Stream<Path> scripts() throws IOException, URISyntaxException {
        var beside = ScriptHeaderTest.class.getResource("push.lua");
        assertThat(beside).isNotNull();
        return Files.list(Path.of(beside.toURI()).getParent())
                .filter(file -> file.toString().endsWith(".lua"));
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void opensWithItsNameAndWhatItDoes(Path script) throws IOException {
        var name = script.getFileName().toString().replace(".lua", "");

        assertThat(Files.readString(script)).startsWith("-- " + name + ": ");
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void documentsWhatItReturns(Path script) throws IOException {
        assertThat(header(script)).containsPattern("(?m)^-- returns  \\S");
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void numbersItsKeysAndArgumentsWithoutHoles(Path script) throws IOException {
        for (var kind : Set.of("KEYS", "ARGV")) {
            var documented = numbers(DOCUMENTED, header(script), kind);

            assertThat(documented)
                    .as(kind)
                    .isEqualTo(IntStream.rangeClosed(1, documented.size())
                            .boxed()
                            .collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void documentsEveryKeyAndArgumentItUses(Path script) throws IOException {
        for (var kind : Set.of("KEYS", "ARGV")) {
            assertThat(numbers(DOCUMENTED, header(script), kind))
                    .as(kind)
                    .containsAll(numbers(USED, body(script), kind));
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void usesEveryKeyAndArgumentItDocuments(Path script) throws IOException {
        for (var kind : Set.of("KEYS", "ARGV")) {
            if (COMPUTED.matcher(body(script))
                    .results()
                    .anyMatch(use -> use.group().contains(kind))) {
                continue; // an index that is computed may be any of them
            }
            assertThat(numbers(USED, body(script), kind))
                    .as(kind)
                    .containsAll(numbers(DOCUMENTED, header(script), kind));
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void usesLocalVariablesOnly(Path script) throws IOException {
        assertThat(body(script)).doesNotContainPattern("(?m)^\\s*function ").doesNotContainPattern("\\b_G\\b");
    }

    @Test
    void seesAHoleAndAnUndocumentedArgument() {
        var header = "-- KEYS[1]  a  list\n-- KEYS[3]  b  list\n";

        assertThat(numbers(DOCUMENTED, header, "KEYS")).containsExactly(1, 3);
        assertThat(numbers(USED, "redis.call('DEL', KEYS[2], ARGV[1])", "KEYS")).containsExactly(2);
    }

    private static String header(Path script) throws IOException {
        return Files.readString(script)
                .lines()
                .takeWhile(line -> line.startsWith("--"))
                .collect(Collectors.joining("\n"));
    }

    private static String body(Path script) throws IOException {
        return Files.readString(script)
                .lines()
                .dropWhile(line -> line.startsWith("--"))
                .map(line -> line.replaceFirst("--.*", ""))
                .collect(Collectors.joining("\n"));
    }

    private static TreeSet<Integer> numbers(Pattern pattern, String text, String kind) {
        return pattern.matcher(text)
                .results()
                .filter(found -> found.group(1).equals(kind))
                .map(found -> Integer.valueOf(found.group(2)))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
