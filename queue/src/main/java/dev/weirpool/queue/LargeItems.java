package dev.weirpool.queue;

import dev.weirpool.queue.codec.DecodingException;
import dev.weirpool.queue.protocol.Blob;
import dev.weirpool.queue.protocol.BlobBroker;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The items of a shared queue that are too large to be in its list: there they are references, and lie apart themselves. */
final class LargeItems {

    private static final byte APART = 'B'; // an encoded item begins with 1

    private final Redis redis;
    private final BlobBroker blobs;

    LargeItems(Redis redis, String queue) {
        this.redis = redis;
        this.blobs = new BlobBroker(queue);
    }

    /** What is to be in the list for the item: its bytes, or a reference to them. */
    byte[] listed(byte[] encoded) {
        if (encoded.length <= Blob.INLINE_BYTES) {
            return encoded;
        }
        var blob = Blob.of(encoded);
        redis.use(connection -> blobs.put(connection, blob, encoded, BlobBroker.TASK_LIFE, false));
        return ByteBuffer.allocate(1 + Blob.REFERENCE_BYTES)
                .put(APART)
                .put(blob.reference())
                .array();
    }

    private static Optional<Blob> apart(byte[] listed) {
        return listed.length > 0 && listed[0] == APART ? Blob.in(listed, 1) : Optional.empty();
    }

    /** The bytes of the item; empty if they are gone, as they are when somebody else has taken it. */
    Optional<byte[]> find(byte[] listed) {
        var apart = apart(listed);
        return apart.isEmpty() ? Optional.of(listed) : redis.call(connection -> blobs.get(connection, apart.get()));
    }

    /** The bytes of an item that is this process's. */
    byte[] get(byte[] listed) {
        return find(listed)
                .orElseThrow(() ->
                        new DecodingException("the item is not in Redis any more, or is damaged; one of more than "
                                + Blob.INLINE_BYTES + " bytes is kept for " + BlobBroker.TASK_LIFE.toDays() + " days"));
    }

    /** The item is on the queue no more. */
    void drop(byte[] listed) {
        apart(listed).ifPresent(blob -> {
            try {
                redis.use(connection -> blobs.drop(connection, blob));
            } catch (RedisUnavailableException e) {
                // it lapses by itself
            }
        });
    }
}
