package dev.weirpool.queue.redis;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a cluster: one to each server that was needed so far. What goes to a slot that has moved fails as if the server were
 * away, and is sent anew by whoever sends anew what was not answered.
 */
final class ClusterConnection extends RedisConnection {

    private final Cluster cluster;
    private final Duration timeout;
    private final BooleanSupplier givesUp;
    private final Map<URI, ServerConnection> servers = new ConcurrentHashMap<>();
    private volatile boolean ended;

    ClusterConnection(Cluster cluster, Duration timeout, BooleanSupplier givesUp) {
        this.cluster = cluster;
        this.timeout = timeout;
        this.givesUp = () -> ended || givesUp.getAsBoolean();
    }

    @Override
    public @Nullable Object call(String command, byte[]... arguments) {
        return at(key(command, arguments), server -> server.call(command, arguments));
    }

    @Override
    public Optional<Object> callIfAllowed(String command, byte[]... arguments) {
        return requireNonNull(at(key(command, arguments), server -> server.callIfAllowed(command, arguments)));
    }

    @Override
    public @Nullable Object callBlocking(Duration block, String command, byte[]... arguments) {
        return at(key(command, arguments), server -> server.callBlocking(block, command, arguments));
    }

    @Override
    public @Nullable Object run(Script script, int keys, List<byte[]> keysAndArguments) {
        return at(first(keys, keysAndArguments), server -> server.run(script, keys, keysAndArguments));
    }

    @Override
    public @Nullable Object runDurably(byte[] mark, Script script, int keys, List<byte[]> keysAndArguments) {
        return at(first(keys, keysAndArguments), server -> server.runDurably(mark, script, keys, keysAndArguments));
    }

    @Override
    public @Nullable Object runAtBell(
            byte[] bell, Duration block, Script script, int keys, List<byte[]> keysAndArguments) {
        return at(bell, server -> server.runAtBell(bell, block, script, keys, keysAndArguments));
    }

    private static byte @Nullable [] first(int keys, List<byte[]> keysAndArguments) {
        return keys == 0 ? null : keysAndArguments.get(0);
    }

    /** The first key of a command that Weirpool sends; null if it has none. */
    private static byte @Nullable [] key(String command, byte[]... arguments) {
        return switch (command) {
            case "CLIENT", "CLUSTER", "CONFIG", "DBSIZE", "INFO", "KEYS", "PING", "ROLE", "SCAN", "TIME" -> null;
            case "XREAD" -> arguments[indexOf("STREAMS", arguments) + 1];
            default -> arguments[0];
        };
    }

    private static int indexOf(String word, byte[]... arguments) {
        var sought = bytes(word);
        var index = 0;
        while (!Arrays.equals(arguments[index], sought)) {
            index++;
        }
        return index;
    }

    private <T extends @Nullable Object> T at(byte @Nullable [] key, Function<ServerConnection, T> work) {
        try {
            return work.apply(server(cluster.master(key, timeout, givesUp)));
        } catch (RedisUnavailableException e) {
            cluster.forget();
            abort();
            throw e;
        } catch (RuntimeException e) {
            abort();
            throw e;
        }
    }

    private ServerConnection server(URI uri) {
        var known = servers.get(uri);
        if (known != null) {
            return known;
        }
        var opened = new ServerConnection(uri, timeout, givesUp);
        servers.put(uri, opened);
        if (ended) {
            opened.abort(); // it was not among those that were, a moment ago
        }
        return opened;
    }

    @Override
    public void abort() {
        ended = true;
        servers.values().forEach(ServerConnection::abort);
    }

    @Override
    public void close() {
        ended = true;
        servers.values().forEach(ServerConnection::close);
    }

    @Override
    boolean isUsable() {
        return !ended && servers.values().stream().allMatch(ServerConnection::isUsable);
    }
}
