package dev.weirpool.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class BoardTest {
    @TempDir
    Path directory;

    @Test
    void keepsAWorkerThatWasDismissedFromClaiming() {
        var launchers = Board.create(directory, "worker");
        var workers = Board.open(launchers.file());

        assertThat(launchers.dismiss()).isTrue();
        assertThat(workers.markReady()).isFalse();
    }

    @Test
    void doesNotLetAWorkerBeEndedThatMayHaveClaimed() {
        var launchers = Board.create(directory, "worker");
        var workers = Board.open(launchers.file());

        assertThat(workers.markReady()).isTrue();
        assertThat(launchers.dismiss()).isFalse();
    }

    @Test
    void neverDoesBothWhenTheTwoMeet() throws Exception {
        for (var i = 0; i < 2000; i++) {
            var launchers = Board.create(directory, "worker" + i);
            var workers = Board.open(launchers.file());
            var start = new CyclicBarrier(2);
            var claims = CompletableFuture.supplyAsync(() -> {
                meet(start);
                return workers.markReady();
            });
            meet(start);
            var ends = launchers.dismiss();

            assertThat(claims.get() && ends).as("round %d", i).isFalse();
            launchers.delete();
        }
    }

    private static void meet(CyclicBarrier start) {
        try {
            start.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
