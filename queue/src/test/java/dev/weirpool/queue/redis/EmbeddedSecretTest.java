package dev.weirpool.queue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.signing.Keyring;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes of one user find what is signed with on the embedded server of another process, if that has a port of its own. */
@Timeout(60)
final class EmbeddedSecretTest {

    @Test
    void isFoundByOtherProcessesOfTheUserAndGoesWithTheServer() throws Exception {
        var port = freePort();
        var owner = start(port);
        try {
            var uri = URI.create(owner.inputReader(UTF_8).readLine());
            var file = CacheDirectory.path().resolve("embedded-" + port + ".secret");

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            var keyring = EmbeddedServer.keyringOf(uri).orElseThrow();
            var found = RedisOptions.of(uri.toString()).withKeyring(Keyring.none());
            assertThat(found.keyring().isNone()).isFalse();
            SharedQueue<String> queue =
                    SharedQueue.connect(RedisOptions.of(uri.toString()).withKeyring(keyring), "letters");
            assertThat(queue.take()).isEqualTo("from its owner");

            owner.destroyForcibly().waitFor();

            await().atMost(Duration.ofSeconds(20)).until(() -> !Files.exists(file));
        } finally {
            owner.destroyForcibly().waitFor();
        }
    }

    private static Process start(int port) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        EmbeddedSecretTest.class.getName(),
                        "" + port)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeAll(Keyring.VARIABLES);
        return builder.start();
    }

    /** The owner: has a server on that port, with an item on it, and waits to be killed. */
    public static void main(String[] arguments) throws Exception {
        var options = RedisOptions.embedded(Integer.parseInt(arguments[0]));
        SharedQueue.<String>connect(options, "letters").put("from its owner");
        System.out.println(options.open().uri());
        Thread.sleep(Duration.ofMinutes(2).toMillis());
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
