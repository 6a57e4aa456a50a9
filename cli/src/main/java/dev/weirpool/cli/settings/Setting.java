package dev.weirpool.cli.settings;

import java.util.List;
import java.util.Locale;

/**
 * An option that can be given once for all.
 *
 * @param key in the file, for example {@code worker.grace}; the other names follow from it
 * @param option the option whose default it is; empty if there is none
 * @param command the only command it belongs to, or nothing if it is that of all which have the option
 * @param isSecret whether it is shown masked
 * @param fallback what is used if it is given nowhere, in words
 */
public record Setting(String key, String option, String command, boolean isSecret, String fallback) {

    public static final List<Setting> ALL = List.of(
            new Setting("redis-url", "--redis", "", true, "none"),
            new Setting("secret", "", "", true, "none"),
            new Setting("unsigned", "", "", false, "false"),
            new Setting("queue", "--queue", "", false, "default"),
            new Setting("output", "--output", "", false, "table"),
            new Setting("log-format", "--log-format", "", false, "plain"),
            new Setting("http", "--http", "", false, "none"),
            new Setting("allow", "--allow", "", false, "the classes in directories and in jars that are named"),
            new Setting("worker.processes", "--processes", "worker", false, "one for each core"),
            new Setting("worker.classpath", "--classpath", "worker", false, "none"),
            new Setting("worker.max-tasks-per-worker", "--max-tasks-per-worker", "worker", false, "0"),
            new Setting("worker.max-memory-per-worker", "--max-memory-per-worker", "worker", false, "0"),
            new Setting("worker.max-age-per-worker", "--max-age-per-worker", "worker", false, "0"),
            new Setting("worker.grace", "--grace", "worker", false, "25"));

    /** The system property. */
    public String property() {
        return "weirpool." + key;
    }

    /** The environment variable; the one with {@code _FILE} behind it names a file that holds the value. */
    public String variable() {
        return "WEIRPOOL_" + key.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
    }
}
