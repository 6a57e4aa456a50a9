package dev.weirpool.queue.redis;

/** Redis answered with an error that sending the command again will not cure. */
public final class RedisRefusedException extends RuntimeException {

    public RedisRefusedException(String message) {
        super(message);
    }

    public RedisRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
