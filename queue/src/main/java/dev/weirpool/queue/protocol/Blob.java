package dev.weirpool.queue.protocol;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/**
 * What stands for a payload that is too large to travel with its task or result, and lies apart in pieces.
 *
 * @param id names its key; never used for another
 * @param digest SHA-256 of the payload
 * @param length of the payload in bytes
 */
public record Blob(byte[] id, byte[] digest, int length) {

    /** The largest payload that travels as it is. */
    public static final int INLINE_BYTES = 64 * 1024;

    /** The largest payload there is. */
    public static final int MAX_BYTES = 1 << 30;

    /** What a reference takes: id, digest, and the length, which scripts look for at the end. */
    public static final int REFERENCE_BYTES = 52;

    private static final int ID_BYTES = 16;
    private static final int DIGEST_BYTES = 32;

    /** A new one, for {@code payload}. */
    public static Blob of(byte[] payload) {
        var id = UUID.randomUUID();
        return new Blob(
                ByteBuffer.allocate(ID_BYTES)
                        .putLong(id.getMostSignificantBits())
                        .putLong(id.getLeastSignificantBits())
                        .array(),
                digest(payload),
                payload.length);
    }

    /** Reads a reference from {@code bytes}, of which it is all from {@code from} on; empty if that is none. */
    public static Optional<Blob> in(byte[] bytes, int from) {
        if (from < 0 || bytes.length - from != REFERENCE_BYTES) {
            return Optional.empty();
        }
        var length = ByteBuffer.wrap(bytes).getInt(bytes.length - Integer.BYTES);
        if (length < 0 || length > MAX_BYTES) {
            return Optional.empty();
        }
        var digestAt = from + ID_BYTES;
        return Optional.of(new Blob(
                Arrays.copyOfRange(bytes, from, digestAt),
                Arrays.copyOfRange(bytes, digestAt, digestAt + DIGEST_BYTES),
                length));
    }

    /** The reference. */
    public byte[] reference() {
        return ByteBuffer.allocate(REFERENCE_BYTES)
                .put(id)
                .put(digest)
                .putInt(length)
                .array();
    }

    boolean isOf(byte[] payload) {
        return payload.length == length && Arrays.equals(digest(payload), digest);
    }

    private static byte[] digest(byte[] payload) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(payload);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
