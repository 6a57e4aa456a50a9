package dev.weirpool.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.Progress;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.Tally;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
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
 *     48      8  how large the heap of the worker may grow
 *     64         what it has done so far: the numbers of a {@link Tally}, 8 bytes each
 *   2456      8  how often a task has said how far it is, twice; odd while that is being written
 *   2464      8  which task has last said so, as its number
 *   2472     24  done, total, and the moment in ms
 *   2496      8  length of the note, which follows
 * </pre>
 */
final class Board {

    private static final int TALLY = 64;
    private static final int PROGRESS = TALLY + 8 * Tally.SIZE;
    private static final int DONE = PROGRESS + 16;
    private static final int TOTAL = PROGRESS + 24;
    private static final int SAID_AT = PROGRESS + 32;
    private static final int NOTE_LENGTH = PROGRESS + 40;
    private static final int NOTE = PROGRESS + 48;
    private static final int MAX_NOTE_BYTES = 3 * Progress.MAX_NOTE;
    private static final int SIZE = NOTE + MAX_NOTE_BYTES;
    private static final int READY = 0;
    private static final int DISMISSED = 1;
    private static final int COUNT = 8;
    private static final int FENCE = 16;
    private static final int LIMIT = 40;
    private static final int HEAP = 48;

    private final Path file;
    private final MappedByteBuffer memory;
    private long begun; // the worker's own count
    private long said; // the same

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

    /** Where a worker leaves the stacks of its threads, when asked or when its task has reached its time limit. */
    Path threadsFile() {
        return file.resolveSibling(file.getFileName() + ".threads");
    }

    /** The worker is initialized and registered; returns false if it must not claim anything, because it has been dismissed. */
    boolean markReady() {
        memory.putLong(HEAP, Runtime.getRuntime().maxMemory());
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

    /** How large the heap of the worker may grow, in bytes; 0 until it is ready. */
    long heapLimit() {
        return memory.getLong(HEAP);
    }

    /** How many tasks the worker has begun. */
    long begun() {
        return Math.abs(memory.getLong(COUNT));
    }

    /** The worker begins a task. */
    void begin(byte[] fence, long limitMillis) {
        for (var i = 0; i < Envelope.FENCE_BYTES; i++) {
            memory.put(FENCE + i, i < fence.length ? fence[i] : 0);
        }
        memory.putLong(LIMIT, limitMillis);
        memory.putLong(COUNT, ++begun);
    }

    /** The task that runs says how far it is; any thread of the worker. */
    synchronized void say(Progress progress) {
        var note = progress.note().getBytes(UTF_8);
        memory.putLong(PROGRESS, ++said);
        VarHandle.fullFence();
        memory.putLong(PROGRESS + 8, begun);
        memory.putLong(DONE, progress.done());
        memory.putLong(TOTAL, progress.total());
        memory.putLong(SAID_AT, progress.at().toEpochMilli());
        memory.putLong(NOTE_LENGTH, note.length);
        for (var i = 0; i < note.length; i++) {
            memory.put(NOTE + i, note[i]);
        }
        VarHandle.fullFence();
        memory.putLong(PROGRESS, ++said);
    }

    /** What the task that runs has last said; empty also while it says so. */
    Optional<Said> said() {
        var count = memory.getLong(PROGRESS);
        var length = memory.getLong(NOTE_LENGTH);
        if (count == 0 || count % 2 != 0 || length < 0 || length > MAX_NOTE_BYTES) {
            return Optional.empty();
        }
        VarHandle.fullFence();
        var note = new byte[(int) length];
        for (var i = 0; i < length; i++) {
            note[i] = memory.get(NOTE + i);
        }
        var task = memory.getLong(PROGRESS + 8);
        var done = memory.getLong(DONE);
        var total = memory.getLong(TOTAL);
        var at = Instant.ofEpochMilli(memory.getLong(SAID_AT));
        VarHandle.fullFence();
        if (memory.getLong(PROGRESS) != count || done < 0 || total < 0) {
            return Optional.empty();
        }
        return Optional.of(new Said(count, task, new Progress(done, total, new String(note, UTF_8), at)));
    }

    /**
     * What a task has said.
     *
     * @param count grows each time
     * @param task the number of the task
     */
    record Said(long count, long task, Progress progress) {}

    /** The worker has ended its task. */
    void end() {
        memory.putLong(COUNT, -begun);
    }

    /** The task that runs, or ran when the worker died. */
    Optional<Running> running() {
        return memory.getLong(COUNT) > 0 ? latest() : Optional.empty();
    }

    /** The task that runs, or else the one that ran before; empty if there has been none. */
    Optional<Running> latest() {
        var count = Math.abs(memory.getLong(COUNT));
        if (count == 0) {
            return Optional.empty();
        }
        var fence = new byte[Envelope.FENCE_BYTES];
        for (var i = 0; i < Envelope.FENCE_BYTES; i++) {
            fence[i] = memory.get(FENCE + i);
        }
        return Optional.of(new Running(count, fence, memory.getLong(LIMIT)));
    }

    /** The worker has made an attempt, which took {@code ranMicros}. */
    void countRun(Tally.Count outcome, long ranMicros) {
        count(outcome);
        add(Tally.Count.RAN.ordinal(), ranMicros);
        add(Tally.runIndex(ranMicros), 1);
    }

    /** The worker begins a task that has waited for so long. */
    void countWait(long micros) {
        add(Tally.Count.WAITED.ordinal(), micros);
        add(Tally.waitIndex(micros), 1);
    }

    void count(Tally.Count what) {
        add(what.ordinal(), 1);
    }

    private void add(int index, long amount) {
        var at = TALLY + 8 * index;
        memory.putLong(at, memory.getLong(at) + amount);
    }

    /** What the worker has done so far. */
    Tally tally() {
        var values = new long[Tally.SIZE];
        for (var i = 0; i < values.length; i++) {
            values[i] = memory.getLong(TALLY + 8 * i);
        }
        return Tally.of(values);
    }

    void delete() {
        delete(file);
        deleteThreads();
    }

    void deleteThreads() {
        delete(threadsFile());
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
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
