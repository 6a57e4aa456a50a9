package dev.weirpool.queue.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where files live that can be made again: {@code $XDG_CACHE_HOME/weirpool}, else {@code ~/.cache/weirpool}, else a
 * directory of this user's under the system's temporary one.
 */
public final class CacheDirectory {

    private CacheDirectory() {}

    /** Programs are run from it, so nobody else may have made it, nor write to it. */
    private static Path privateDirectory(Path directory) throws IOException {
        var ours = PosixFilePermissions.fromString("rwx------");
        if (!Files.exists(directory)) {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(ours));
        }
        var probe = Files.createTempFile(directory, "probe", "");
        var isOurs = Files.getOwner(directory).equals(Files.getOwner(probe))
                && Files.getPosixFilePermissions(directory).equals(ours);
        Files.delete(probe);
        if (!isOurs) {
            throw new IOException(directory + " belongs to another user, or others may write to it");
        }
        return directory;
    }

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
            return privateDirectory(
                    Path.of(System.getProperty("java.io.tmpdir"), "weirpool-" + System.getProperty("user.name")));
        } catch (IOException e) {
            throw new UncheckedIOException("no directory for cached files: set XDG_CACHE_HOME to a writable one", e);
        }
    }
}
