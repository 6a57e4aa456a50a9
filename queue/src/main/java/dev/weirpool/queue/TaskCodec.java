package dev.weirpool.queue;

import dev.weirpool.queue.codec.AllowList;
import dev.weirpool.queue.codec.Codec;
import dev.weirpool.queue.codec.DecodingException;
import dev.weirpool.queue.codec.EncodingException;
import dev.weirpool.queue.codec.Surrogate;
import dev.weirpool.queue.protocol.Blob;
import dev.weirpool.queue.protocol.Due;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.UniqueName;
import dev.weirpool.queue.redis.Redis;
import java.nio.ByteBuffer;
import java.util.AbstractList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tasks and outcomes as bytes, for Weirpool's own modules; safe for use by many threads.
 *
 * <p>A body is one byte for the task's kind, then the encoded array of descriptor, captured values and arguments. An outcome is
 * one byte for its kind, then the encoded value or failure.
 */
public final class TaskCodec {

    private static final byte RETURNED = 'V';
    private static final byte THREW = 'F';
    private static final byte CANCELLED = 'C';
    private static final byte APART = 'B';
    private static final byte KEPT_APART = 'K';
    private static final int OUTCOME_APART_BYTES = 54;

    private final Codec codec;
    private final String where;
    private final AllowList allowed;
    private final int limit; // of a result or an item, in bytes

    /**
     * For what is this program's own.
     *
     * @param redis where the shared queues live that travel with tasks
     * @param where what to call this process in failures, for example {@code worker 4711 on build-3}
     */
    public TaskCodec(Supplier<Redis> redis, String where) {
        this(redis, where, AllowList.ofProgram());
    }

    /** The same for the classes of a list. */
    public TaskCodec(Supplier<Redis> redis, String where, AllowList allowed) {
        this(redis, where, allowed, Blob.MAX_BYTES);
    }

    /** With another limit for results and items, for who has no gigabyte to exceed it with. */
    TaskCodec(Supplier<Redis> redis, String where, AllowList allowed, int limit) {
        this.where = where;
        this.allowed = allowed;
        this.limit = limit;
        this.codec = new Codec(
                allowed,
                new Surrogate<>(
                        Throwable.class,
                        Failure.class,
                        thrown -> Failure.of(thrown, where),
                        failure -> failure.rebuild(allowed)),
                SharedQueue.surrogate(redis, this));
    }

    /** Which classes may travel, and whose methods may be tasks. */
    public AllowList allowed() {
        return allowed;
    }

    /** What this process is called in failures. */
    public String where() {
        return where;
    }

    /**
     * The bytes of an item of a shared queue.
     *
     * @throws IllegalArgumentException if it cannot travel, or is too large
     */
    byte[] encodeItem(Object item) {
        var encoded = codec.encode(item);
        if (encoded.length > limit) {
            throw new IllegalArgumentException("an item of " + item.getClass().getTypeName() + " takes "
                    + encoded.length + " bytes, more than the limit of " + limit
                    + "; put a file or a key to read it from instead");
        }
        return encoded;
    }

    Object decodeItem(byte[] bytes) {
        return Objects.requireNonNull(codec.decode(bytes), "a queue holds no nulls");
    }

    /**
     * Turns {@code task} into an envelope that lacks only its id.
     *
     * @throws IllegalArgumentException if an argument or a captured value cannot travel, naming it, or they are too large
     */
    public Envelope.Draft draft(Task<?> task, TaskOptions options, boolean awaitsResult) {
        return new Envelope.Draft(
                task.name(), options.priority(), awaitsResult, options.attempts(), headers(task, options), body(task));
    }

    private static Map<String, String> headers(Task<?> task, TaskOptions options) {
        var tracing = TaskTracing.found();
        if (tracing.isEmpty()) {
            return options.allHeaders();
        }
        var all = new LinkedHashMap<>(options.allHeaders());
        all.putAll(tracing.get().send(task.name(), options.headers()));
        return all;
    }

    /** The options that {@code envelope} carries; when it is due is past. */
    public TaskOptions options(Envelope envelope) {
        return TaskOptions.of(envelope.headers(), envelope.priority(), envelope.maxAttempts());
    }

    /** When a task with these options becomes ready. */
    public static Due due(TaskOptions options) {
        return options.at().map(Due::at).orElseGet(() -> Due.in(options.delay()));
    }

    /** The name that a task with these options is to hold. */
    public static Optional<UniqueName> uniqueName(TaskOptions options) {
        return options.uniqueKey().map(key -> new UniqueName(key, options.uniqueFor()));
    }

    private byte[] body(Task<?> task) {
        Invocation.requireAllowed(task, allowed);
        try {
            return codec.encodeBehind(
                    (byte) task.kind().ordinal(), new Object[] {task.descriptor(), task.captured(), task.arguments()});
        } catch (EncodingException e) {
            throw new IllegalArgumentException(
                    "cannot send " + task.name() + ": " + placed(e.path(), String.valueOf(e.getMessage())), e);
        }
    }

    /** The message with the place as a caller knows it: {@code [2][0].owner} is in argument 1, {@code [1][0]} was captured. */
    private static String placed(String path, String message) {
        if (!path.startsWith("[2][") && !path.startsWith("[1][")) {
            return message;
        }
        var end = path.indexOf(']', 4) + 1;
        var number = 1 + Integer.parseInt(path.substring(4, end - 1));
        var place = (path.startsWith("[2][") ? "argument " : "captured value ") + number;
        var raw = path.substring(0, end);
        return message.startsWith(raw) ? place + message.substring(raw.length()) : place + ": " + message;
    }

