package dev.weirpool.queue.redis;

/** Redis has reached its {@code maxmemory} and refused a write whole; nothing was stored. */
public final class RedisFullException extends RuntimeException {

    public RedisFullException(String message, Throwable cause) {
        super(message, cause);
    }
}
