package dev.weirpool.queue.redis;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import redis.clients.jedis.util.JedisClusterCRC16;

/** A cluster of a test's own: three masters, each with a replica and a third of the slots. */
public final class ClusterServers extends ServerGroup {
    private static final int MASTERS = 3;
    private static final int SLOTS = 16_384;

    private ClusterServers(Path directory, Optional<Authority> authority) {
        super(directory, authority);
    }

    /** Ready for a failover when this returns, which takes a second for a master to be missed. */
    public static ClusterServers start(Path directory) throws Exception {
        return started(new ClusterServers(directory, Optional.empty()));
    }

    /** The same, all of which speak TLS alone, and with those alone who have a certificate. */
    public static ClusterServers startEncrypted(Path directory) throws Exception {
        return started(new ClusterServers(directory, authority(directory)));
    }

    @Override
    void start() throws Exception {
        for (var i = 0; i < 2 * MASTERS; i++) { // the masters first, then their replicas
            servers.add(startServer("server-" + i, "--cluster-enabled", "yes", "--cluster-node-timeout", "1000"));
        }
        for (var i = 0; i < MASTERS; i++) {
            var slots = IntStream.range(i * SLOTS / MASTERS, (i + 1) * SLOTS / MASTERS)
                    .mapToObj(RedisConnection::bytes)
                    .toArray(byte[][]::new);
            cluster(servers.get(i), "ADDSLOTS", slots);
            cluster(servers.get(i), "SET-CONFIG-EPOCH", bytes(i + 1));
        }
        for (var server : servers.subList(1, servers.size())) {
            cluster(servers.get(0), "MEET", bytes(HOST), bytes(server.port()));
        }
        await().atMost(LIMIT)
                .until(() -> servers.stream().allMatch(server -> nodes(server).size() == servers.size()));
        for (var i = 0; i < MASTERS; i++) {
            cluster(servers.get(MASTERS + i), "REPLICATE", bytes(id(servers.get(i))));
        }
        await().atMost(LIMIT).until(() -> servers.stream().allMatch(ClusterServers::isReady));
    }

    /** All slots are served, and each master has its replica, as far as {@code server} knows. */
    private static boolean isReady(RedisServer server) {
        var state = text(cluster(server, "INFO"));
        return state.contains("cluster_state:ok")
                && nodes(server).values().stream()
                                .filter(node -> node.contains("slave"))
                                .count()
                        == MASTERS
                && linkIsUp(server);
    }

    private static boolean linkIsUp(RedisServer server) {
        try (var redis = connect(server)) {
            var info = text(redis.call("INFO", bytes("replication")));
            return info.contains("role:master") ? info.contains("connected_slaves:1") : info.contains("link_status:up");
        }
    }

    /** What {@code server} knows of the others: port -> line. */
    private static Map<Integer, String> nodes(RedisServer server) {
        var nodes = new LinkedHashMap<Integer, String>();
        text(cluster(server, "NODES")).lines().forEach(line -> {
            var address = line.split(" ", -1)[1];
            nodes.put(Integer.parseInt(address.replaceFirst("@.*", "").replaceFirst(".*:", "")), line);
        });
        return nodes;
    }

    private static String id(RedisServer server) {
        return text(cluster(server, "MYID"));
    }

    @Override
    String address() {
        return "+cluster://" + HOST + ":" + servers.get(0).port() + "," + HOST + ":"
                + servers.get(1).port();
    }

    /** A queue whose keys the master with that number, from 0, holds at first. */
    public static String queueOf(int master) {
        return IntStream.range(0, SLOTS)
                .mapToObj(i -> "queue-" + i)
                .filter(queue -> slot(queue) * MASTERS / SLOTS == master)
                .findFirst()
                .orElseThrow();
    }

    public static int slot(String queue) {
        return JedisClusterCRC16.getSlot("{" + queue + "}");
    }

    /** The master of {@code queue} now. */
    public RedisServer master(String queue) {
        return await().atMost(LIMIT).until(() -> masterOrNull(queue), found -> found != null);
    }

    private RedisServer masterOrNull(String queue) {
        for (var server : servers) {
            if (server.isAlive() && owns(server, slot(queue))) {
                return server;
            }
        }
        return null;
    }

    private static boolean owns(RedisServer server, int slot) {
        var own = nodes(server).get(server.port());
        if (!own.contains("master")) {
            return false;
        }
        var fields = List.of(own.split(" ", -1));
        return fields.stream().skip(8).filter(range -> !range.startsWith("[")).anyMatch(range -> {
            var ends = range.split("-", -1);
            return Integer.parseInt(ends[0]) <= slot && slot <= Integer.parseInt(ends[ends.length - 1]);
        });
    }

    /** Waits until another than {@code former} serves {@code queue}. */
    public void awaitFailoverFrom(RedisServer former, String queue) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(() -> {
            var now = masterOrNull(queue);
            return now != null && now != former;
        });
    }

    /** Begins to move the slot of {@code queue}; until it is ended Redis refuses most of what concerns it. */
    public void beginMove(String queue, RedisServer to) {
        var slot = bytes(slot(queue));
        var from = master(queue);
        cluster(to, "SETSLOT", slot, bytes("IMPORTING"), bytes(id(from)));
        cluster(from, "SETSLOT", slot, bytes("MIGRATING"), bytes(id(to)));
    }

    /** Waits until {@code server} has told somebody to try again, or elsewhere. */
    public void awaitRefusals(RedisServer server) {
        await().atMost(LIMIT).until(() -> {
            try (var redis = connect(server)) {
                var errors = text(redis.call("INFO", bytes("errorstats")));
                return errors.contains("errorstat_TRYAGAIN") || errors.contains("errorstat_ASK");
            }
        });
    }

    /** Waits until it is a replica of the one that has taken over, with all that it has. */
    public void startAgain(RedisServer killed) throws IOException {
        killed.start();
        await().atMost(LIMIT).until(() -> servers.stream().allMatch(ClusterServers::isReady));
    }

    /** Moves the keys of {@code queue}, then the slot. */
    public void endMove(String queue, RedisServer to) {
        var slot = bytes(slot(queue));
        var from = master(queue);
        try (var redis = connect(from)) {
            for (var keys = keys(redis, slot); !keys.isEmpty(); keys = keys(redis, slot)) {
                for (var key : keys) {
                    redis.call("MIGRATE", bytes(HOST), bytes(to.port()), (byte[]) key, bytes(0), bytes(5_000));
                }
            }
        }
        for (var server : List.of(to, from)) {
            cluster(server, "SETSLOT", slot, bytes("NODE"), bytes(id(to)));
        }
    }

    private static List<?> keys(RedisConnection redis, byte[] slot) {
        return (List<?>) redis.call("CLUSTER", bytes("GETKEYSINSLOT"), slot, bytes(100));
    }

    private static Object cluster(RedisServer server, String command, byte[]... arguments) {
        var all = new ArrayList<>(List.of(bytes(command)));
        all.addAll(List.of(arguments));
        try (var redis = connect(server)) {
            return redis.call("CLUSTER", all.toArray(byte[][]::new));
        }
    }

    @Override
    public String toString() {
        return servers.stream().map(server -> "" + server.port()).collect(Collectors.joining(" "));
    }
}
