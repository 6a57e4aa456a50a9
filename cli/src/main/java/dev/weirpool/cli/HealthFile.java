package dev.weirpool.cli;

import dev.weirpool.worker.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is touched every 2 s for as long as the launcher's exchanges with Redis succeed, so that a container's health check
 * needs no JVM. Its name is in {@code WEIRPOOL_HEALTH_FILE}; without that there is none.
 */
final class HealthFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HealthFile.class);
    private static final int PERIOD_SECONDS = 2;
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(HealthFile::daemon);

    private HealthFile() {}

    static HealthFile start(Launcher launcher) {
        var health = new HealthFile();
        var name = System.getenv("WEIRPOOL_HEALTH_FILE");
        if (name != null && !name.isBlank()) {
            var file = Path.of(name);
            health.timer.scheduleAtFixedRate(() -> touchIfHealthy(file, launcher), 0, PERIOD_SECONDS, TimeUnit.SECONDS);
        }
        return health;
    }

    private static void touchIfHealthy(Path file, Launcher launcher) {
        var now = Instant.now();
        if (launcher.lastHeardOfRedis().plus(SILENCE).isBefore(now)) {
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
