package dev.weirpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code config}, and that what it says is what happens. */
final class ConfigTest {

    private static Said with(Map<String, String> properties, String... arguments) {
        properties.forEach(System::setProperty);
        try {
            return Said.of(arguments);
        } finally {
            properties.keySet().forEach(System::clearProperty);
        }
    }

    @Test
    void showsWhereAValueComesFromAndNoPassword() {
        var said = with(
                Map.of("weirpool.redis-url", "redis://me:sesame@127.0.0.1:1", "weirpool.queue", "images"), "config");

        assertThat(said.output())
                .containsPattern("(?m)^redis-url +redis://\\*\\*\\*@127.0.0.1:1 +system property weirpool.redis-url$")
                .containsPattern("(?m)^queue +images +system property weirpool.queue$")
                .containsPattern("(?m)^worker.grace +25 +default$")
                .doesNotContain("sesame");
    }

    @Test
    void anOptionWinsOverAllElse() {
        var properties = Map.of("weirpool.redis-url", "redis://127.0.0.1:1", "weirpool.output", "jsonl");

        assertThat(with(properties, "status").err()).contains("127.0.0.1:1 does not answer");
        assertThat(with(properties, "status", "--redis", "redis://127.0.0.1:2").err())
                .contains("127.0.0.1:2 does not answer");
        assertThat(with(properties, "config").output()).startsWith("{");
        assertThat(with(properties, "config", "-o", "table").output()).startsWith("KEY");
    }

    @Test
    void refusesAnUnknownKeyOfTheFile() throws Exception {
        var file = java.nio.file.Files.createTempFile("config", ".yaml");
        java.nio.file.Files.writeString(file, "quue: a\n");
        var said = with(Map.of("weirpool.config", file.toString()), "config");
        java.nio.file.Files.delete(file);

        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(said.err()).isEqualTo("weirpool: unknown key 'quue' in " + file + "; did you mean 'queue'?\n");
    }
}
