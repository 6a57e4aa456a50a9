package dev.weirpool.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a launcher keeps the boards of its workers.
 *
 * <p>The launcher holds a lock on a file in it, which the kernel frees when the launcher dies. So the next launcher on this machine
 * knows what a killed one has left, and removes it.
 */
final class BoardDirectory implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(BoardDirectory.class);
    private static final String PREFIX = "weirpool-workers";
    private static final String OWNER = "owner";

    /** Of this process: to open a file that it has locked, and to close it, would end the lock. */
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel lock;

    private BoardDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** A new one among the temporary files; those of dead launchers are removed. */
    static BoardDirectory open() {
        try {
            removeAbandoned();
            var path = Files.createTempDirectory(PREFIX);
            OURS.add(path);
            var unlocked = path.resolve(OWNER + ".new"); // is called owner only once it is locked
            var lock = FileChannel.open(unlocked, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            lock.lock();
            Files.move(unlocked, path.resolve(OWNER), StandardCopyOption.ATOMIC_MOVE);
            return new BoardDirectory(path, lock);
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary directory for the launcher", e);
        }
    }

    private static void removeAbandoned() {
        var temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try (var found = Files.newDirectoryStream(temporary, PREFIX + "*")) {
            for (var directory : found) {
                if (!OURS.contains(directory) && isAbandoned(directory)) {
                    remove(directory);
                    log.info("removed {}, which a launcher that was killed had left", directory);
                }
            }
        } catch (IOException | RuntimeException e) {
            log.debug("cannot look for what killed launchers have left: {}", e.getMessage());
        }
    }

    private static boolean isAbandoned(Path directory) {
        try (var owner = FileChannel.open(directory.resolve(OWNER), StandardOpenOption.WRITE)) {
            return owner.tryLock() != null;
        } catch (IOException e) {
            return false; // it has none yet, or is another user's
        }
    }

    private static void remove(Path directory) throws IOException {
        for (var file : list(directory)) {
            Files.deleteIfExists(file);
        }
        Files.deleteIfExists(directory);
    }

    private static List<Path> list(Path directory) throws IOException {
        var files = new ArrayList<Path>();
        try (var found = Files.newDirectoryStream(directory)) {
            found.forEach(files::add);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return files;
    }

    /** A board for a worker that starts. */
    Board create(String worker) throws IOException {
        Files.createDirectories(path); // a cleaner of temporary files may have taken it away
        return Board.create(path, worker);
    }

    /** For a worker whose launcher is dead, when it has deleted its board: removes the directory unless another board is there. */
    static void leave(Path board) throws IOException {
        var directory = board.resolveSibling("");
        if (list(directory).stream().allMatch(file -> file.endsWith(OWNER))) {
            remove(directory);
        }
    }

    @Override
    public void close() throws IOException {
        remove(path);
        lock.close();
        OURS.remove(path);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
