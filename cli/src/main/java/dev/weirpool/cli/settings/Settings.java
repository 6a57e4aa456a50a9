package dev.weirpool.cli.settings;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.signing.Keyring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The values of options that are given once for all: as a system property, else in the environment, else in the one file. */
public final class Settings implements IDefaultValueProvider {

    private static final String ALIAS = "REDIS_URL";
    /** Variables of that form that others read. */
    private static final List<String> OTHERS = List.of(
            "WEIRPOOL_CONFIG",
            "WEIRPOOL_JAVA_OPTS",
            "WEIRPOOL_HEALTH_FILE",
            "WEIRPOOL_APP",
            "WEIRPOOL_IMAGE",
            "WEIRPOOL_IMAGE_FROM");

    private final Map<String, Value> values = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();

    /**
     * A value that was given.
     *
     * @param source where, in words
     */
    public record Value(String text, String source) {}

    /**
     * Looks everywhere.
     *
     * @throws IllegalArgumentException if the file cannot be read or has an unknown key
     */
    public Settings(Map<String, String> environment, Properties properties) {
        var file = file(environment, properties);
        var inFile = file.map(Settings::read).orElse(Map.of());
        for (var setting : Setting.ALL) {
            var value = ofProperty(setting, properties)
                    .or(() -> ofEnvironment(setting, environment))
                    .or(() -> Optional.ofNullable(inFile.get(setting.key()))
                            .map(text -> new Value(
                                    text, "file " + file.map(Path::toString).orElse(""))));
            value.ifPresent(found -> values.put(setting.key(), found));
        }
        warnOfTypos(environment);
    }

    private static Optional<Value> ofProperty(Setting setting, Properties properties) {
        return Optional.ofNullable(properties.getProperty(setting.property()))
                .map(text -> new Value(text, "system property " + setting.property()));
    }

    private static Optional<Value> ofEnvironment(Setting setting, Map<String, String> environment) {
        return variable(setting.variable(), environment)
                .or(() -> variableFile(setting.variable() + "_FILE", environment))
                .or(() -> setting.key().equals("redis-url") ? variable(ALIAS, environment) : Optional.empty());
    }

    private static Optional<Value> variable(String name, Map<String, String> environment) {
        return Optional.ofNullable(environment.get(name))
                .filter(text -> !text.isBlank())
                .map(text -> new Value(text, "environment " + name));
    }

    private static Optional<Value> variableFile(String name, Map<String, String> environment) {
        return variable(name, environment).map(path -> {
            try {
                return new Value(
                        Files.readString(Path.of(path.text())).strip(), "file " + path.text() + ", named by " + name);
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "cannot read " + path.text() + ", which " + name + " names: " + e, e);
            }
        });
    }

    /** The one file: the one that is named, which must be there, else the one in the user's directory, if there is one. */
    private static Optional<Path> file(Map<String, String> environment, Properties properties) {
        var named = Optional.ofNullable(properties.getProperty("weirpool.config"))
                .or(() ->
                        Optional.ofNullable(environment.get("WEIRPOOL_CONFIG")).filter(text -> !text.isBlank()));
        if (named.isPresent()) {
            return named.map(Path::of);
        }
        var home = Optional.ofNullable(environment.get("XDG_CONFIG_HOME"))
                .filter(text -> !text.isBlank())
                .map(Path::of)
                .orElseGet(() -> Path.of(properties.getProperty("user.home", ""), ".config"));
        return Optional.of(home.resolve("weirpool").resolve("config.yaml")).filter(Files::isRegularFile);
    }

    private static Map<String, String> read(Path file) {
        Object content;
        try (var in = Files.newInputStream(file)) {
            content = new Load(LoadSettings.builder().setLabel(file.toString()).build()).loadFromInputStream(in);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read the configuration " + file + ": " + e, e);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException("the configuration is no YAML: " + e.getMessage(), e);
        }
        var values = new LinkedHashMap<String, String>();
        if (content != null) {
            flatten("", content, file, values);
        }
        for (var key : values.keySet()) {
            requireKnown(key, file);
        }
        return values;
    }

    private static void flatten(String prefix, @Nullable Object content, Path file, Map<String, String> values) {
        if (content instanceof Map<?, ?> map) {
            map.forEach((key, value) -> flatten(prefix.isEmpty() ? "" + key : prefix + "." + key, value, file, values));
        } else if (prefix.isEmpty() || content instanceof List<?>) {
            throw new IllegalArgumentException("the configuration " + file + " must be keys with values"
                    + (prefix.isEmpty() ? "" : "; " + prefix + " is a list") + ", for example queue: images");
        } else {
            values.put(prefix, content == null ? "" : content.toString());
        }
    }

    private static void requireKnown(String key, Path file) {
        var known = Setting.ALL.stream().map(Setting::key).toList();
        if (!known.contains(key)) {
            throw new IllegalArgumentException("unknown key '" + key + "' in " + file
                    + Suggestion.among(known, key)
                            .map(near -> "; did you mean '" + near + "'?")
                            .orElse("; known are " + String.join(", ", known)));
        }
    }

    /** Only what is nearly the name of one of ours: others may have variables of that form. */
    private void warnOfTypos(Map<String, String> environment) {
        var known = new ArrayList<>(OTHERS);
        for (var setting : Setting.ALL) {
            known.add(setting.variable());
            known.add(setting.variable() + "_FILE");
        }
        for (var name : new TreeSet<>(environment.keySet())) {
            if (name.startsWith("WEIRPOOL_") && !known.contains(name)) {
                Suggestion.among(known, name)
                        .ifPresent(near -> warnings.add(
                                "nobody reads the environment variable " + name + "; did you mean " + near + "?"));
            }
        }
    }

    /** What to tell the user who has probably mistyped something. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** What was given for {@code setting}. */
    public Optional<Value> find(Setting setting) {
        return Optional.ofNullable(values.get(setting.key()));
    }

    /** What was given for {@code setting}, as it may be shown. */
    public Optional<String> shown(Setting setting) {
        return find(setting).map(value -> setting.isSecret() ? masked(value.text()) : value.text());
    }

    /**
     * What to sign and verify with, if that was given.
     *
     * @throws IllegalArgumentException if a secret is too short, or there is one and none is to be used
     */
    public Optional<Keyring> keyring() {
        var secret = Optional.ofNullable(values.get("secret"));
        var unsigned = Optional.ofNullable(values.get("unsigned"))
                .filter(value -> !value.text().equals("false"));
        if (unsigned.isEmpty()) {
            return secret.map(value -> Keyring.parse(value.text(), value.source()));
        }
        if (!unsigned.get().text().equals("true")) {
            throw new IllegalArgumentException("unsigned must be true or false, got "
                    + unsigned.get().text() + " of " + unsigned.get().source());
        }
        if (secret.isPresent()) {
            throw new IllegalArgumentException(
                    "unsigned is true of " + unsigned.get().source() + ", and there is a secret of "
                            + secret.get().source() + " as well: take one of them away");
        }
        return Optional.of(Keyring.unsigned());
    }

    private static String masked(String url) {
        try {
            return RedisOptions.of(url).toString();
        } catch (IllegalArgumentException e) { // what it is cannot be told, so none of it is
            return "***";
        }
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return null;
        }
        var command = option.command().name();
        return Setting.ALL.stream()
                .filter(setting -> List.of(option.names()).contains(setting.option()))
                .filter(setting ->
                        setting.command().isEmpty() || setting.command().equals(command))
                .findFirst()
                .flatMap(this::find)
                .map(Value::text)
                .orElse(null);
    }
}
