package dev.weirpool.queue.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Encrypted connections, by real handshakes. */
@Timeout(60)
final class TlsTest {
    @TempDir
    private static Path directory;

    private static RedisServer server;
    private static RedisServer open;
    private static RedisServer asking;
    private static Authority one;
    private static Authority two;

    @BeforeAll
    static void start() throws Exception {
        one = Authority.in(Files.createDirectory(directory.resolve("one")), "localhost");
        two = Authority.in(Files.createDirectory(directory.resolve("two")), "localhost");
        server = RedisServer.start(directory, "--requirepass", "open sesame");
        open = RedisServer.startEncrypted(directory, one, "--requirepass", "open sesame", "--tls-auth-clients", "no");
        asking = RedisServer.startEncrypted(directory, two, "--requirepass", "open sesame");
    }

    @AfterAll
    static void end() throws Exception {
        open.close();
        asking.close();
        server.close();
    }

    @Test
    void reachesAServerOfOnesOwnAuthority() throws Exception {
        var options = RedisOptions.of(address("localhost", open, one.parameters("ca")));

        SharedQueue<String> queue = SharedQueue.connect(options, "letters");
        queue.put("p");
        assertThat(queue.take()).isEqualTo("p");
        queue.delete();
    }

    @Test
    void showsItsCertificateToAServerThatAsks() {
        var options = RedisOptions.of(address("localhost", asking, two.parameters("ca", "cert", "key")));

        options.open().close();
    }

    @Test
    void isRefusedWithoutACertificateByAServerThatAsks() {
        // what the server says of it may be overtaken by the end of the connection
        assertThatThrownBy(() -> RedisOptions.of(address("localhost", asking, two.parameters("ca")))
                        .open())
                .isInstanceOfAny(RedisRefusedException.class, RedisUnavailableException.class)
                .hasMessageContaining("&cert=FILE&key=FILE");
    }

    @Test
    void doesNotTrustAnAuthorityThatWasNotNamed() {
        assertRefused(address("localhost", open, "")).hasMessageContaining("name its authority with ?ca=FILE");
    }

    @Test
    void doesNotTrustACertificateForAnotherHost() {
        assertRefused(address("127.0.0.1", open, one.parameters("ca"))).hasMessageContaining("127.0.0.1");
    }

    @Test
    void saysSoWhereNothingIsEncrypted() {
        assertThatThrownBy(() -> RedisOptions.of("rediss://:open%20sesame@localhost:" + server.port())
                        .open())
                .isInstanceOf(RedisUnavailableException.class)
                .hasMessageContaining("does the port speak TLS");
    }

    @Test
    void readsRenewedFilesAgain() throws Exception {
        var files = Files.createDirectory(directory.resolve("renewed"));
        var ca = files.resolve("ca.pem");
        Files.copy(two.ca(), ca);
        var address = address("localhost", open, "ca=" + ca);
        assertRefused(address);

        Files.delete(ca);
        Files.copy(one.ca(), ca);

        RedisOptions.of(address).open().close();
    }

    @ParameterizedTest
    @CsvSource({
        "rediss://localhost?ca=/no/such.pem, cannot read /no/such.pem",
        "rediss://localhost?cert=/a.pem, needs both cert= and key=",
        "rediss://localhost?verify=no, unknown parameter 'verify'",
        "redis://localhost?ca=/a.pem, write rediss://",
        "rediss://localhost?ca=/proc/self/cmdline, no certificate in /proc/self/cmdline",
    })
    void saysWhatIsWrongWithTheFiles(String address, String message) {
        assertThatThrownBy(() -> RedisOptions.of(address).open())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void neverShowsThePassword() {
        var address = address("localhost", open, one.parameters("ca"));

        assertThat(RedisOptions.of(address)).asString().doesNotContain("sesame").doesNotContain("?");
        assertThatThrownBy(() ->
                        RedisOptions.of(address.replace("sesame", "rhubarb")).open())
                .isInstanceOf(RedisRefusedException.class)
                .hasMessageNotContaining("rhubarb");
    }

    private static String address(String host, RedisServer server, String parameters) {
        return "rediss://:open%20sesame@" + host + ":" + server.port() + (parameters.isEmpty() ? "" : "?" + parameters);
    }

    private static AbstractThrowableAssert<?, ?> assertRefused(String address) {
        return assertThatThrownBy(() -> RedisOptions.of(address).open()).isInstanceOf(RedisRefusedException.class);
    }
}
