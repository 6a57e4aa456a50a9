package dev.weirpool.queue.redis;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A master with replicas, found by asking its sentinels anew for each connection. A sentinel may be wrong, or behind: the server
 * that it names has to say itself that it is a master.
 */
final class Sentinels implements Topology {

    /** A sentinel has nothing else to do; one whose host is gone must not take the time that the others need. */
    private static final Duration MOST_PATIENCE = Duration.ofSeconds(1);

    private final URI uri;
    private final String master;
    private volatile List<String> addresses; // the one that was right last comes first

    Sentinels(URI uri) {
        this.uri = uri;
        this.master = RedisUri.master(uri);
        this.addresses = RedisUri.hosts(uri);
    }

    @Override
    public RedisConnection connect(Duration timeout, BooleanSupplier givesUp) {
        var patience = timeout.compareTo(MOST_PATIENCE) < 0 ? timeout : MOST_PATIENCE;
        var tried = new HashSet<String>();
        RuntimeException failure = null;
        for (var sentinel : addresses) {
            if (givesUp.getAsBoolean() || Thread.currentThread().isInterrupted()) {
                break;
            }
            try {
                var server = ask(sentinel, patience, givesUp);
                if (tried.add(server)) {
                    var connection = open(server, timeout, givesUp);
                    prefer(sentinel);
                    return connection;
                }
            } catch (RedisUnavailableException e) {
                failure = e;
            } catch (SentinelRefusal e) { // the others may know better
                failure = failure == null ? new RedisRefusedException(String.valueOf(e.getMessage()), e) : failure;
            }
        }
        throw failure != null
                ? failure
                : new RedisUnavailableException(
                        "interrupted while the sentinels of " + master + " were asked", new IllegalStateException());
    }

    /** Where the master is, by one sentinel. */
    private String ask(String sentinel, Duration patience, BooleanSupplier givesUp) {
        try (var connection = new ServerConnection(RedisUri.sentinelAt(uri, sentinel), patience, givesUp)) {
            var reply = connection.call("SENTINEL", bytes("get-master-addr-by-name"), bytes(master));
            if (reply instanceof List<?> address && address.size() == 2) {
                return RedisUri.address(text(address.get(0)), Integer.parseInt(text(address.get(1))));
            }
            throw new SentinelRefusal(
                    "the sentinel at " + sentinel + " knows no master called '" + master
                            + "'; redis-cli -p PORT SENTINEL MASTERS lists those that it knows",
                    null);
        } catch (RedisRefusedException e) {
            throw new SentinelRefusal(
                    "the sentinel at " + sentinel + ": " + e.getMessage()
                            + " (a sentinel's own are sentinel-user= and sentinel-password= there)",
                    e);
        }
    }

    private RedisConnection open(String server, Duration timeout, BooleanSupplier givesUp) {
        var connection = new ServerConnection(RedisUri.serverAt(uri, server), timeout, givesUp);
        if (isMaster(connection)) {
            return connection;
        }
        connection.close();
        throw new RedisUnavailableException(
                "Redis at " + server + " is not the master of " + master + " any more, or not yet",
                new IllegalStateException("a replica"));
    }

    /** As it says itself; if we may not ask, what it answers to the first write will tell. */
    private static boolean isMaster(ServerConnection connection) {
        return connection
                .callIfAllowed("ROLE")
                .map(role -> text(requireNonNull(((List<?>) role).get(0))).equals("master"))
                .orElse(true);
    }

    private void prefer(String sentinel) {
        var known = addresses;
        if (!known.get(0).equals(sentinel)) {
            var reordered = new ArrayList<>(known);
            reordered.remove(sentinel);
            reordered.add(0, sentinel);
            addresses = List.copyOf(reordered);
        }
    }

    private static String text(Object reply) {
        return new String((byte[]) reply, UTF_8);
    }

    private static final class SentinelRefusal extends RuntimeException {

        SentinelRefusal(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
