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
                        + " redis://localhost:6379, or with redis+sentinel:// or redis+cluster://");
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

    @Test
    void readsAddressesOfSentinelsAndClusters() {
        assertThat(RedisOptions.of("redis+sentinel://me:secret@one,two:7000,my_host/main/3?sentinel-password=a%26b")
                        .toString())
                .isEqualTo("redis+sentinel://***@one:26379,two:7000,my_host:26379/main/3");
        assertThat(RedisOptions.of("rediss+cluster://one:7000,two?durability=replicas:1")
                        .toString())
                .isEqualTo("rediss+cluster://one:7000,two:6379");
        assertThatThrownBy(() -> RedisOptions.of("redis+sentinel://one,two"))
                .hasMessageContaining("no name of a master")
                .hasMessageContaining("redis+sentinel://host1:26379,host2:26379/master");
        assertThatThrownBy(() -> RedisOptions.of("redis+sentinel://one/main/first"))
                .hasMessageContaining("not a database number: first");
        assertThatThrownBy(() -> RedisOptions.of("redis+cluster://one/1"))
                .hasMessageContaining("a cluster has no databases but 0");
        assertThatThrownBy(() -> RedisOptions.of("redis://one,two")).hasMessageContaining("several hosts");
        assertThatThrownBy(() -> RedisOptions.of("redis+cluster://one,,two")).hasMessageContaining("no host");
        assertThatThrownBy(() -> RedisOptions.of("redis+sentinel://one,two:0/main"))
                .hasMessageContaining("a port must be from 1 to 65535, got 0");
        assertThatThrownBy(() -> RedisOptions.of("redis://one?sentinel-password=secret"))
                .hasMessageContaining("redis+sentinel://")
                .message()
                .doesNotContain("secret");
        assertThatThrownBy(() -> RedisOptions.of("redis+cluster://one?ca=ca.pem"))
                .hasMessageContaining("write rediss+cluster://");
        assertThatThrownBy(() -> RedisOptions.of("redis://one?durability=replicas:0"))
                .hasMessageContaining("not a durability: 'replicas:0'");
        assertThatThrownBy(() -> RedisOptions.of("redis://one").withDurability(Durability.replicas(0)))
                .hasMessageContaining("at least 1 replica, got 0");
    }

    @Test
    void handsLoginAndCertificatesOnToEachServerAndTheirOwnToSentinels() {
        var sentinels = RedisUri.parse(
                "rediss+sentinel://me:p%40ss@one,two/main/2?ca=ca.pem&sentinel-password=a%26b%2Bc&durability=fsync");

        assertThat(RedisUri.serverAt(sentinels, "three:7000"))
                .hasToString("rediss://me:p%40ss@three:7000/2?ca=ca.pem&durability=fsync");
        assertThat(RedisUri.sentinelAt(sentinels, "one:26379")).hasToString("rediss://:a%26b%2Bc@one:26379?ca=ca.pem");
        assertThat(RedisUri.sentinelAt(RedisUri.parse("redis+sentinel://:secret@one/main"), "one:26379"))
                .hasToString("redis://one:26379");
        assertThat(RedisUri.serverAt(RedisUri.parse("redis+cluster://one"), RedisUri.address("::1", 7000)))
                .hasToString("redis://[::1]:7000/0");
        assertThat(RedisUri.withDurability(sentinels, Durability.replicas(2)).toString())
                .endsWith("?ca=ca.pem&sentinel-password=a%26b%2Bc&durability=replicas:2");
    }

    @Test
    void refusesADurabilityThatTheServerCannotGive() throws IOException {
        assertThatThrownBy(() -> RedisOptions.embedded().withDurability(Durability.FSYNC))
                .hasMessageContaining("embedded Redis keeps nothing");
        EmbeddedServer.uri(0); // unpacks it
        int port = start(embeddedBinary(), "--appendonly", "yes", "--dir", directory.toString());

        assertThatThrownBy(() -> RedisOptions.of("redis://127.0.0.1:" + port + "?durability=fsync")
                        .open())
                .isInstanceOf(RedisRefusedException.class)
                .hasMessageContaining("durability=fsync needs 7.2 or later");
    }

    @Test
    void refusesAServerThatIsPartOfSomethingLarger() throws IOException {
        EmbeddedServer.uri(0); // unpacks it
        int port = start(embeddedBinary(), "--dir", directory.toString());
        var configuration = Files.writeString(directory.resolve("sentinel.conf"), "");
        int sentinel = start(embeddedBinary(), configuration.toString(), "--sentinel");

        assertThatThrownBy(
                        () -> RedisOptions.of("redis://127.0.0.1:" + sentinel).open())
                .hasMessageContaining("is a sentinel, which holds no queues; write redis+sentinel://");
        assertThatThrownBy(() -> RedisOptions.of("redis+sentinel://127.0.0.1:" + sentinel + "/main")
                        .open())
                .isInstanceOf(RedisRefusedException.class)
                .hasMessageContaining("knows no master called 'main'");
        assertThatThrownBy(() ->
                        RedisOptions.of("redis+cluster://127.0.0.1:" + port).open())
                .isInstanceOf(RedisRefusedException.class)
                .hasMessageContaining("cluster support disabled");
    }

    private int start(Path binary, String... options) throws IOException {
        Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rwxr-xr-x"));
        int port = freePort();
        var command = new ArrayList<>(List.of(binary.toAbsolutePath().toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("--port", "" + port, "--bind", "127.0.0.1"));
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
