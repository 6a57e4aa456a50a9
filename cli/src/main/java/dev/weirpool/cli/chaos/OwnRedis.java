package dev.weirpool.cli.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.redis.EmbeddedServer;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/**
 * A Redis server of the run's own that loses nothing when it is killed: it writes each command to the disk before it answers.
 *
 * <p>A shell holds the other end of a pipe from us and kills the server when the pipe closes, so that it ends with us.
 */
final class OwnRedis implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String SCRIPT = """
            exec 3<&0
            "$1" "$2" 3<&- >/dev/null 2>&1 &
            server=$!
            echo $server
            { read -r closed <&3; kill -9 $server; } >/dev/null 2>&1 &
            watch=$!
            wait $server
            kill $watch 2>/dev/null
            """;

    private final Path configuration;
    private final URI uri;
    private Process shell;
    private ProcessHandle server;

    private OwnRedis(Path configuration, URI uri) throws IOException {
        this.configuration = configuration;
        this.uri = uri;
        this.shell = launch(configuration);
        this.server = handle(shell);
    }

    private static Process launch(Path configuration) throws IOException {
        return new ProcessBuilder(
                        "sh", "-c", SCRIPT, "sh", EmbeddedServer.executable().toString(), configuration.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    static OwnRedis start(Path directory) {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = free.getLocalPort();
            free.close();
            var password = UUID.randomUUID().toString();
            var configuration = directory.resolve("redis.conf");
            Files.writeString(
                    configuration,
                    String.join(
                            "\n",
                            "port " + port,
                            "bind 127.0.0.1",
                            "requirepass " + password,
                            "maxmemory-policy noeviction",
                            "save \"\"",
                            "appendonly yes",
                            "appendfsync always",
                            "auto-aof-rewrite-min-size 16mb", // it reads all of it at each start
                            "dir \"" + directory + "\"",
                            "logfile \"" + directory.resolve("redis.log") + "\"",
                            ""));
            var redis = new OwnRedis(configuration, URI.create("redis://:" + password + "@127.0.0.1:" + port));
            redis.awaitUp();
            return redis;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a Redis: " + e.getMessage(), e);
        }
    }

    private static ProcessHandle handle(Process shell) throws IOException {
        var pid = shell.inputReader(UTF_8).readLine();
        return ProcessHandle.of(Long.parseLong(String.valueOf(pid)))
                .orElseThrow(() -> new IOException("Redis ended at once"));
    }

    URI uri() {
        return uri;
    }

    ProcessHandle server() {
        return server;
    }

    /** Kills it with signal 9, waits for {@code pause}, and starts it again on what it had written. */
    void killAndRestart(Duration pause) throws InterruptedException {
        close();
        Pace.pause(pause);
        try {
            shell = launch(configuration);
            server = handle(shell);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start Redis again: " + e.getMessage(), e);
        }
        awaitUp();
    }

    private void awaitUp() {
        var isUp = Pace.awaitTrue(LIMIT, () -> {
            try (var redis = new Redis(uri, Duration.ofSeconds(2), Duration.ZERO)) {
                redis.check();
                return true;
            } catch (RedisUnavailableException e) {
                return false;
            }
        });
        if (!isUp) {
            throw new IllegalStateException("Redis did not come up within " + LIMIT);
        }
    }

    /** Kills it and waits until it has ended. */
    @Override
    public void close() {
        server.destroyForcibly();
        try {
            shell.getOutputStream().close();
            shell.waitFor();
        } catch (IOException e) {
            // the shell has ended already
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
