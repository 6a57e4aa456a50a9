package dev.weirpool.queue.redis;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.signing.Keyring;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A Redis, of one server or more, and the idle connections to it; may be shared by all threads of the process.
 *
 * <p>It opens nothing by itself. Jedis's own pool is not used: it is a third of a worker's start-up time, and a stack of
 * idle connections is all that is needed here.
 */
public final class Redis implements AutoCloseable {

    private static final int MAX_IDLE = 8;
    private static final Pattern VERSION = Pattern.compile("redis_version:(\\d+)\\.(\\d+)\\S*");

    /** Of a worker process, the server of its queue. */
    private static volatile @Nullable URI ofThisWorker;

    private final URI uri;
    private final Topology topology;
    private final Duration timeout;
    private final Duration patience;
    private final Keyring keyring;
    private final ConcurrentLinkedDeque<RedisConnection> idle = new ConcurrentLinkedDeque<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * @param timeout how long to wait for a connection or a reply
     * @param patience how long {@link #call} keeps trying while the server is away
     * @param keyring what is signed with that is written there, and verified that is read
     */
    public Redis(URI uri, Duration timeout, Duration patience, Keyring keyring) {
        this.uri = uri;
        this.topology = Topology.of(uri);
        this.timeout = timeout;
        this.patience = patience;
        this.keyring = keyring;
    }

    /** The same with the secrets of the environment. */
    public Redis(URI uri, Duration timeout, Duration patience) {
        this(uri, timeout, patience, Keyring.fromEnvironment());
    }

    /** Says that this process is a worker, and which server its queue is on: its environment does not hold the address. */
    public static void serve(URI uri) {
        ofThisWorker = uri;
    }

    /** The server of the queue that this process serves, if it is a worker. */
    public static Optional<URI> ofThisWorker() {
        return Optional.ofNullable(ofThisWorker);
    }

    public URI uri() {
        return uri;
    }

    /** What is signed with that is written there, and verified that is read. */
    public Keyring keyring() {
        return keyring;
    }

    public Duration timeout() {
        return timeout;
    }

    /**
     * Checks that this server can carry queues: it answers, is at least 6.2, does not evict keys, and is what its address says. If it
     * does not say, that is logged. Of a cluster any one server is looked at.
     *
     * @throws RedisUnavailableException if it does not answer
     * @throws RedisRefusedException if it is too old, evicts, is part of something larger, or cannot do what the durability demands
     */
    public void check() {
        var connection = borrow();
        if (connection.callIfAllowed("INFO").orElse(null) instanceof byte[] text) {
            var info = new String(text, UTF_8);
            requireSuitable(info);
            requireAlone(info, connection);
        } else {
            LoggerFactory.getLogger(Redis.class)
                    .warn(
                            "{} does not tell us its INFO; make sure that it is 6.2 or later, with maxmemory-policy noeviction",
                            this);
        }
        release(connection);
    }

    private void requireSuitable(String info) {
        var durability = RedisUri.durability(uri);
        var version = VERSION.matcher(info);
        if (version.find()) {
            var number = Integer.parseInt(version.group(1)) * 1_000 + Integer.parseInt(version.group(2));
            var is = "Redis at " + RedisUri.masked(uri) + " is version " + version.group(1) + "." + version.group(2);
            if (number < 6_002) {
                throw new RedisRefusedException(is + "; Weirpool needs 6.2 or later");
            }
            if (durability.equals(Durability.FSYNC) && number < 7_002) {
                throw new RedisRefusedException(is + "; durability=fsync needs 7.2 or later: upgrade it, or have it"
                        + " run with appendfsync always, which needs no durability");
            }
        }
        if (durability.equals(Durability.FSYNC) && info.contains("aof_enabled:0")) {
            throw new RedisRefusedException("Redis at " + RedisUri.masked(uri)
                    + " keeps no append-only file, which durability=fsync needs; set appendonly to yes");
        }
        var policy = Pattern.compile("maxmemory_policy:(\\S+)").matcher(info);
        if (policy.find() && !policy.group(1).equals("noeviction")) {
            throw new RedisRefusedException("Redis at " + RedisUri.masked(uri) + " has maxmemory-policy "
                    + policy.group(1) + ", which may drop queued tasks; set it to noeviction");
        }
    }

    /** A part of something larger is refused where it would be taken for the whole. */
    private void requireAlone(String info, RedisConnection connection) {
        if (RedisUri.kind(uri) != RedisUri.Kind.SINGLE) {
            return;
        }
        if (info.contains("redis_mode:sentinel")) {
            throw new RedisRefusedException("at " + RedisUri.masked(uri)
                    + " is a sentinel, which holds no queues; write redis+sentinel://HOST:26379/MASTER");
        }
        if (info.contains("cluster_enabled:1")
                && connection.callIfAllowed("CLUSTER", bytes("INFO")).orElse(null) instanceof byte[] state
                && !new String(state, UTF_8).contains("cluster_size:1\r")) {
            throw new RedisRefusedException(
                    "Redis at " + RedisUri.masked(uri) + " is part of a cluster; write redis+cluster://HOST:PORT");
        }
    }

    /** Opens a connection of the caller's own. */
    public RedisConnection connect() {
        return topology.connect(timeout, () -> false).signingWith(keyring);
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
                return once(work);
            } catch (RedisUnavailableException e) {
                dropIdle(); // they lead to where there is no answer, or another server has taken over
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

    /** As {@link #call(Function)}, for work that has no result. */
    public void use(Consumer<RedisConnection> work) {
        call(connection -> {
            work.accept(connection);
            return true;
        });
    }

    private <T> T once(Function<RedisConnection, T> work) {
        var connection = borrow();
        try {
            var result = work.apply(connection);
            release(connection);
            return result;
        } catch (RuntimeException e) {
            connection.close();
            throw e;
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
        dropIdle();
    }

    private void dropIdle() {
        for (var connection = idle.poll(); connection != null; connection = idle.poll()) {
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
                : topology.connect(timeout, this::isClosed).signingWith(keyring);
    }

    private void release(RedisConnection connection) {
        if (isClosed() || idle.size() >= MAX_IDLE) {
            connection.close();
        } else {
            idle.push(connection);
        }
    }
}
