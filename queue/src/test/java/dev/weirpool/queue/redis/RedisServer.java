package dev.weirpool.queue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A Redis server of a test's own, to be killed, frozen and started again on the same port. */
public final class RedisServer implements AutoCloseable {
    private final Path directory;
    private final List<String> options;
    private final int port;
    private Process process;

    private RedisServer(Path directory, List<String> options, int port) {
        this.directory = directory;
        this.options = options;
        this.port = port;
    }

    /** @param options further ones, such as {@code --appendonly yes} */
    public static RedisServer start(Path directory, String... options) throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = socket.getLocalPort();
            socket.close();
            return startAt(port, directory, options);
        }
    }

    static RedisServer startAt(int port, Path directory, String... options) throws IOException {
        RedisOptions.embedded().open().close(); // unpacks the server
        var server = new RedisServer(directory, List.of(options), port);
        server.start();
        return server;
    }

    public RedisOptions options() {
        return RedisOptions.of("redis://127.0.0.1:" + port);
    }

    public int port() {
        return port;
    }

    public void start() throws IOException {
        var command = new ArrayList<>(List.of(binary().toString()));
        if (options.contains("--sentinel")) {
            command.add(directory.resolve("sentinel.conf").toString()); // which it writes to
        }
        command.addAll(List.of("--port", "" + port, "--bind", "127.0.0.1", "--dir", directory.toString()));
        if (!options.contains("--sentinel")) {
            command.addAll(List.of("--save", ""));
        }
        command.addAll(options);
        process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        await().atMost(Duration.ofSeconds(10)).until(this::accepts);
    }

    /** Also if it is frozen. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Makes it silent: connections stay, nothing is answered. */
    public void freeze() throws Exception {
        signal("STOP");
    }

    public void thaw() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    URI ownUri() {
        var password = options.indexOf("--requirepass") + 1;
        var login = password == 0
                ? ""
                : ":" + URLEncoder.encode(options.get(password), UTF_8).replace("+", "%20") + "@";
        return URI.create("redis://" + login + "127.0.0.1:" + port);
    }

    private boolean accepts() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** That of the embedded server, or the one that {@code WEIRPOOL_TEST_REDIS} names. */
    private static Path binary() throws IOException {
        var other = System.getenv("WEIRPOOL_TEST_REDIS");
        if (other != null) {
            return Path.of(other);
        }
        try (var files = Files.list(CacheDirectory.path())) {
            return files.filter(file -> file.getFileName().toString().startsWith("redis-server"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Fails if what is in it breaks a rule of the protocol, or would stay for ever. */
    @Override
    public void close() throws Exception {
        try {
            if (process.isAlive()) {
                thaw();
                LeakAudit.checkQueues(ownUri());
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
