package dev.weirpool.queue.redis;

/**
 * Redis could not be reached, or is there but cannot serve just now (loading, failing over, read-only).
 *
 * <p>Whether the command was carried out is not known. Everything Weirpool sends may safely be sent again.
 */
public sealed class RedisUnavailableException extends RuntimeException permits NotDurableYetException {

    public RedisUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
