package dev.weirpool.scheduler;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.ScheduledRun;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A schedule as Redis keeps it.
 *
 * <pre>
 * bytes  field
 *     1  version of this layout
 *     4  how many missed times are fired
 *     4  how many tasks may run at a time, 0 for any number
 *     4  length of the schedule's line; then the line, in UTF-8; the rest is the envelope of its task, without an id
 * </pre>
 *
 * @param limit how many of its tasks may run at a time; 0 for any number
 * @param template the envelope of its task, without an id
 */
record Definition(Schedule schedule, Misfire misfire, int limit, Envelope template) {

    private static final byte VERSION = 1;
    private static final int FIXED_BYTES = 13;

    /**
     * What {@code scheduled} is to be kept as.
     *
     * @throws IllegalArgumentException if an argument of the task cannot travel
     */
    static Definition of(ScheduledTask scheduled, TaskCodec codec) {
        var options = scheduled.options();
        var schedule = scheduled.schedule();
        var limit = schedule.delay().isPresent() ? 1 : options.maxConcurrent();
        var draft = codec.draft(scheduled.task(), options.task(), false);
        if (limit > 0) {
            draft = new Envelope.Draft(
                    draft.name(),
                    draft.priority(),
                    draft.awaitsResult(),
                    draft.maxAttempts(),
                    ScheduledRun.headers(draft.headers(), scheduled.name(), schedule.delay()),
                    draft.body());
        }
        return new Definition(schedule, options.misfire(), limit, draft.inline().seal(0, 0));
    }

    byte[] toBytes() {
        var line = schedule.toString().getBytes(UTF_8);
        return ByteBuffer.allocate(FIXED_BYTES + line.length + template.size())
                .put(VERSION)
                .putInt(misfire.most())
                .putInt(limit)
                .putInt(line.length)
                .put(line)
                .put(template.raw())
                .array();
    }

    /**
     * Reads what {@link #toBytes} made.
     *
     * @throws IllegalArgumentException if it cannot be read
     */
    static Definition of(byte[] bytes) {
        try {
            var in = ByteBuffer.wrap(bytes);
            var version = in.get();
            if (version != VERSION) {
                throw new IllegalArgumentException(
                        "its version is " + version + ", and this scheduler reads " + VERSION + ": upgrade it");
            }
            var misfire = new Misfire(in.getInt());
            var limit = in.getInt();
            var length = in.getInt();
            if (limit < 0 || length < 0 || length > in.remaining()) {
                throw new IllegalArgumentException("it is damaged");
            }
            var line = new String(bytes, FIXED_BYTES, length, UTF_8);
            var template = Envelope.stored(Arrays.copyOfRange(bytes, FIXED_BYTES + length, bytes.length));
            template.requireReadable();
            return new Definition(Schedule.parse(line), misfire, limit, template);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("it is damaged: " + bytes.length + " bytes are too few", e);
        }
    }

    /** What the ids of the tasks of the schedule of that name begin with; a planned time in ms is the rest of an id. */
    static long producer(String name) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(("schedule " + name).getBytes(UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** If no task is put because one runs, the schedule waits for so long, in ms, rather than for its end. */
    Optional<Long> instead() {
        return schedule.delay().map(delay -> delay.toMillis());
    }
}
