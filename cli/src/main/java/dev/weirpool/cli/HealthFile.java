package dev.weirpool.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is touched every 2 s for as long as exchanges with Redis succeed, so that a container's health check
 * needs no JVM. Its name is in {@code WEIRPOOL_HEALTH_FILE}; without that there is none.
 */
final class HealthFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HealthFile.class);
    private static final int PERIOD_SECONDS = 2;
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(HealthFile::daemon);

    private HealthFile() {}

    static HealthFile start(Supplier<Instant> lastHeardOfRedis) {
        var health = new HealthFile();
        var name = System.getenv("WEIRPOOL_HEALTH_FILE");
        if (name != null && !name.isBlank()) {
            var file = Path.of(name);
            health.timer.scheduleAtFixedRate(
                    () -> touchIfHealthy(file, lastHeardOfRedis), 0, PERIOD_SECONDS, TimeUnit.SECONDS);
        }
        return health;
    }

    private static void touchIfHealthy(Path file, Supplier<Instant> lastHeardOfRedis) {
        var now = Instant.now();
        if (lastHeardOfRedis.get().plus(SILENCE).isBefore(now)) {
            return;
        }
        try {
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
            Files.setLastModifiedTime(file, FileTime.from(now));
        } catch (IOException e) {
            log.warn("cannot touch {}: {}", file, e.getMessage());
        }
    }

    private static Thread daemon(Runnable body) {
        var thread = new Thread(body, "weirpool-health");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
