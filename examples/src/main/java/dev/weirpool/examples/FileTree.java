package dev.weirpool.examples;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** What there is to read below a directory. */
final class FileTree {
    private FileTree() {}

    /** All files and links to files, as text; what cannot be looked into is named as well, for whoever reads it to say why. */
    static List<String> filesBelow(Path directory) throws IOException {
        var files = new ArrayList<String>();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes kind) {
                if (kind.isRegularFile() || (kind.isSymbolicLink() && !Files.isDirectory(file))) {
                    files.add(file.toString());
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException unreadable) {
                files.add(file.toString());
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }
}
