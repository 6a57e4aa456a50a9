package dev.weirpool.queue.redis;

import dev.weirpool.queue.signing.Keyring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.model.Architecture;
import redis.embedded.model.OS;
import redis.embedded.model.OsArchitecture;

/**
 * A real Redis server that belongs to this process: one at most, on the loopback interface, with a password, in memory only.
 *
 * <p>It ends with this process however that ends, a {@code kill -9} included: a shell holds the other end of a pipe from us
 * and kills the server when the pipe closes.
 */
public final class EmbeddedServer {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedServer.class);
    private static final Duration START_LIMIT = Duration.ofSeconds(10);
    private static final int TRIES = 5;

    /** Runs the server until it ends, or until our end of the pipe on standard input closes. */
    private static final String LIFELINE = """
            exec 3<&0
            "$1" "$2/redis.conf" 3<&- &
            server=$!
            { read -r closed <&3; kill -9 $server; } &
            watch=$!
            wait $server
            kill $watch 2>/dev/null
            rm -rf "$2" "$3"
            """;

    private static @Nullable EmbeddedServer running;

    /** Those that use the server, or did. */
    private static final Set<Redis> users = ConcurrentHashMap.newKeySet();

    private final Process shell;
    private final Path directory;
    private final URI uri;

    private EmbeddedServer(Process shell, Path directory, URI uri) {
        this.shell = shell;
        this.directory = directory;
        this.uri = uri;
    }

    /**
     * The address of this process's server, started if it was not running.
     *
     * @param port the port to listen on, or 0 for any that is free
     * @throws IllegalArgumentException if the port is taken, or the server already listens on another
     */
    public static synchronized URI uri(int port) {
        return uri(port, Keyring.none());
    }

    private static synchronized URI uri(int port, Keyring keyring) {
        if (running == null || !running.shell.isAlive()) {
            running = start(port);
            if (port != 0 && keyring == Keyring.ofThisProcess()) {
                tell(keyring, port);
            }
        }
        if (port != 0 && running.uri.getPort() != port) {
            throw new IllegalArgumentException("the embedded Redis of this process listens on port "
                    + running.uri.getPort() + " already and cannot move to " + port);
        }
        return running.uri;
    }

    /** This process's server, if it runs. */
    static synchronized Optional<EmbeddedServer> running() {
        return Optional.ofNullable(running).filter(server -> server.shell.isAlive());
    }

    URI uri() {
        return uri;
    }

    /** What has the server as its child. */
    ProcessHandle process() {
        return shell.toHandle();
    }

    /**
     * Opens this process's server, started if it was not running.
     *
     * @param port the port to listen on, or 0 for any that is free
     * @throws IllegalArgumentException if the port is taken, or the server already listens on another
     */
    public static Redis open(int port, Duration timeout, Duration patience, Keyring keyring) {
        var redis = new Redis(uri(port, keyring), timeout, patience, keyring);
        users.removeIf(Redis::isClosed);
        users.add(redis);
        return redis;
    }

    /** Lets other processes of this user on this machine sign for the server that is there for them to find. */
    private static void tell(Keyring keyring, int port) {
        try {
            keyring.save(secretFile(port));
        } catch (IOException e) {
            log.warn(
                    "other processes cannot use the embedded Redis on port {} without a secret: {}",
                    port,
                    e.toString());
        }
    }

    /** What is signed with on the embedded server at {@code uri}, if it is one of this user's on a port of its own. */
    public static Optional<Keyring> keyringOf(URI uri) {
        var isHere = Set.of("127.0.0.1", "localhost").contains(RedisUri.host(uri));
        return isHere
                ? Optional.of(secretFile(RedisUri.port(uri)))
                        .filter(Files::isReadable)
                        .map(Keyring::read)
                : Optional.empty();
    }

    private static Path secretFile(int port) {
        return CacheDirectory.path().resolve("embedded-" + port + ".secret");
    }

    /**
     * The server's executable, unpacked once into the cache.
     *
     * @throws IOException if there is none for this system, or it cannot be unpacked
     */
    public static Path executable() throws IOException {
        var resource = ExecutableProvider.newProvidedVersionsMap().get(thisMachine());
        if (resource == null || resource.toLowerCase(Locale.ROOT).contains("windows")) {
            throw new IOException("there is no embedded Redis of 6.2 or later for this system;"
                    + " start one yourself and set WEIRPOOL_REDIS_URL=redis://host:6379");
        }
        var name = resource.substring(resource.lastIndexOf('/') + 1);
        var file = CacheDirectory.path().resolve(name);
        if (Files.isExecutable(file)) {
            return file;
        }
        var unpacked = Files.createTempFile(file.getParent(), name, ".part");
        try (var in = ExecutableProvider.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("the embedded-redis library holds no " + resource);
            }
            Files.copy(in, unpacked, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(unpacked, PosixFilePermissions.fromString("rwxr-xr-x"));
            return Files.move(unpacked, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new IOException(
                    "it cannot be unpacked into " + file.getParent() + " (" + e.getMessage()
                            + "); set XDG_CACHE_HOME to a directory with 10 MB to spare, or WEIRPOOL_REDIS_URL to a Redis that runs",
                    e);
        } finally {
            Files.deleteIfExists(unpacked);
        }
    }

    /** Without asking {@code uname}, as the library would: another process, and a quarter of the server's start. */
    private static OsArchitecture thisMachine() {
        return switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> new OsArchitecture(OS.detectOS(), Architecture.x86_64);
            case "aarch64", "arm64" -> new OsArchitecture(OS.detectOS(), Architecture.aarch64);
            default -> OsArchitecture.detectOSandArchitecture();
        };
    }

    static EmbeddedServer start(int port) {
        try {
            var binary = executable();
            if (port != 0) {
                requireFree(port);
                return run(binary, port);
            }
            for (var i = 1; ; i++) {
                try {
                    return run(binary, freePort());
                } catch (IOException e) {
                    if (i == TRIES) { // another process took the port in between, each time
                        throw e;
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the embedded Redis: " + e.getMessage(), e);
        }
    }

    private static EmbeddedServer run(Path binary, int port) throws IOException {
        var directory = Files.createTempDirectory("weirpool-redis");
        var password = randomPassword();
        writeConfiguration(directory, port, password);
        var shell = new ProcessBuilder(
                        "sh",
                        "-c",
                        LIFELINE,
                        "sh",
                        binary.toString(),
                        directory.toString(),
                        secretFile(port).toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var server = new EmbeddedServer(shell, directory, URI.create("redis://:" + password + "@127.0.0.1:" + port));
        server.awaitReady();
        server.endWithJvm();
        log.debug("embedded Redis listens on port {}", port);
        return server;
    }

    private static void writeConfiguration(Path directory, int port, String password) throws IOException {
        var file = directory.resolve("redis.conf");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                file,
                String.join(
                        "\n",
                        "port " + port,
                        "bind 127.0.0.1",
                        "requirepass " + password,
                        "maxmemory-policy noeviction",
                        "save \"\"",
                        "appendonly no",
                        "dir \"" + directory + "\"",
                        "logfile \"" + directory.resolve("redis.log") + "\"",
                        ""));
    }

    private void awaitReady() throws IOException {
        var deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            try {
                new ServerConnection(uri, Duration.ofSeconds(2), () -> false).close();
                return;
            } catch (RedisUnavailableException e) {
                if (System.nanoTime() > deadline || !shell.isAlive()) {
                    throw new IOException("it did not come up; its log ends: " + lastLogLine(), e);
                }
            }
            try {
                TimeUnit.MILLISECONDS.sleep(2);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                shell.destroy();
                throw new IOException("interrupted while it started", e);
            }
        }
    }

    /**
     * Ends the server while the JVM shuts down, unless somebody may still use it: the JVM would end a third of a second later, because
     * it waits for the thread that waits for the shell.
     */
    private void endWithJvm() {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(this::endUnlessUsed, "weirpool-redis-end"));
        } catch (IllegalStateException e) {
            // the JVM is shutting down: the pipe is enough
        }
    }

    private void endUnlessUsed() {
        if (!users.stream().allMatch(Redis::isClosed)) {
            return;
        }
        try {
            shell.getOutputStream().close();
            shell.waitFor(1, TimeUnit.SECONDS);
        } catch (IOException e) {
            // it has ended already
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String lastLogLine() throws IOException {
        var file = directory.resolve("redis.log");
        if (!Files.exists(file)) {
            return "(no log)";
        }
        var lines = Files.readAllLines(file);
        return lines.isEmpty() ? "(empty)" : lines.get(lines.size() - 1);
    }

    private static void requireFree(int port) {
        try {
            new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "port " + port + " is in use; name another, or leave it out for any that is free", e);
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("no free port on the loopback interface", e);
        }
    }

    private static String randomPassword() {
        var bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
