package dev.weirpool.queue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/**
 * A Redis server and the idle connections to it; may be shared by all threads of the process.
 *
 * <p>It opens nothing by itself. Jedis's own pool is not used: it is a third of a worker's start-up time, and a stack of
 * idle connections is all that is needed here.
 */
public final class Redis implements AutoCloseable {

    private static final int MAX_IDLE = 8;
    private static final Pattern VERSION = Pattern.compile("redis_version:(\\d+)\\.(\\d+)\\S*");

    private final URI uri;
    private final Duration timeout;
    private final Duration patience;
    private final ConcurrentLinkedDeque<RedisConnection> idle = new ConcurrentLinkedDeque<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * @param timeout how long to wait for a connection or a reply
     * @param patience how long {@link #call} keeps trying while the server is away
     */
    public Redis(URI uri, Duration timeout, Duration patience) {
        this.uri = uri;
        this.timeout = timeout;
        this.patience = patience;
    }

    public URI uri() {
        return uri;
    }

    public Duration timeout() {
        return timeout;
    }

    /**
     * Checks that this server can carry queues: it answers, is at least 6.2, and does not evict keys. If it does not say, that is
     * logged.
     *
     * @throws RedisUnavailableException if it does not answer
     * @throws RedisRefusedException if it is too old or evicts
     */
    public void check() {
        var connection = borrow();
        if (connection.callIfAllowed("INFO").orElse(null) instanceof byte[] text) {
            requireSuitable(new String(text, UTF_8));
        } else {
            LoggerFactory.getLogger(Redis.class)
                    .warn(
                            "{} does not tell us its INFO; make sure that it is 6.2 or later, with maxmemory-policy noeviction",
                            this);
        }
        release(connection);
    }

    private void requireSuitable(String info) {
        var version = VERSION.matcher(info);
        if (version.find()) {
            var major = Integer.parseInt(version.group(1));
            var minor = Integer.parseInt(version.group(2));
            if (major < 6 || (major == 6 && minor < 2)) {
                throw new RedisRefusedException("Redis at " + RedisUri.masked(uri) + " is version " + major + "."
                        + minor + "; Weirpool needs 6.2 or later");
            }
        }
        var policy = Pattern.compile("maxmemory_policy:(\\S+)").matcher(info);
        if (policy.find() && !policy.group(1).equals("noeviction")) {
            throw new RedisRefusedException("Redis at " + RedisUri.masked(uri) + " has maxmemory-policy "
                    + policy.group(1) + ", which may drop queued tasks; set it to noeviction");
        }
    }

    /** Opens a connection of the caller's own. */
    public RedisConnection connect() {
        return new RedisConnection(uri, timeout, () -> false);
    }

    /**
     * Does {@code work} on an idle connection, and again on a new one while the server is away, for as long as the
     * patience lasts. The work must be safe to send twice.
     *
     * <p>The last try begins before the patience is over, and may take the timeout. {@link #close} or an interrupt ends a try that
     * is not answered, and the wait for the next, within a quarter of a second.
     *
     * @throws RedisUnavailableException if the server was away for all that time, or the thread was interrupted, which it then still
     *     is, or this is closed meanwhile
     */
    public <T> T call(Function<RedisConnection, T> work) {
        return call(patience, work);
    }

    /** The same, with another patience; if that is nothing it is tried once. */
    public <T> T call(Duration patience, Function<RedisConnection, T> work) {
        var deadline = System.nanoTime() + patience.toNanos();
        var backoff = new Backoff();
        while (true) {
            try {
                var connection = borrow();
                var result = work.apply(connection);
                release(connection);
                return result;
            } catch (RedisUnavailableException e) {
                if (isClosed() || System.nanoTime() > deadline) {
                    throw e;
                }
                // not a field: a worker logs nothing, and the user's logging would be a large part of its start
                LoggerFactory.getLogger(Redis.class).debug("{}; trying again", e.getMessage());
                if (!sleep(Math.min(backoff.nextMillis(), millisUntil(deadline)))) {
                    throw e;
                }
            }
        }
    }

    private static long millisUntil(long deadline) {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
    }

    /** False if the thread is interrupted or this is closed. */
    private boolean sleep(long millis) {
        try {
            return !closed.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** Closes the idle connections, and ends calls that wait for an answer; connections in use are closed as they come back. */
    @Override
    public void close() {
        closed.countDown();
        RedisConnection connection;
        while ((connection = idle.poll()) != null) {
            connection.close();
        }
    }

    @Override
    public String toString() {
        return RedisUri.masked(uri);
    }

    private RedisConnection borrow() {
        var connection = idle.poll();
        return connection != null && connection.isUsable()
                ? connection
                : new RedisConnection(uri, timeout, this::isClosed);
    }

    private void release(RedisConnection connection) {
        if (isClosed() || idle.size() >= MAX_IDLE) {
            connection.close();
        } else {
            idle.push(connection);
        }
    }
}
