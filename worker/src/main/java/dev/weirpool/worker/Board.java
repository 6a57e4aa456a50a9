package dev.weirpool.worker;

import dev.weirpool.queue.protocol.Envelope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A few bytes of memory shared by a worker, which writes, and its launcher, which reads: what the worker is doing.
 *
 * <p>A mapped file costs the worker no system call and stays readable when the worker is killed or frozen.
 *
 * <pre>
 * offset  bytes  field
 *      0      1  1 when the worker is ready
 *      1      1  1 when its launcher has no use for it any more
 *      8      8  number of tasks begun so far; negative between two tasks
 *     16     19  fence of the task
 *     40      8  its time limit in ms, 0 for none
 * </pre>
 */
final class Board {

    private static final int SIZE = 64;
    private static final int READY = 0;
    private static final int DISMISSED = 1;
    private static final int COUNT = 8;
    private static final int FENCE = 16;
    private static final int LIMIT = 40;

    private final Path file;
    private final MappedByteBuffer memory;
    private long begun; // the worker's own count

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

    /** Where a worker leaves the stacks of its threads when its task has reached its time limit. */
    Path threadsFile() {
        return file.resolveSibling(file.getFileName() + ".threads");
    }

    /** The worker is initialized and registered; returns false if it must not claim anything, because it has been dismissed. */
    boolean markReady() {
        memory.put(READY, (byte) 1);
        VarHandle.fullFence();
        return memory.get(DISMISSED) == 0;
    }

    /** The launcher has no use for the worker any more; returns true if that is known never to claim anything. */
    boolean dismiss() {
        memory.put(DISMISSED, (byte) 1);
        VarHandle.fullFence();
        return !isReady();
    }

    boolean isReady() {
        return memory.get(READY) == 1;
    }

    /** The worker begins a task. */
    void begin(byte[] fence, long limitMillis) {
        for (var i = 0; i < Envelope.FENCE_BYTES; i++) {
            memory.put(FENCE + i, i < fence.length ? fence[i] : 0);
        }
        memory.putLong(LIMIT, limitMillis);
        memory.putLong(COUNT, ++begun);
    }

    /** The worker has ended its task. */
    void end() {
        memory.putLong(COUNT, -begun);
    }

    /** The task that runs, or ran when the worker died. */
    Optional<Running> running() {
        var count = memory.getLong(COUNT);
        if (count <= 0) {
            return Optional.empty();
        }
        var fence = new byte[Envelope.FENCE_BYTES];
        for (var i = 0; i < Envelope.FENCE_BYTES; i++) {
            fence[i] = memory.get(FENCE + i);
        }
        return Optional.of(new Running(count, fence, memory.getLong(LIMIT)));
    }

    void delete() {
        try {
            Files.deleteIfExists(file);
            Files.deleteIfExists(threadsFile());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + file, e);
        }
    }

    /**
     * A task that runs.
     *
     * @param count how many the worker had begun with it
     * @param fence that of its envelope
     * @param limitMillis its time limit, 0 for none
     */
    record Running(long count, byte[] fence, long limitMillis) {}
}
