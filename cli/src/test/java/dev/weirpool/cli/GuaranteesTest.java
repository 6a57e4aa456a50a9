package dev.weirpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The list of guarantees names the tests that hold them; {@code .method} is one of the class named last. */
final class GuaranteesTest {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|IT))?(?:\\.([a-z]\\w+))?`");

    @Test
    void namesOnlyTestsThatThereAre() throws Exception {
        var sources = tests();
        var named = NAMED.matcher(Files.readString(PROJECT.resolve("docs/guarantees.md")));
        var type = "";
        var count = 0;
        while (named.find()) {
            if (named.group(1) == null && named.group(2) == null) {
                continue;
            }
            type = named.group(1) == null ? type : named.group(1);
            var where = named.group() + ", of " + type;
            assertThat(sources).as(where).containsKey(type);
            if (named.group(2) != null) {
                assertThat(sources.get(type)).as(where).contains("void " + named.group(2) + "(");
            }
            count++;
        }
        assertThat(count).isGreaterThan(50);
    }

    private static Map<String, String> tests() throws IOException {
        var sources = new HashMap<String, String>();
        try (var files = Files.walk(PROJECT)) {
            for (var file : files.filter(file -> file.toString().contains("/src/test/java/"))
                    .filter(Files::isRegularFile)
                    .toList()) {
                sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
            }
        }
        return sources;
    }
}
