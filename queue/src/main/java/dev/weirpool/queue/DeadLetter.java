package dev.weirpool.queue;

import dev.weirpool.queue.codec.Preview;
import dev.weirpool.queue.protocol.Envelope;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A task that was given up: what it was, and how each attempt ended. */
public final class DeadLetter {

    private final Envelope envelope;
    private final List<Attempt> attempts;
    private final TaskCodec codec;

    DeadLetter(Envelope envelope, List<Attempt> attempts, TaskCodec codec) {
        this.envelope = envelope;
        this.attempts = List.copyOf(attempts);
        this.codec = codec;
    }

    public TaskId id() {
        return new TaskId(envelope.producer(), envelope.sequence());
    }

    /** The readable name, for example {@code com.acme.Tasks::checksum}; empty if the envelope cannot be read. */
    public String name() {
        return envelope.isReadable() ? envelope.name() : "";
    }

    public Map<String, String> headers() {
        return envelope.isReadable() ? codec.options(envelope).headers() : Map.of();
    }

    /** How its attempts ended, in order, as far as that is kept: for 30 days. */
    public List<Attempt> attempts() {
        return attempts;
    }

    /** The arguments as text, cut at 1000 characters, as far as that can be told without their classes: none is looked for. */
    public String argumentsPreview() {
        try {
            envelope.requireReadable();
        } catch (IllegalArgumentException e) {
            return "(cannot be read here: " + e.getMessage() + ")";
        }
        if (envelope.blob().isPresent()) {
            return "(" + envelope.blob().get().length() + " bytes, which lie apart)";
        }
        var body = envelope.body();
        return body.length == 0 ? "" : Preview.of(Arrays.copyOfRange(body, 1, body.length), 2);
    }

    /** The task as it is stored. */
    public byte[] toBytes() {
        return envelope.raw().clone();
    }

    Envelope envelope() {
        return envelope;
    }

    @Override
    public String toString() {
        var why = attempts.isEmpty()
                ? ""
                : ": " + attempts.get(attempts.size() - 1).outcome();
        return "task " + id() + " " + name() + why;
    }
}
