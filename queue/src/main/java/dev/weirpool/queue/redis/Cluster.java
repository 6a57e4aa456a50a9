package dev.weirpool.queue.redis;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * The servers of a cluster, and which of them is the master of which keys: asked of any server, kept until one turns out to be away
 * or to hold the key no longer.
 */
final class Cluster implements Topology {

    /** What is asked can be answered by any server; one whose host is gone must not take the time that the others need. */
    private static final Duration MOST_PATIENCE = Duration.ofSeconds(1);

    private final URI uri;
    private volatile Layout layout = Layout.NONE;

    Cluster(URI uri) {
        this.uri = uri;
    }

    /** Asks for the layout if it is not known; the connections to the servers are made when they are needed. */
    @Override
    public RedisConnection connect(Duration timeout, BooleanSupplier givesUp) {
        if (layout.isEmpty()) {
            learn(timeout, givesUp);
        }
        return new ClusterConnection(this, timeout, givesUp);
    }

    /** The address of the master of {@code key}; of any master if there is no key. */
    URI master(byte @Nullable [] key, Duration timeout, BooleanSupplier givesUp) {
        var known = layout.isEmpty() ? learn(timeout, givesUp) : layout;
        var server = key == null ? known.any() : known.master(JedisClusterCRC16.getSlot(key));
        if (server == null) {
            forget();
            throw new RedisUnavailableException(
                    "no server of the cluster " + RedisUri.masked(uri) + " holds the slot of "
                            + new String(key == null ? new byte[0] : key, UTF_8),
                    new IllegalStateException("incomplete"));
        }
        return RedisUri.serverAt(uri, server);
    }

    /** Something has moved: the layout is asked for again before the next connection. */
    void forget() {
        layout = layout.outdated();
    }

    private Layout learn(Duration timeout, BooleanSupplier givesUp) {
        var patience = timeout.compareTo(MOST_PATIENCE) < 0 ? timeout : MOST_PATIENCE;
        // in any order, so that one that is behind or away is not asked first each time
        var candidates = new ArrayList<>(layout.servers);
        Collections.shuffle(candidates);
        var further = new LinkedHashSet<>(candidates);
        further.addAll(RedisUri.hosts(uri));
        RuntimeException failure = null;
        for (var server : further) {
            if (givesUp.getAsBoolean() || Thread.currentThread().isInterrupted()) {
                break;
            }
            try (var connection = new ServerConnection(RedisUri.serverAt(uri, server), patience, givesUp)) {
                var learnt = Layout.of(connection.call("CLUSTER", bytes("SLOTS")), server);
                if (!learnt.isEmpty()) {
                    layout = learnt;
                    return learnt;
                }
                failure = new RedisUnavailableException(
                        "Redis at " + server + " is in a cluster that has no slots yet",
                        new IllegalStateException("no slots"));
            } catch (RedisUnavailableException e) {
                failure = e;
            }
        }
        throw failure != null
                ? failure
                : new RedisUnavailableException(
                        "interrupted while the layout of " + RedisUri.masked(uri) + " was asked for",
                        new IllegalStateException());
    }

    /**
     * Which server is the master of which slots.
     *
     * @param ranges first slot -> last slot and server; empty if it is to be asked for
     * @param servers all that are known, replicas included
     */
    private record Layout(NavigableMap<Long, Range> ranges, List<String> servers) {

        static final Layout NONE = new Layout(Collections.emptyNavigableMap(), List.of());

        record Range(long last, String server) {}

        static Layout of(@Nullable Object reply, String asked) {
            var ranges = new TreeMap<Long, Range>();
            var servers = new LinkedHashSet<String>();
            for (var each : (List<?>) requireNonNull(reply)) {
                var range = (List<?>) each;
                for (var node : range.subList(2, range.size())) {
                    servers.add(address((List<?>) node, asked));
                }
                ranges.put((Long) range.get(0), new Range((Long) range.get(1), address((List<?>) range.get(2), asked)));
            }
            return new Layout(ranges, List.copyOf(servers));
        }

        /** A server that does not know its own name is where it was found. */
        private static String address(List<?> node, String asked) {
            var host = node.get(0) instanceof byte[] name ? new String(name, UTF_8) : "";
            return RedisUri.address(
                    host.isEmpty() || host.equals("?") ? RedisUri.hostOf(asked) : host,
                    Math.toIntExact((Long) node.get(1)));
        }

        boolean isEmpty() {
            return ranges.isEmpty();
        }

        Layout outdated() {
            return new Layout(Collections.emptyNavigableMap(), servers);
        }

        @Nullable
        String master(int slot) {
            return holder(ranges.floorEntry((long) slot), slot);
        }

        private static @Nullable String holder(Map.@Nullable Entry<Long, Range> range, int slot) {
            return range == null || range.getValue().last() < slot
                    ? null
                    : range.getValue().server();
        }

        String any() {
            return ranges.firstEntry().getValue().server();
        }
    }
}
