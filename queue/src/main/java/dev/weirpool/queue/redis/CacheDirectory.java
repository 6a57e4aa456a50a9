package dev.weirpool.queue.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where files live that can be made again: {@code $XDG_CACHE_HOME/weirpool}, else {@code ~/.cache/weirpool}, else a
 * directory of this user's under the system's temporary one.
 */
public final class CacheDirectory {

    private CacheDirectory() {}

    /** The directory, made if it was missing. */
    public static Path path() {
        var xdg = System.getenv("XDG_CACHE_HOME");
        var home = xdg != null && !xdg.isEmpty() ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
        try {
            var directory = Files.createDirectories(home.resolve("weirpool"));
            if (Files.isWritable(directory)) {
                return directory;
            }
        } catch (IOException e) {
            // a container without a home, say; the temporary directory serves as well
        }
        try {
            return Files.createDirectories(
                    Path.of(System.getProperty("java.io.tmpdir"), "weirpool-" + System.getProperty("user.name")));
        } catch (IOException e) {
            throw new UncheckedIOException("no directory for cached files: set XDG_CACHE_HOME to a writable one", e);
        }
    }
}
