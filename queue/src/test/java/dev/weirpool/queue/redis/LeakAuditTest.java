package dev.weirpool.queue.redis;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.RedisOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit sees what is left behind, so that its silence means something. */
@Tag("slow")
final class LeakAuditTest {
    @TempDir
    private Path directory;

    @Test
    void seesAKeyWithoutAnOwnerOrAnEnd() {
        var key = "weirpool:{audit}:result:00000000000000070000000000000001";
        try (var redis = RedisOptions.embedded().open();
                var connection = redis.connect()) {
            connection.call("SET", bytes(key), bytes("x"));

            assertThatThrownBy(() -> LeakAudit.checkQueues(redis.uri()))
                    .hasMessageContaining("result:00000000000000070000000000000001 has neither an owner nor an end");
            connection.call("UNLINK", bytes(key));
        }
    }

    @Test
    void seesWhatIsLeftInAServerThatIsClosed() throws Exception {
        var server = RedisServer.start(directory);
        try (var redis = server.options().open();
                var connection = redis.connect()) {
            connection.call("SET", bytes("weirpool:{audit}:stray"), bytes("x"));
        }

        assertThatThrownBy(server::close).hasMessageContaining("key stray has neither an owner nor an end");
    }

    @Test
    void seesAProcessWhoseParentIsGone() throws Exception {
        var parent = new ProcessBuilder("sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $!").start();
        var orphan = Long.parseLong(parent.inputReader().readLine());
        parent.waitFor();

        assertThatThrownBy(LeakAudit::checkProcesses).hasMessageContaining(orphan + " ");

        LeakAudit.checkProcesses();
    }
}
