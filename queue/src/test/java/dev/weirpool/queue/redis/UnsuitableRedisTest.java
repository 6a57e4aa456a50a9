package dev.weirpool.queue.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirpool.queue.RedisOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class UnsuitableRedisTest {
    private static final Path OLD = Path.of("target/old-redis/redis-server-2.8.19");

    @TempDir
    private Path directory;

    private final List<Process> servers = new ArrayList<>();

    @AfterEach
    void endServers() {
        servers.forEach(Process::destroyForcibly);
    }

    @Test
    void refusesARedisOlderThanSixTwo() throws IOException {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64"),
                "the old server is for Linux on amd64");
        int port = start(OLD);

        assertThatThrownBy(() -> RedisOptions.of("redis://127.0.0.1:" + port).open())
                .isInstanceOf(RedisRefusedException.class)
                .hasMessageContaining("is version 2.8; Weirpool needs 6.2 or later");
    }

    @Test
    void refusesARedisThatMayDropTasks() throws IOException {
        EmbeddedServer.uri(0); // unpacks it
        int port = start(embeddedBinary(), "--maxmemory-policy", "allkeys-lru");

        assertThatThrownBy(() -> RedisOptions.of("redis://127.0.0.1:" + port).open())
                .isInstanceOf(RedisRefusedException.class)
                .hasMessageContaining("maxmemory-policy allkeys-lru")
                .hasMessageContaining("set it to noeviction");
    }

    @Test
    void namesTheRedisThatDoesNotAnswer() throws IOException {
        int port = freePort();

        assertThatThrownBy(() ->
                        RedisOptions.of("redis://:secret@127.0.0.1:" + port).open())
                .isInstanceOf(RedisUnavailableException.class)
                .hasMessageContaining("Redis at 127.0.0.1:" + port + " does not answer")
                .message()
                .doesNotContain("secret");
    }

    @Test
    void namesThePasswordAsTheReasonWhenItIsWrong() {
        var embedded = EmbeddedServer.uri(0);

        assertThatThrownBy(() -> RedisOptions.of("redis://:wrong@127.0.0.1:" + embedded.getPort())
                        .open())
                .isInstanceOf(RedisRefusedException.class)
                .hasMessageContaining("check user and password")
                .message()
                .doesNotContain(":wrong@");
    }

    @Test
    void namesThePortThatIsInUse() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedServer.start(taken.getLocalPort()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("port " + taken.getLocalPort() + " is in use");
        }
    }

    @Test
    void refusesWhatIsNoAddressWithoutShowingAPassword() {
        assertThatThrownBy(() -> RedisOptions.of("localhost:6379"))
                .hasMessage("not a Redis address: localhost:6379; it must begin with redis:// or rediss://, for example"
                        + " redis://localhost:6379");
        assertThatThrownBy(() -> RedisOptions.of("http://me:secret@host")).hasMessageContaining("http://***@host");
        assertThatThrownBy(() -> RedisOptions.of("redis://:a b@host"))
                .hasMessageContaining("percent-encoded")
                .message()
                .doesNotContain("a b");
        assertThatThrownBy(() -> RedisOptions.of("redis://host/first"))
                .hasMessageContaining("not a database number: first");
        assertThatThrownBy(() -> RedisOptions.of("redis://:se/cret@host"))
                .message()
                .doesNotContain("cret");
        assertThatThrownBy(() -> RedisOptions.of("redis://host:99999"))
                .hasMessageContaining("a port must be from 1 to 65535, got 99999");
        assertThatThrownBy(() -> RedisOptions.of("redis:///0")).hasMessageContaining("no host");
        assertThat(RedisOptions.of("redis://my_redis").toString()).isEqualTo("redis://my_redis:6379");
        assertThat(RedisOptions.of("redis://[::1]:7000/2").toString()).isEqualTo("redis://[::1]:7000/2");
        assertThat(RedisOptions.of("redis://:secret@host").toString()).isEqualTo("redis://***@host:6379");
    }

    private int start(Path binary, String... options) throws IOException {
        Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rwxr-xr-x"));
        int port = freePort();
        var command = new ArrayList<>(
                List.of(binary.toAbsolutePath().toString(), "--port", "" + port, "--bind", "127.0.0.1", "--save", ""));
        command.addAll(List.of(options));
        servers.add(new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
        await().atMost(Duration.ofSeconds(10)).until(() -> accepts(port));
        return port;
    }

    private static boolean accepts(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static Path embeddedBinary() throws IOException {
        try (var files = Files.list(CacheDirectory.path())) {
            return files.filter(file -> file.getFileName().toString().startsWith("redis-server"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
