package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;

import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.Script;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Large payloads of one queue, each in a key of its own, written and read in pieces so that nobody waits long for Redis.
 *
 * <p>All of it may be done again. A payload always has an end: whoever dies between two pieces leaves nothing for ever.
 */
public final class BlobBroker {

    /** How long one is kept that is being sent, and nothing refers to it yet. */
    public static final Duration UNSENT_LIFE = Duration.ofHours(1);

    /** How long that of a task is kept from the moment it could be run, and again whenever it is begun. */
    public static final Duration TASK_LIFE = Duration.ofDays(30);

    /** How long that of a result is kept: as its client's stream. */
    public static final Duration RESULT_LIFE = Duration.ofHours(1);

    static final int PIECE_BYTES = 512 * 1024;

    private static final Script BLOB = Script.load(BlobBroker.class, "blob");

    private final Keys keys;

    /**
     * @throws IllegalArgumentException if {@code queue} is not a queue name
     */
    public BlobBroker(String queue) {
        this.keys = new Keys(queue);
    }

    /**
     * Stores {@code payload} for {@code blob}.
     *
     * @param isResult then a full server takes it, as it takes results
     */
    public void put(RedisConnection redis, Blob blob, byte[] payload, Duration life, boolean isResult) {
        for (var from = 0; from < payload.length; from += PIECE_BYTES) {
            var piece = Arrays.copyOfRange(payload, from, Math.min(payload.length, from + PIECE_BYTES));
            redis.run(
                    BLOB,
                    1,
                    List.of(
                            keys.blob(blob),
                            bytes(from / PIECE_BYTES),
                            piece,
                            bytes(life.toMillis()),
                            bytes(isResult ? 1 : 0)));
        }
    }

    /** The payload; empty if it is gone, or not what was stored. */
    public Optional<byte[]> get(RedisConnection redis, Blob blob) {
        // what is said of its length may be wrong: nothing is allocated for what is not there
        var pieces = (blob.length() + PIECE_BYTES - 1) / PIECE_BYTES;
        if (!Long.valueOf(pieces).equals(redis.call("HLEN", keys.blob(blob)))) {
            return Optional.empty();
        }
        var payload = new byte[blob.length()];
        for (var from = 0; from < payload.length; from += PIECE_BYTES) {
            var size = Math.min(payload.length - from, PIECE_BYTES);
            if (!(redis.call("HGET", keys.blob(blob), bytes(from / PIECE_BYTES)) instanceof byte[] piece)
                    || piece.length != size) {
                return Optional.empty();
            }
            System.arraycopy(piece, 0, payload, from, size);
        }
        return blob.isOf(payload) ? Optional.of(payload) : Optional.empty();
    }

    /** Has it live that long from now on. */
    public void renew(RedisConnection redis, Blob blob, Duration life) {
        redis.call("PEXPIRE", keys.blob(blob), bytes(life.toMillis()));
    }

    public void drop(RedisConnection redis, Blob blob) {
        redis.call("UNLINK", keys.blob(blob));
    }
}
