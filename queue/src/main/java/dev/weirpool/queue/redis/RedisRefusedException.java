package dev.weirpool.queue.redis;

/** Redis answered with an error that sending the command again will not cure. */
public sealed class RedisRefusedException extends RuntimeException permits ForeignDataException {

    public RedisRefusedException(String message) {
        super(message);
    }

    public RedisRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
