package dev.weirpool.worker;

import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.codec.DecodingException;
import dev.weirpool.queue.protocol.Blob;
import dev.weirpool.queue.protocol.BlobBroker;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.redis.Backoff;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Reads the bodies of tasks, and writes their results; those that are large lie apart in Redis. While Redis is away it waits. */
final class Payloads {

    private final TaskCodec codec;
    private final Redis redis;
    private final BlobBroker blobs;

    Payloads(TaskCodec codec, Redis redis, String queue) {
        this.codec = codec;
        this.redis = redis;
        this.blobs = new BlobBroker(queue);
    }

    TaskCodec codec() {
        return codec;
    }

    /**
     * The task that {@code envelope} holds.
     *
     * @throws DecodingException if it cannot be read, or its body is gone
     */
    Task<?> decode(Envelope envelope) {
        envelope.requireReadable(); // signed, with it where the body is and what its bytes must be
        var apart = envelope.blob();
        if (apart.isEmpty()) {
            return codec.decode(envelope);
        }
        var blob = apart.get();
        var body = exchange(connection -> {
                    blobs.renew(connection, blob, BlobBroker.TASK_LIFE);
                    return blobs.get(connection, blob);
                })
                .orElseThrow(() -> new DecodingException("its arguments of " + blob.length()
                        + " bytes are not in Redis any more, or are damaged; they are kept for "
                        + BlobBroker.TASK_LIFE.toDays() + " days after it was due or last begun"));
        return codec.decode(envelope, body);
    }

    /** The outcome as it travels to whoever may want it. */
    byte[] encode(Envelope task, Outcome outcome) {
        var encoded = codec.encode(outcome);
        var keep = task.hasHeaders() ? codec.options(task).keepResult() : Optional.<Duration>empty();
        if (encoded.length <= Blob.INLINE_BYTES || (keep.isEmpty() && !task.awaitsResult())) {
            return encoded;
        }
        var blob = Blob.of(encoded);
        var life = keep.map(BlobBroker.RESULT_LIFE::plus).orElse(BlobBroker.RESULT_LIFE);
        exchange(connection -> {
            blobs.put(connection, blob, encoded, life, true);
            return true;
        });
        return TaskCodec.apart(encoded, blob, keep.isPresent());
    }

    /** All of it again if Redis goes away meanwhile, since it may have lost what it had. */
    private <T> T exchange(Function<RedisConnection, T> work) {
        var backoff = new Backoff();
        while (true) {
            try {
                return redis.call(work);
            } catch (RedisUnavailableException e) {
                backoff.sleep();
            }
        }
    }
}
