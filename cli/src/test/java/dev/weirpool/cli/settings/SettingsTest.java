package dev.weirpool.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where settings come from, and which wins. */
final class SettingsTest {
    private static final Setting QUEUE = setting("queue");
    private static final Setting REDIS = setting("redis-url");

    @TempDir
    private Path directory;

    private static Setting setting(String key) {
        return Setting.ALL.stream()
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    private String file(String content) throws IOException {
        return Files.writeString(directory.resolve("config.yaml"), content).toString();
    }

    private static Properties properties(String... pairs) {
        var properties = new Properties();
        for (var i = 0; i < pairs.length; i += 2) {
            properties.setProperty(pairs[i], pairs[i + 1]);
        }
        return properties;
    }

    private static String source(Settings settings, Setting setting) {
        return settings.find(setting)
                .map(value -> value.text() + " of " + value.source())
                .orElse("none");
    }

    @Test
    void aPropertyWinsOverTheEnvironmentAndThatOverTheFile() throws IOException {
        var environment = new LinkedHashMap<String, String>();
        environment.put("WEIRPOOL_CONFIG", file("queue: c\n"));
        var file = environment.get("WEIRPOOL_CONFIG");

        assertThat(source(new Settings(Map.of(), new Properties()), QUEUE)).isEqualTo("none");
        assertThat(source(new Settings(environment, new Properties()), QUEUE)).isEqualTo("c of file " + file);
        environment.put("WEIRPOOL_QUEUE", "b");
        assertThat(source(new Settings(environment, new Properties()), QUEUE))
                .isEqualTo("b of environment WEIRPOOL_QUEUE");
        assertThat(source(new Settings(environment, properties("weirpool.queue", "a")), QUEUE))
                .isEqualTo("a of system property weirpool.queue");
    }

    @Test
    void readsSecretsFromFilesAndHeedsTheAlias() throws IOException {
        var secret = Files.writeString(directory.resolve("secret"), "redis://:sesame@one:1\n")
                .toString();

        var named =
                new Settings(Map.of("WEIRPOOL_REDIS_URL_FILE", secret, "REDIS_URL", "redis://two:2"), new Properties());
        assertThat(source(named, REDIS))
                .isEqualTo("redis://:sesame@one:1 of file " + secret + ", named by WEIRPOOL_REDIS_URL_FILE");
        assertThat(named.shown(REDIS)).contains("redis://***@one:1");
        assertThat(source(new Settings(Map.of("REDIS_URL", "redis://two:2"), new Properties()), REDIS))
                .isEqualTo("redis://two:2 of environment REDIS_URL");
        assertThat(new Settings(Map.of("WEIRPOOL_REDIS_URL", "sesame, open"), new Properties()).shown(REDIS))
                .contains("***");
        assertThatThrownBy(() -> new Settings(Map.of("WEIRPOOL_QUEUE_FILE", "/no/such"), new Properties()))
                .hasMessageContaining("cannot read /no/such, which WEIRPOOL_QUEUE_FILE names");
    }

    @Test
    void findsTheFileOfTheUser() throws IOException {
        Files.createDirectories(directory.resolve("weirpool"));
        Files.writeString(directory.resolve("weirpool/config.yaml"), "worker:\n  grace: 7\nqueue: mine\n");

        var settings = new Settings(Map.of("XDG_CONFIG_HOME", directory.toString()), new Properties());

        assertThat(settings.find(QUEUE)).map(Settings.Value::text).contains("mine");
        assertThat(settings.find(setting("worker.grace")))
                .map(Settings.Value::text)
                .contains("7");
    }

    @Test
    void saysWhichKeyMayBeMeant() throws IOException {
        var file = file("worker:\n  proceses: 4\n");
        assertThatThrownBy(() -> new Settings(Map.of("WEIRPOOL_CONFIG", file), new Properties()))
                .hasMessage("unknown key 'worker.proceses' in " + file + "; did you mean 'worker.processes'?");
        file("colour: red\n");
        assertThatThrownBy(() -> new Settings(Map.of("WEIRPOOL_CONFIG", file), new Properties()))
                .hasMessageContaining("; known are redis-url, secret, unsigned, queue, output");
        assertThat(new Settings(Map.of("WEIRPOOL_REDIS_URI", "x", "WEIRPOOL_OTHER_PROGRAM", "y"), new Properties())
                        .warnings())
                .containsExactly(
                        "nobody reads the environment variable WEIRPOOL_REDIS_URI; did you mean WEIRPOOL_REDIS_URL?");
    }

    @Test
    void refusesAFileThatIsNoneOrIsNotThere() throws IOException {
        for (var content : new String[] {"[1, 2]", "queue: [a, b]", "just text"}) {
            var file = file(content);
            assertThatThrownBy(() -> new Settings(Map.of("WEIRPOOL_CONFIG", file), new Properties()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(file + " must be keys with values");
        }
        var broken = file("a: b: c\n\t-");
        assertThatThrownBy(() -> new Settings(Map.of("WEIRPOOL_CONFIG", broken), new Properties()))
                .hasMessageStartingWith("the configuration is no YAML");
        assertThatThrownBy(() -> new Settings(Map.of("WEIRPOOL_CONFIG", "/no/such.yaml"), new Properties()))
                .hasMessageContaining("cannot read the configuration /no/such.yaml");
        file("");
        assertThat(new Settings(Map.of("WEIRPOOL_CONFIG", broken), new Properties()).find(QUEUE))
                .isEmpty();
    }
}
