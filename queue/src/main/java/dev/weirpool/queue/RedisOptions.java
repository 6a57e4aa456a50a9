package dev.weirpool.queue;

import dev.weirpool.queue.redis.Durability;
import dev.weirpool.queue.redis.EmbeddedServer;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisUri;
import dev.weirpool.queue.signing.Keyring;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which Redis to use, how long to wait for it, and what to sign with what is written there.
 *
 * <p>The embedded server is a real Redis that belongs to this process, one at most, in memory only: it ends with the process,
 * and what is on it then is gone. It is the default wherever {@code WEIRPOOL_REDIS_URL} is not set.
 */
public final class RedisOptions {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final @Nullable URI uri;
    private final int embeddedPort;
    private final Duration timeout;
    private final Duration patience;
    private final @Nullable Keyring keyring; // null: that of the environment, when it is needed

    private RedisOptions(
            @Nullable URI uri, int embeddedPort, Duration timeout, Duration patience, @Nullable Keyring keyring) {
        this.uri = uri;
        this.embeddedPort = embeddedPort;
        this.timeout = timeout;
        this.patience = patience;
        this.keyring = keyring;
    }

    /**
     * A server at {@code redis://[user:password@]host[:port][/database]}; the master that sentinels name, at
     * {@code redis+sentinel://[user:password@]host1[:port],host2[:port],.../master[/database]}; or a cluster, by some of its servers,
     * at {@code redis+cluster://[user:password@]host1[:port],host2[:port],...}. With {@code rediss} at the front each of them speaks TLS.
     *
     * <p>Sentinels that ask for a login get {@code ?sentinel-user=} and {@code &sentinel-password=}. {@code ?durability=} is as
     * {@link #withDurability} says: {@code local}, {@code fsync} or {@code replicas:N}.
     *
     * <p>The server's certificate must be that host's and signed by someone this JVM trusts, or by one of those in the file named
     * by {@code ?ca=}. A server that asks who we are gets the certificate in the file named by {@code cert=}, with the key in
     * {@code key=}. The files are in PEM form, and read by every process that connects, workers included.
     *
     * @throws IllegalArgumentException if it is no such address
     */
    public static RedisOptions of(String uri) {
        return new RedisOptions(RedisUri.parse(uri), 0, TIMEOUT, PATIENCE, null);
    }

    /** The server of this process's own, on any free port. */
    public static RedisOptions embedded() {
        return new RedisOptions(null, 0, TIMEOUT, PATIENCE, null);
    }

    /**
     * The server of this process's own, on {@code port}, so that other processes on this machine can find it.
     *
     * @throws IllegalArgumentException if it is not a port number
     */
    public static RedisOptions embedded(int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("a port must be from 1 to 65535, got " + port);
        }
        return new RedisOptions(null, port, TIMEOUT, PATIENCE, null);
    }

    /** The server named by {@code WEIRPOOL_REDIS_URL}, else, in a task, that of the worker's queue, else the embedded one. */
    public static RedisOptions fromEnvironment() {
        return Optional.ofNullable(System.getenv("WEIRPOOL_REDIS_URL"))
                .filter(url -> !url.isBlank())
                .or(() -> Redis.ofThisWorker().map(URI::toString))
                .map(RedisOptions::of)
                .orElseGet(RedisOptions::embedded);
    }

    /**
     * How long to wait for a connection, and for a reply beyond the time that a command itself waits; 2 s by default.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public RedisOptions withTimeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("the timeout must be positive, got " + timeout);
        }
        return new RedisOptions(uri, embeddedPort, timeout, patience, keyring);
    }

    /** For how long a call is tried again while Redis is away; 10 s by default, and with nothing it is tried once. */
    public RedisOptions withPatience(Duration patience) {
        return new RedisOptions(uri, embeddedPort, timeout, patience, keyring);
    }

    /**
     * Signs all that is written with the first of {@code secrets}, and takes what is signed with any of them. All processes that use a
     * queue need the same; {@code openssl rand -base64 32} makes one.
     *
     * <p>Where this is not called, {@code WEIRPOOL_SECRET} holds them, one a line, or {@code WEIRPOOL_SECRET_FILE} names a file with
     * them. The embedded server, and a pool with a queue of its own, need none: they make one; processes of the same user on the same
     * machine find that of an embedded server on a given port.
     *
     * @throws IllegalArgumentException if one is shorter than 16 bytes
     */
    public RedisOptions withSecret(String... secrets) {
        return withKeyring(Keyring.of(List.of(secrets)));
    }

    /**
     * Signs nothing and takes whatever comes: for a Redis that nobody else can write to, because whoever can may have workers and clients
     * run code. Logs a warning, once.
     */
    public RedisOptions unsigned() {
        return withKeyring(Keyring.unsigned());
    }

    /** Signs and verifies with {@code keyring}. */
    public RedisOptions withKeyring(Keyring keyring) {
        return new RedisOptions(uri, embeddedPort, timeout, patience, keyring);
    }

    /**
     * What is signed and verified with.
     *
     * @throws IllegalArgumentException if the environment names it and it is none
     */
    public Keyring keyring() {
        var given = keyring != null ? keyring : Keyring.fromEnvironment();
        if (!given.isNone()) {
            return given;
        }
        return uri == null
                ? Keyring.ofThisProcess()
                : EmbeddedServer.keyringOf(uri).orElse(given);
    }

    /**
     * How safe a task, an item of a shared queue or a change of a schedule has to be before its sender is told that it was accepted;
     * {@link Durability#LOCAL} by default. What is not in time is tried again while the patience lasts, then ends in a
     * {@link dev.weirpool.queue.redis.NotDurableYetException}.
     *
     * @throws IllegalArgumentException if this is the embedded server, which keeps nothing and has no replicas
     */
    public RedisOptions withDurability(Durability durability) {
        if (uri == null) {
            throw new IllegalArgumentException(
                    "the embedded Redis keeps nothing and has no replicas; durability needs a server of your own");
        }
        return new RedisOptions(RedisUri.withDurability(uri, durability), embeddedPort, timeout, patience, keyring);
    }

    public boolean isEmbedded() {
        return uri == null;
    }

    /** The server itself, started first if it is the embedded one. Checked: it answers and is suitable. */
    public Redis open() {
        var redis = openUnchecked();
        redis.check();
        return redis;
    }

    /** The server itself, which may not answer or not be suitable. */
    public Redis openUnchecked() {
        return uri != null
                ? new Redis(uri, timeout, patience, keyring())
                : EmbeddedServer.open(embeddedPort, timeout, patience, keyring());
    }

    /** Without user, password and secrets. */
    @Override
    public String toString() {
        return uri == null ? "embedded Redis" : RedisUri.masked(uri);
    }
}
