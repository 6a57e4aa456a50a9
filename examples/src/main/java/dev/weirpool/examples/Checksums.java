package dev.weirpool.examples;

import dev.weirpool.pool.Pool;
import dev.weirpool.pool.ProgressLine;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 of every file below a directory, in the format of {@code sha256sum}. */
public final class Checksums {
    /** Prints a line for each file, and returns how many could not be read. */
    public static int run(Pool pool, Path directory) throws IOException {
        List<String> files = FileTree.filesBelow(directory);
        int unreadable = 0;
        try (var progress = ProgressLine.start("sha256", files.size());
                var lines = pool.imapUnordered(Checksums::line, files, 4)) {
            while (lines.hasNext()) {
                try {
                    progress.print(System.out, lines.next());
                } catch (RuntimeException e) {
                    progress.print(System.err, "cannot read: " + e.getMessage());
                    unreadable++;
                }
            }
        }
        return unreadable;
    }

    static String line(String file) throws Exception {
        var sha256 = new DigestOutputStream(OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"));
        Files.copy(Path.of(file), sha256);
        String name = file.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
        return (name.equals(file) ? "" : "\\")
                + HexFormat.of().formatHex(sha256.getMessageDigest().digest()) + "  " + name;
    }

    private Checksums() {}
}
