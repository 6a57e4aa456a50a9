package dev.weirpool.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A few bytes of memory shared by a worker, which writes, and its launcher, which reads: what the worker is doing.
 *
 * <p>A mapped file costs the worker no system call and stays readable when the worker is killed or frozen.
 */
final class Board {

    private static final int SIZE = 64;
    private static final byte READY = 1;

    private final Path file;
    private final MappedByteBuffer memory;

    private Board(Path file, MappedByteBuffer memory) {
        this.file = file;
        this.memory = memory;
    }

    /** A new board in {@code directory}, for a worker that starts. */
    static Board create(Path directory, String worker) {
        return map(directory.resolve(worker), StandardOpenOption.CREATE_NEW);
    }

    /** The board that the launcher has made. */
    static Board open(Path file) {
        return map(file, StandardOpenOption.WRITE);
    }

    private static Board map(Path file, StandardOpenOption how) {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, how)) {
            return new Board(file, channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open " + file, e);
        }
    }

    Path file() {
        return file;
    }

    /** The worker is initialized and registered. */
    void markReady() {
        memory.put(0, READY);
    }

    boolean isReady() {
        return memory.get(0) == READY;
    }

    void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + file, e);
        }
    }
}
