package dev.weirpool.queue.redis;

/**
 * Redis has accepted what was sent, but it is not as safe yet as the {@link Durability} demands: the replicas are away or behind,
 * or the disk is slow.
 *
 * <p>It is accepted all the same: a task runs, an item is in its queue. Whoever sends it again sends a second one.
 */
public final class NotDurableYetException extends RedisUnavailableException {

    public NotDurableYetException(String message, Throwable cause) {
        super(message, cause);
    }
}
