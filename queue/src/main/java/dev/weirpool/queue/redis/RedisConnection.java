package dev.weirpool.queue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.signing.Keyring;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * A connection to Redis, used by one thread at a time: to one server, or to those of a cluster, each command to the one that holds
 * its first key.
 *
 * <p>After any exception the connection is closed for good, because a late reply could otherwise be taken for the
 * answer to the next command. {@link #abort()} may be called by any thread and wakes a caller that waits for a reply.
 */
public abstract sealed class RedisConnection implements AutoCloseable permits ServerConnection, ClusterConnection {

    private Keyring keyring = Keyring.none();

    RedisConnection() {}

    /** This one, with what is signed with that is sent, and verified that is received; set before it is used. */
    RedisConnection signingWith(Keyring keyring) {
        this.keyring = keyring;
        return this;
    }

    /** What is signed with that is sent, and verified that is received; the connection itself does neither. */
    public Keyring keyring() {
        return keyring;
    }

    /** Sends one command and returns its reply: {@code byte[]}, {@code Long}, {@code List} or null. */
    public abstract @Nullable Object call(String command, byte[]... arguments);

    /** The same for a command that this user may be denied, or the server may not have: nothing then, and the connection goes on. */
    public abstract Optional<Object> callIfAllowed(String command, byte[]... arguments);

    /**
     * Sends a command that waits inside Redis for up to {@code block}; the read limit is extended by as much.
     * The command's own timeout argument must be {@code block}.
     */
    public abstract @Nullable Object callBlocking(Duration block, String command, byte[]... arguments);

    /** Runs {@code script}; the first {@code keys} of {@code keysAndArguments} are its keys. */
    public abstract @Nullable Object run(Script script, int keys, List<byte[]> keysAndArguments);

    /**
     * Runs {@code script}, and returns when what it wrote is as safe as the {@link Durability} of the address demands, also if that was
     * when it was sent before, and it has written nothing now.
     *
     * @param mark a key to be written then, so that there is something to wait for; it lapses
     * @throws NotDurableYetException if it is not in time, though the script has run
     */
    public abstract @Nullable Object runDurably(byte[] mark, Script script, int keys, List<byte[]> keysAndArguments);

    /**
     * Waits inside Redis for a token in the list {@code bell}, for up to {@code block}, then runs {@code script} as {@link #run} does,
     * whether there was one or not. Both travel together, so that the script runs the moment there is a token. An interrupt ends this
     * only when the reply is overdue, because what the script has done would be lost with it; {@link #abort} ends it at once.
     */
    public abstract @Nullable Object runAtBell(
            byte[] bell, Duration block, Script script, int keys, List<byte[]> keysAndArguments);

    /** Ends the connection from any thread; a caller waiting for a reply gets a {@link RedisUnavailableException}. */
    public abstract void abort();

    @Override
    public abstract void close();

    abstract boolean isUsable();

    /** For how long a command is to wait: at least a millisecond, and a half more, because Redis rounds down, and nothing means for ever. */
    public static byte[] seconds(Duration limit) {
        return bytes(Double.toString((Math.max(1, limit.toMillis()) + 0.5) / 1000));
    }

    /** UTF-8, as keys and numbers travel. */
    public static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Which of the 16 384 slots of a cluster has the keys with that hash tag. */
    public static int slot(String tag) {
        return JedisClusterCRC16.getSlot(tag);
    }

    /** Decimal digits, as Redis reads numbers. */
    public static byte[] bytes(long number) {
        return Long.toString(number).getBytes(UTF_8);
    }
}
