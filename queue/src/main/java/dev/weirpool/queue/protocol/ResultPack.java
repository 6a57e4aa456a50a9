package dev.weirpool.queue.protocol;

import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Keyring;
import dev.weirpool.queue.signing.Signer;
import dev.weirpool.queue.signing.WrongSignatureException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Results of one producer's tasks as they travel: for each the task's id, the length in four bytes, and the bytes; all of them signed
 * together, for that producer.
 */
final class ResultPack {

    /** What each result takes besides its bytes. */
    static final int OVERHEAD = 20;

    private static final int ID_BYTES = 16;

    private final Signer signer;

    ResultPack(Keyring keyring, String queue) {
        this.signer = keyring.signer(Direction.RESULT, queue);
    }

    /** The result of the task with that id. */
    byte[] seal(byte[] id, byte[] result) {
        var packed = ByteBuffer.allocate(OVERHEAD + result.length);
        put(packed, id, 0, result);
        return seal(ByteBuffer.wrap(id).getLong(), packed.array());
    }

    /** What was {@link #put} for tasks of {@code producer}. */
    byte[] seal(long producer, byte[] packed) {
        return signer.signs() ? signer.seal(context(producer), packed) : packed;
    }

    /** Adds a result. */
    static void put(ByteBuffer out, byte[] idHolder, int at, byte[] result) {
        out.put(idHolder, at, ID_BYTES).putInt(result.length).put(result);
    }

    /**
     * The results in a pack.
     *
     * @throws WrongSignatureException if it was not signed by one of our keys for that producer; nothing of it is read then
     * @throws IllegalArgumentException if it is none, which can only be where nothing is signed
     */
    List<ResultEntry> open(long producer, String cursor, byte[] sealed) {
        var packed = ByteBuffer.wrap(isPlain(producer, sealed) ? sealed : signer.open(context(producer), sealed));
        var results = new ArrayList<ResultEntry>();
        try {
            while (packed.hasRemaining()) {
                var whose = packed.getLong();
                var sequence = packed.getLong();
                var length = packed.getInt();
                if (whose != producer || length < 0 || length > packed.remaining()) {
                    throw new IllegalArgumentException("it is damaged");
                }
                var result = new byte[length];
                packed.get(result);
                results.add(new ResultEntry(cursor, sequence, result));
            }
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("it is damaged", e);
        }
        return results;
    }

    /** Whether it is a result without a pack around it, as results were kept before anything could be signed. */
    boolean isLone(long producer, byte[] sealed) {
        return !signer.signs() && !isPlain(producer, sealed);
    }

    private boolean isPlain(long producer, byte[] sealed) {
        return !signer.signs()
                && sealed.length >= OVERHEAD
                && ByteBuffer.wrap(sealed).getLong() == producer;
    }

    private static byte[] context(long producer) {
        return ByteBuffer.allocate(8).putLong(producer).array();
    }
}
