package dev.weirpool.queue.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.redis.RedisServer;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each guard of the scripts is needed: where one is missing, the tests of the protocol notice. */
@Tag("slow")
final class GuardTest {
    private static final int SEEDS = 60;
    private static final int OPERATIONS = 1_000;
    private static final Pattern LOOKS_LIKE_A_GUARD = Pattern.compile("then return|, ''\\)|'NX'|'XX'|NOMKSTREAM");

    @TempDir
    private static Path directory;

    private static URI redis;
    private static RedisServer full;

    @BeforeAll
    static void start() throws Exception {
        full = RedisServer.start(directory);
        try (var embedded = RedisOptions.embedded().open()) {
            redis = embedded.uri();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        full.close();
    }

    static List<Guard> guards() {
        return Guard.ALL;
    }

    @ParameterizedTest
    @MethodSource("guards")
    void isMissed(Guard guard) {
        assertThat(guard.mutant()).isNotEqualTo(Guard.text(guard.script()));
        var tests = new MutantLoader(guard.script(), guard.mutant());
        try {
            if (guard.isForFullServer()) {
                drain(tests);
            } else {
                run(tests);
            }
        } catch (AssertionError missed) {
            assertThat(missed).hasMessageNotContaining("compiling script");
            return;
        }
        fail("nobody notices that '" + guard.words() + "' is missing");
    }

    @Test
    void passesWithAllGuards() {
        var tests = new MutantLoader("push", Guard.text("push"));

        runOperations(tests, 1);
        drain(tests);
    }

    @ParameterizedTest
    @MethodSource("guards")
    void isStillInTheScript(Guard guard) {
        assertThat(Guard.text(guard.script()).split(Pattern.quote(guard.words()), -1))
                .as("parts around what must be found once")
                .hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void isListed(String script) {
        var known = Stream.concat(
                        Guard.ALL.stream()
                                .filter(guard -> guard.script().equals(script))
                                .flatMap(guard -> guard.words().lines()),
                        Stream.ofNullable(Guard.SHORTCUTS.get(script)))
                .filter(line -> LOOKS_LIKE_A_GUARD.matcher(line).find())
                .map(String::strip)
                .toList();

        assertThat(Guard.text(script).lines().filter(line -> !line.startsWith("--")))
                .as("lines that look like a guard and are not in the list of guards")
                .filteredOn(line -> LOOKS_LIKE_A_GUARD.matcher(line).find())
                .allMatch(line -> known.stream().anyMatch(line::contains));
    }

    static Stream<String> scripts() throws IOException, URISyntaxException {
        return ScriptHeaderTest.scripts()
                .map(file -> file.getFileName().toString().replace(".lua", ""))
                .filter(name -> !name.startsWith("shared-") && !name.startsWith("schedule-"));
    }

    private static void run(ClassLoader tests) {
        for (var seed = 1; seed <= SEEDS; seed++) {
            runOperations(tests, seed);
        }
    }

    private static void runOperations(ClassLoader tests, long seed) {
        call(tests, ProtocolRun.class, "run", redis, seed, OPERATIONS);
    }

    private static void drain(ClassLoader tests) {
        call(tests, FullServerTest.class, "drain", URI.create(full.options().toString()));
    }

    /** Calls a static method of the class of that name which {@code tests} loads. */
    private static void call(ClassLoader tests, Class<?> type, String name, Object... arguments) {
        try {
            var method = Arrays.stream(tests.loadClass(type.getName()).getDeclaredMethods())
                    .filter(each -> each.getName().equals(name))
                    .findFirst()
                    .orElseThrow();
            method.setAccessible(true);
            method.invoke(null, arguments);
        } catch (InvocationTargetException e) {
            throw new AssertionError(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