    /**
     * Reads the task that {@code envelope} holds.
     *
     * @throws DecodingException if it cannot be read
     */
    public Task<?> decode(Envelope envelope) {
        return decode(envelope, envelope.body());
    }

    /** The same, of one whose body lies apart. */
    public Task<?> decode(Envelope envelope, byte[] body) {
        if (body.length == 0 || body[0] < 0 || body[0] >= Task.Kind.values().length) {
            throw new DecodingException("unknown kind of task");
        }
        var name = envelope.name();
        var colons = name.indexOf("::");
        var decoded = codec.decode(body, 1);
        if (colons >= 0
                && decoded instanceof Object[] parts
                && parts.length == 3
                && parts[0] instanceof String descriptor
                && parts[1] instanceof Object[] captured
                && parts[2] instanceof Object[] arguments) {
            return new Task<>(
                    Task.Kind.values()[body[0]],
                    name.substring(0, colons),
                    name.substring(colons + 2),
                    descriptor,
                    captured,
                    arguments);
        }
        throw new DecodingException("the body is not that of a task");
    }

    /** The bytes of {@code outcome}; where its value cannot travel, those of a failure that says so. */
    public byte[] encode(Outcome outcome) {
        if (outcome instanceof Outcome.Returned returned) {
            return encodeReturned(returned.value());
        }
        if (outcome instanceof Outcome.Threw threw) {
            return codec.encodeBehind(THREW, threw.failure());
        }
        return new byte[] {CANCELLED};
    }

    private byte[] encodeReturned(@Nullable Object value) {
        try {
            return withinLimit(
                    codec.encodeBehind(RETURNED, value instanceof ChunkValues chunk ? chunk.values() : value));
        } catch (EncodingException e) {
            if (value instanceof ChunkValues chunk) {
                var one = oneByOne(chunk.values());
                if (one != null) {
                    return withinLimit(one);
                }
            }
            return encode(new Outcome.Threw(Failure.of("cannot encode the result: " + e.getMessage(), where)));
        }
    }

    private byte[] withinLimit(byte[] encoded) {
        return encoded.length <= limit
                ? encoded
                : encode(new Outcome.Threw(Failure.of(
                        "the result takes " + encoded.length + " bytes, more than the limit of " + limit
                                + "; return a file or a key to read it from instead",
                        where)));
    }

    /** The results of a chunk, those that cannot travel as failures; null if that does not help. */
    private byte @Nullable [] oneByOne(@Nullable Object[] values) {
        var copy = values.clone();
        for (var i = 0; i < copy.length; i++) {
            try {
                codec.encode(copy[i]);
            } catch (EncodingException e) {
                copy[i] = Failure.of("cannot encode the result: " + e.getMessage(), where);
            }
        }
        try {
            return codec.encodeBehind(RETURNED, copy);
        } catch (EncodingException e) {
            return null;
        }
    }

    /**
     * Reads an outcome; one that cannot be read is a failure that says so.
     *
     * @param bytes what {@link #encode} made, in any process
     */
    public Outcome decodeOutcome(byte[] bytes) {
        try {
            return switch (bytes.length == 0 ? 0 : bytes[0]) {
                case RETURNED -> new Outcome.Returned(codec.decode(bytes, 1));
                case THREW -> new Outcome.Threw((Failure) Objects.requireNonNull(codec.decode(bytes, 1)));
                case CANCELLED -> new Outcome.Cancelled();
                default -> throw new DecodingException("unknown kind of outcome");
            };
        } catch (DecodingException | ClassCastException | NullPointerException e) {
            return new Outcome.Threw(
                    Failure.of("the result came back but cannot be read here: " + e.getMessage(), where));
        }
    }

    /**
     * What goes in the place of an outcome whose bytes are {@code encoded} and lie apart.
     *
     * @param isKept whether others may read it after its client, who else deletes it
     */
    public static byte[] apart(byte[] encoded, Blob blob, boolean isKept) {
        return ByteBuffer.allocate(OUTCOME_APART_BYTES)
                .put(isKept ? KEPT_APART : APART)
                .put(encoded[0])
                .put(blob.reference())
                .array();
    }

    /** Where an outcome lies, if that is apart. */
    public static Optional<Blob> outcomeApart(byte[] bytes) {
        return bytes.length == OUTCOME_APART_BYTES && (bytes[0] == APART || bytes[0] == KEPT_APART)
                ? Blob.in(bytes, 2)
                : Optional.empty();
    }

    /** Whether an outcome that lies apart is to be left there by its client. */
    public static boolean isKeptApart(byte[] bytes) {
        return bytes[0] == KEPT_APART;
    }

    /** What becomes of a task whose outcome lay apart and is gone. */
    public Outcome outcomeGone(Blob blob) {
        return new Outcome.Threw(Failure.of(
                "the result of " + blob.length()
                        + " bytes is not in Redis any more; it is read within an hour, or as long as the"
                        + " options of its task keep it",
                where));
    }

    /** The outcomes of the items of a chunk, whose value is an array in which failures stand for themselves. */
    public static List<Outcome> outcomes(@Nullable Object[] values) {
        return new AbstractList<>() { // there may be a million, each looked at once

            @Override
            public Outcome get(int i) {
                return values[i] instanceof Failure failure
                        ? new Outcome.Threw(failure)
                        : new Outcome.Returned(values[i]);
            }

            @Override
            public int size() {
                return values.length;
            }
        };
    }
}
