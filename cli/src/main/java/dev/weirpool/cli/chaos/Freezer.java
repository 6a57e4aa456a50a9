package dev.weirpool.cli.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/** Has a process stand still for a while; it goes on by itself, even should this process be killed. */
final class Freezer {

    private static final String FREEZE = "trap '' INT TERM HUP; kill -STOP $1 && sleep $2; kill -CONT $1";

    private Freezer() {}

    static Process freeze(ProcessHandle process, double seconds) {
        try {
            return new ProcessBuilder(
                            "sh", "-c", FREEZE, "sh", "" + process.pid(), String.format(Locale.ROOT, "%.1f", seconds))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot freeze a process", e);
        }
    }
}
