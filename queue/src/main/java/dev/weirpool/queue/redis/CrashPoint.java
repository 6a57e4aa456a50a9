package dev.weirpool.queue.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * For tests of this project: halts the JVM at one edge of the protocol. An edge is the moment before a command is sent to Redis,
 * or after its reply has come.
 *
 * <p>{@code -Dweirpool.crash.at="before step.lua 2"} picks the edge before the second step, and {@code -Dweirpool.crash.file=F} makes it
 * happen once only: the file is deleted first, and where there is none nothing happens. Without the first there is nothing here to
 * pass.
 */
final class CrashPoint {

    private static final @Nullable String AT = System.getProperty("weirpool.crash.at");
    private static final ConcurrentHashMap<String, Integer> PASSED = new ConcurrentHashMap<>();

    private CrashPoint() {}

    /** @param command a command, or a script */
    static void before(Object command) {
        if (AT != null) {
            pass("before " + command);
        }
    }

    static void after(Object command) {
        if (AT != null) {
            pass("after " + command);
        }
    }

    private static void pass(String edge) {
        if ((edge + " " + PASSED.merge(edge, 1, Integer::sum)).equals(AT)) {
            crash();
        }
    }

    private static void crash() {
        try {
            if (Files.deleteIfExists(Path.of(System.getProperty("weirpool.crash.file", "")))) {
                Runtime.getRuntime().halt(99);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
