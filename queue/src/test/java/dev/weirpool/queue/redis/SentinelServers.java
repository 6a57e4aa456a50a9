package dev.weirpool.queue.redis;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A master, two replicas and three sentinels of a test's own, with passwords; the master to be killed. */
public final class SentinelServers extends ServerGroup {
    private static final String PASSWORD = "of@the:servers";
    private static final String SENTINEL_PASSWORD = "of&the+sentinels";
    private static final String MASTER = "main";

    private final List<RedisServer> sentinels = new ArrayList<>();

    private SentinelServers(Path directory, Optional<Authority> authority) {
        super(directory, authority);
    }

    /** Ready for a failover when this returns, which takes a second for a master to be missed. */
    public static SentinelServers start(Path directory) throws Exception {
        return started(new SentinelServers(directory, Optional.empty()));
    }

    /** The same, all of which speak TLS alone, and with those alone who have a certificate. */
    public static SentinelServers startEncrypted(Path directory) throws Exception {
        return started(new SentinelServers(directory, authority(directory)));
    }

    @Override
    void start() throws Exception {
        startMasterOrReplica(0);
        var master = servers.get(0).port();
        for (var i = 1; i <= 2; i++) {
            startMasterOrReplica(i, "--replicaof", HOST, "" + master);
        }
        await().atMost(LIMIT).until(() -> attachedReplicas() == 2);
        for (var i = 0; i < 3; i++) {
            var name = "sentinel-" + i;
            Files.writeString(directoryOf(name).resolve("sentinel.conf"), """
                    sentinel sentinel-pass "%2$s"
                    sentinel monitor %3$s %5$s %4$d 2
                    sentinel auth-pass %3$s "%1$s"
                    sentinel down-after-milliseconds %3$s 1000
                    sentinel failover-timeout %3$s 3000
                    """.formatted(
                            PASSWORD, SENTINEL_PASSWORD, MASTER, master, HOST));
            sentinels.add(startServer(name, "--sentinel", "--requirepass", SENTINEL_PASSWORD));
        }
        await().atMost(LIMIT).until(() -> sentinels.stream().allMatch(SentinelServers::knowsAll));
    }

    private void startMasterOrReplica(int number, String... options) throws IOException {
        var all = new ArrayList<>(List.of("--requirepass", PASSWORD, "--masterauth", PASSWORD));
        all.addAll(List.of(options));
        servers.add(startServer("server-" + number, all.toArray(String[]::new)));
    }

    private long attachedReplicas() throws Exception {
        try (var redis = connect(servers.get(0))) {
            return role(redis).get(2) instanceof List<?> replicas ? replicas.size() : 0;
        }
    }

    private static boolean knowsAll(RedisServer sentinel) {
        var state = (List<?>) ask(sentinel, "master", MASTER);
        var texts = state.stream().map(SentinelServers::text).toList();
        return texts.get(texts.indexOf("num-slaves") + 1).equals("2")
                && texts.get(texts.indexOf("num-other-sentinels") + 1).equals("2");
    }

    @Override
    String address() {
        return "+sentinel://:" + encoded(PASSWORD) + "@" + addressesOfSentinels() + "/" + MASTER;
    }

    @Override
    Optional<String> parameters() {
        return Optional.of("sentinel-password=" + encoded(SENTINEL_PASSWORD));
    }

    public String addressesOfSentinels() {
        return sentinels.stream().map(sentinel -> HOST + ":" + sentinel.port()).collect(Collectors.joining(","));
    }

    /** The server that is the master, by its own word; there is one, or will be. */
    public RedisServer master() {
        return await().atMost(LIMIT)
                .until(() -> servers.stream().filter(SentinelServers::isMaster).toList(), found -> found.size() == 1)
                .get(0);
    }

    public List<RedisServer> replicas() {
        var master = master();
        return servers.stream()
                .filter(server -> server != master && server.isAlive())
                .toList();
    }

    /** Whether both replicas have said that they have all that the master has. */
    public boolean replicatedEverything() throws Exception {
        try (var redis = connect(master())) {
            var role = role(redis);
            return ((List<?>) role.get(2))
                    .stream()
                            .allMatch(replica -> Long.valueOf(text(((List<?>) replica).get(2)))
                                    .equals(role.get(1)));
        }
    }

    public void thawReplicas() throws Exception {
        for (var server : servers) {
            if (server.isAlive()) {
                server.thaw();
            }
        }
    }

    /** Makes both replicas silent, and gives them nothing of what is written from now on. */
    public void cutOffReplicas() throws Exception {
        for (var replica : replicas()) {
            replica.freeze();
        }
        try (var redis = connect(master())) {
            redis.call("CLIENT", bytes("KILL"), bytes("TYPE"), bytes("replica"));
        }
    }

    /** Kills the master; returns it. */
    public RedisServer killMaster() throws Exception {
        var master = master();
        master.kill();
        return master;
    }

    /** Waits until another is the master, and all sentinels say so. */
    public void awaitFailoverFrom(RedisServer former) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(() -> {
            var now = servers.stream()
                    .filter(server -> server != former && isMaster(server))
                    .toList();
            return now.size() == 1
                    && sentinels.stream()
                            .allMatch(sentinel -> named(sentinel) == now.get(0).port());
        });
    }

    private static int named(RedisServer sentinel) {
        var address = (List<?>) ask(sentinel, "get-master-addr-by-name", MASTER);
        return Integer.parseInt(text(address.get(1)));
    }

    private static List<?> role(RedisConnection redis) {
        return (List<?>) redis.call("ROLE");
    }

    private static Object ask(RedisServer sentinel, String question, String master) {
        try (var redis = connect(sentinel)) {
            return redis.call("SENTINEL", bytes(question), bytes(master));
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    @Override
    public void close() throws Exception {
        for (var sentinel : sentinels) {
            sentinel.kill();
        }
        super.close();
    }
}
