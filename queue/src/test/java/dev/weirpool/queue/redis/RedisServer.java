package dev.weirpool.queue.redis;

import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
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
        RedisOptions.embedded().open().close(); // unpacks the server
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var server = new RedisServer(directory, List.of(options), socket.getLocalPort());
            socket.close();
            server.start();
            return server;
        }
    }

    public RedisOptions options() {
        return RedisOptions.of("redis://127.0.0.1:" + port);
    }

    public int port() {
        return port;
    }

    public void start() throws IOException {
        var command = new ArrayList<>(List.of(
                binary().toString(),
                "--port",
                "" + port,
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                directory.toString()));
        command.addAll(options);
        process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        await().atMost(Duration.ofSeconds(10)).until(this::accepts);
    }

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

    private URI ownUri() throws URISyntaxException {
        var password = options.indexOf("--requirepass") + 1;
        return new URI(
                "redis", password == 0 ? null : ":" + options.get(password), "127.0.0.1", port, null, null, null);
    }

    private boolean accepts() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static Path binary() throws IOException {
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
