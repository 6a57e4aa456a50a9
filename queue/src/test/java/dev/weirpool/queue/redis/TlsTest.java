package dev.weirpool.queue.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    private static TlsFront open;
    private static TlsFront asking;

    @BeforeAll
    static void start() throws Exception {
        var one = Files.createDirectory(directory.resolve("one"));
        var two = Files.createDirectory(directory.resolve("two"));
        server = RedisServer.start(directory, "--requirepass", "open sesame");
        open = TlsFront.start(one, server.port(), "localhost", false);
        asking = TlsFront.start(two, server.port(), "localhost", true);
    }

    @AfterAll
    static void end() throws Exception {
        open.close();
        asking.close();
        server.close();
    }

    @Test
    void reachesAServerOfOnesOwnAuthority() throws Exception {
        var options = RedisOptions.of(open.address(":open%20sesame@localhost", List.of("ca")));

        SharedQueue<String> queue = SharedQueue.connect(options, "letters");
        queue.put("p");
        assertThat(queue.take()).isEqualTo("p");
        queue.delete();
    }

    @Test
    void showsItsCertificateToAServerThatAsks() {
        var options = RedisOptions.of(asking.address(":open%20sesame@localhost", List.of("ca", "cert", "key")));

        options.open().close();
    }

    @Test
    void isRefusedWithoutACertificateByAServerThatAsks() {
        // what the server says of it may be overtaken by the end of the connection
        assertThatThrownBy(() -> RedisOptions.of(asking.address(":open%20sesame@localhost", List.of("ca")))
                        .open())
                .isInstanceOfAny(RedisRefusedException.class, RedisUnavailableException.class)
                .hasMessageContaining("&cert=FILE&key=FILE");
    }

    @Test
    void doesNotTrustAnAuthorityThatWasNotNamed() {
        assertRefused(open.address(":open%20sesame@localhost", List.of()))
                .hasMessageContaining("name its authority with ?ca=FILE");
    }

    @Test
    void doesNotTrustACertificateForAnotherHost() {
        assertRefused(open.address(":open%20sesame@127.0.0.1", List.of("ca"))).hasMessageContaining("127.0.0.1");
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
        Files.copy(directory.resolve("two/ca.pem"), ca);
        var address = open.address(":open%20sesame@localhost", List.of()) + "?ca=" + ca;
        assertRefused(address);

        Files.delete(ca);
        Files.copy(directory.resolve("one/ca.pem"), ca);

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
        var address = open.address(":open%20sesame@localhost", List.of("ca"));

        assertThat(RedisOptions.of(address)).asString().doesNotContain("sesame").doesNotContain("?");
        assertThatThrownBy(() ->
                        RedisOptions.of(address.replace("sesame", "rhubarb")).open())
                .isInstanceOf(RedisRefusedException.class)
                .hasMessageNotContaining("rhubarb");
    }

    private static AbstractThrowableAssert<?, ?> assertRefused(String address) {
        return assertThatThrownBy(() -> RedisOptions.of(address).open()).isInstanceOf(RedisRefusedException.class);
    }
}
