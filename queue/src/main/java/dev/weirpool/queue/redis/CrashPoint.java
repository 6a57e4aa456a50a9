package dev.weirpool.queue.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * For tests of this project: halts the JVM at one edge of the protocol. An edge is the moment before a command is sent to Redis,
 * or after its reply has come.
 *
 * <p>{@code -Dweirpool.crash.at=N} picks the Nth edge, and {@code -Dweirpool.crash.file=F} makes it happen once only: the file is
 * deleted first, and where there is none nothing happens. Without the first there is nothing here to pass.
 */
final class CrashPoint {

    private static final int AT = Integer.getInteger("weirpool.crash.at", 0);
    private static final AtomicInteger EDGES = new AtomicInteger();

    private CrashPoint() {}

    static void pass() {
        if (AT > 0 && EDGES.incrementAndGet() == AT) {
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
