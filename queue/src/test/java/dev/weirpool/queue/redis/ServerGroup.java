package dev.weirpool.queue.redis;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.RedisOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Redis servers of a test's own that belong together: masters, to be killed, and replicas that take over. */
abstract class ServerGroup implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(30);
    static final String HOST = "127.0.0.1";

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    final List<RedisServer> servers = new ArrayList<>();

    private final Path directory;
    private final Optional<Authority> authority;
    private final Random random = new Random();

    /** @param authority whose certificates they have, if they speak TLS */
    ServerGroup(Path directory, Optional<Authority> authority) {
        this.directory = directory;
        this.authority = authority;
    }

    /** Those that speak TLS have their certificates in a directory of their own. */
    static Optional<Authority> authority(Path directory) throws Exception {
        return Optional.of(Authority.in(Files.createDirectory(directory.resolve("certificates")), HOST));
    }

    /** Has it started, or nothing left behind. */
    static <G extends ServerGroup> G started(G group) throws Exception {
        try {
            group.start();
            return group;
        } catch (Throwable e) {
            group.close();
            throw e;
        }
    }

    /** Returns when each master has its replicas. */
    abstract void start() throws Exception;

    final RedisServer startServer(String name, String... options) throws IOException {
        var own = directory.resolve(name);
        return RedisServer.startAt(freePort(), Files.createDirectories(own), authority, options);
    }

    /** A directory for the server of that name, to put files into before it is started. */
    final Path directoryOf(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }

    /** The servers of a cluster talk over another port, 10000 higher. */
    private int freePort() {
        while (true) {
            var port = 20_000 + random.nextInt(10_000);
            try (var own = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                    var other = new ServerSocket(port + 10_000, 1, InetAddress.getLoopbackAddress())) {
                return own.getLocalPort();
            } catch (IOException e) {
                // taken
            }
        }
    }

    /** With all that it takes to get in. */
    public final RedisOptions options() {
        return options("ca", "cert", "key");
    }

    /** With all but the certificate by which a client shows who it is. */
    public final RedisOptions optionsWithoutCertificate() {
        return options("ca");
    }

    private RedisOptions options(String... files) {
        var parameters = Stream.of(parameters(), authority.map(known -> known.parameters(files)))
                .flatMap(Optional::stream)
                .collect(Collectors.joining("&"));
        return RedisOptions.of((authority.isPresent() ? "rediss" : "redis")
                + address()
                + (parameters.isEmpty() ? "" : "?" + parameters));
    }

    /** Their address, behind {@code redis} or {@code rediss}. */
    abstract String address();

    /** Parameters of the address besides the certificates. */
    Optional<String> parameters() {
        return Optional.empty();
    }

    /** The keys on one of them. */
    public final List<String> keysOn(RedisServer server) {
        try (var redis = connect(server)) {
            return ((List<?>) redis.call("KEYS", bytes("*")))
                    .stream().map(ServerGroup::text).toList();
        }
    }

    static boolean isMaster(RedisServer server) {
        if (!server.isAlive()) {
            return false;
        }
        try (var redis = connect(server)) {
            return text(((List<?>) redis.call("ROLE")).get(0)).equals("master");
        } catch (RedisUnavailableException e) {
            return false;
        }
    }

    static RedisConnection connect(RedisServer server) {
        return new ServerConnection(server.ownUri(), TIMEOUT, () -> false);
    }

    static String text(Object reply) {
        return new String((byte[]) reply, UTF_8);
    }

    /** Fails if what is in a master breaks a rule of the protocol, or would stay for ever. */
    @Override
    public void close() throws Exception {
        try {
            for (var server : servers) {
                if (isMaster(server)) {
                    LeakAudit.checkQueues(server.ownUri());
                }
            }
        } finally {
            for (var server : servers) {
                server.kill();
            }
        }
    }
}
