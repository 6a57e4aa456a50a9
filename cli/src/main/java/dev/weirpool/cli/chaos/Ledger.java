package dev.weirpool.cli.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * A file of lines, each with the kernel when {@link #append} returns: it tells the truth about a process that was killed.
 *
 * <p>Not about a machine that lost its power, which no run does to any; to wait for the disk would only make the run slower.
 */
final class Ledger implements AutoCloseable {

    private final FileChannel file;

    private Ledger(FileChannel file) {
        this.file = file;
    }

    static Ledger open(Path path) {
        try {
            return new Ledger(FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open " + path, e);
        }
    }

    synchronized void append(String line) {
        try {
            var bytes = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write a ledger", e);
        }
    }

    /** What was written; without a last line that a kill has cut off. */
    static List<String> lines(Path path) {
        try {
            var text = Files.readString(path);
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    /** The moment, as ledgers have it. */
    static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a ledger", e);
        }
    }
}
