package dev.weirpool.scheduler;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.ScheduledRun;
import dev.weirpool.queue.signing.Signer;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A schedule as Redis keeps it, behind its signature.
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
    private static final int MOST_SHOWN = 4096;

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

    /** The bytes that are kept, signed for the schedule of that name. */
    byte[] toBytes(String name, Signer signer) {
        var line = schedule.toString().getBytes(UTF_8);
        var bytes = ByteBuffer.allocate(FIXED_BYTES + line.length + template.size())
                .put(VERSION)
                .putInt(misfire.most())
                .putInt(limit)
                .putInt(line.length)
                .put(line)
                .put(template.raw())
                .array();
        return signer.seal(name.getBytes(UTF_8), bytes);
    }

    /**
     * Reads what {@link #toBytes} made.
     *
     * @throws dev.weirpool.queue.signing.WrongSignatureException if it was not signed for the schedule of that name by one of our keys
     * @throws IllegalArgumentException if it cannot be read
     */
    static Definition of(byte[] sealed, String name, Signer verifier) {
        return of(verifier.open(name.getBytes(UTF_8), sealed));
    }

    /**
     * The same whoever has made it, to be shown where there is no secret to tell with, and not to be acted upon.
     *
     * @throws IllegalArgumentException if it cannot be read
     */
    static Definition unverified(byte[] sealed) {
        var bytes = Signer.unverified(sealed);
        if (bytes.length >= FIXED_BYTES && ByteBuffer.wrap(bytes).getInt(FIXED_BYTES - 4) > MOST_SHOWN) {
            throw new IllegalArgumentException("it is longer than what is shown unverified");
        }
        return of(bytes);
    }

    private static Definition of(byte[] bytes) {
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
