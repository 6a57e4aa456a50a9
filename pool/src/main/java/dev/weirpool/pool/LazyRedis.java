package dev.weirpool.pool;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.redis.Redis;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A connection that is opened when it is first needed: an inline pool may never use Redis at all. */
final class LazyRedis implements Supplier<Redis>, AutoCloseable {

    private final RedisOptions options;
    private @Nullable Redis redis; // guarded by this

    LazyRedis(RedisOptions options) {
        this.options = options;
    }

    @Override
    public synchronized Redis get() {
        var open = redis;
        if (open == null) {
            open = options.open();
            redis = open;
        }
        return open;
    }

    @Override
    public synchronized void close() {
        if (redis != null) {
            redis.close();
        }
    }

    @Override
    public String toString() {
        return options.toString();
    }
}
