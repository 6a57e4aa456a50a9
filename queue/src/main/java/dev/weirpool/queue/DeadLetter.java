package dev.weirpool.queue;

import dev.weirpool.queue.codec.DecodingException;
import dev.weirpool.queue.protocol.Envelope;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A task that was given up: what it was, and how each attempt ended. */
public final class DeadLetter {

    private static final int MAX_PREVIEW = 1000;

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

    /** The arguments as text, cut at 1000 characters. They are decoded here and now, with the classes of this process. */
    public String argumentsPreview() {
        try {
            envelope.requireReadable();
            if (envelope.blob().isPresent()) {
                return "(" + envelope.blob().get().length() + " bytes, which lie apart)";
            }
            var text = Arrays.deepToString(codec.decode(envelope).arguments());
            return text.length() <= MAX_PREVIEW ? text : text.substring(0, MAX_PREVIEW) + "...";
        } catch (DecodingException | IllegalArgumentException e) {
            return "(cannot be read here: " + e.getMessage() + ")";
        }
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
