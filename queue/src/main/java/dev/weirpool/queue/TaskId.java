package dev.weirpool.queue;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * Names one task, for as long as it lives: the producer that sent it, a random number, and its place in that producer's order.
 *
 * <p>Its text form is 32 hexadecimal digits.
 */
public record TaskId(long producer, long sequence) {

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if it is not 32 hexadecimal digits
     */
    public static TaskId parse(String text) {
        if (!text.matches("[0-9a-fA-F]{32}")) {
            throw new IllegalArgumentException("not a task id: '" + text + "'; it has 32 hexadecimal digits");
        }
        return new TaskId(
                Long.parseUnsignedLong(text.substring(0, 16), 16), Long.parseUnsignedLong(text.substring(16), 16));
    }

    /** Reads the 16 bytes of an id as envelopes hold it. */
    public static TaskId of(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        return new TaskId(in.getLong(), in.getLong());
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(producer) + HexFormat.of().toHexDigits(sequence);
    }
}
