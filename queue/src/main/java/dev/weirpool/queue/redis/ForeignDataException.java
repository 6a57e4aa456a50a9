package dev.weirpool.queue.redis;

/** What is in Redis under a name of ours is not what we have put there: a key of another type, or a value that says nothing. */
public final class ForeignDataException extends RedisRefusedException {

    public ForeignDataException(String message) {
        super(message);
    }

    public ForeignDataException(String message, Throwable cause) {
        super(message, cause);
    }
}
