package dev.weirpool.queue;

import dev.weirpool.queue.protocol.Claimant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An item of a {@link SharedQueue} that this process holds until it is {@link #done}.
 *
 * <pre>{@code
 * try (var claim = queue.claim()) {
 *     store(claim.value());
 *     claim.done();
 * }
 * }</pre>
 *
 * <p>One that is closed before it is done is given back to the front of its queue, and so is that of a process that dies: within 20
 * seconds, by whoever waits on the queue then. Until then it is not on the queue, and counts as not done.
 *
 * <p>May be used by many threads, one after the other.
 *
 * @param <E> what the item is
 */
public final class Claim<E> implements AutoCloseable {

    private final Claimant.Hold hold;
    private final Supplier<E> decoder;
    private final Runnable whenDone;
    private @Nullable E value; // guarded by this

    Claim(Claimant.Hold hold, Supplier<E> decoder, Runnable whenDone) {
        this.hold = hold;
        this.decoder = decoder;
        this.whenDone = whenDone;
    }

    /**
     * The item.
     *
     * @throws dev.weirpool.queue.codec.DecodingException if it cannot be read here; it may still be given back, or done
     */
    public synchronized E value() {
        var decoded = value;
        if (decoded == null) {
            decoded = decoder.get();
            value = decoded;
        }
        return decoded;
    }

    /**
     * Reports the item as dealt with: it will not come back, and {@link SharedQueue#join} waits for it no more. Do not call
     * {@link SharedQueue#taskDone} for it as well.
     *
     * @return false if that came too late, and another process has the item, or will: it was closed before, or this process was
     *     frozen or cut off from Redis for longer than its lease of 15 s; what was done with the item will be done again
     * @throws dev.weirpool.queue.redis.RedisUnavailableException if Redis does not answer within 12 s, or the thread is interrupted
     *     while it does not; whether the item counts as done is then not known, but this may be called again
     */
    public boolean done() {
        var isDone = hold.settle();
        if (isDone) {
            whenDone.run();
        }
        return isDone;
    }

    /**
     * Gives the item back to the front of its queue, unless it is {@link #done}. If Redis does not answer within 12 s, or the thread
     * is interrupted, that is done when it does, in the background.
     */
    @Override
    public void close() {
        hold.giveBack();
    }
}
