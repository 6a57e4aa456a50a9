package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PoolLifecycleTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Test
    void runsWhatWasAcceptedBeforeItWasClosed() throws Exception {
        var pool = Pool.start(1);
        var results =
                Stream.generate(() -> pool.applyAsync(Tasks::one)).limit(20).toList();

        pool.close();
        pool.join();

        assertThat(results).allMatch(AsyncResult::successful);
    }

    @Test
    void acceptsNothingOnceItIsClosed() throws Exception {
        var pool = Pool.start(1);
        pool.close();

        assertThatThrownBy(() -> pool.applyAsync(Tasks::one))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the pool was closed and accepts no more tasks");
        assertThatThrownBy(() -> pool.imap(Tasks::square, List.of(1))).isInstanceOf(IllegalStateException.class);
        pool.join();
    }

    @Test
    void joinsOnlyAfterItWasClosed() {
        var pool = Pool.start(1);
        try {
            assertThatThrownBy(pool::join)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("call close() or terminate() before join()");
        } finally {
            pool.terminate();
        }
    }

    @Test
    void joinsNoLongerThanAsked() throws Exception {
        var pool = Pool.start(1);
        pool.applyAsync(Tasks::hang);
        pool.close();

        assertThat(pool.join(Duration.ofMillis(100))).isFalse();

        pool.terminate();
        assertThat(pool.join(LIMIT)).isTrue();
    }

    @Test
    void failsEveryOpenResultWhenItIsTerminated() throws Exception {
        var pool = Pool.start(1);
        long pid = pool.apply(Tasks::pid);
        var running = pool.applyAsync(Tasks::hang);
        var waiting = pool.applyAsync(Tasks::one);
        var mapped = pool.mapAsync(Tasks::square, List.of(1, 2, 3));

        pool.terminate();

        for (var result : List.of(running, waiting, mapped)) {
            assertThatThrownBy(() -> result.get(LIMIT))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(PoolTerminatedException.class);
        }
        assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false))
                .isFalse();
        assertThatThrownBy(() -> pool.apply(Tasks::one)).hasMessageContaining("was terminated");
        pool.terminate();
        pool.join();
    }

    @Test
    void failsEveryResultWithTheCauseWhenNoWorkerCanStart() {
        var pool = Pool.start(PoolOptions.of(5).withInitializer(Task.of(Tasks::failToInitialize)));
        try {
            var result = pool.applyAsync(Tasks::one);

            assertThatThrownBy(() -> result.get(LIMIT))
                    .cause()
                    .isInstanceOf(PoolTerminatedException.class)
                    .hasMessageContaining("no licence");
            assertThatThrownBy(() -> pool.applyAsync(Tasks::one).get(LIMIT))
                    .cause()
                    .hasMessageContaining("no licence");
        } finally {
            pool.terminate();
        }
    }

    @Test
    void startsFewProcessesWhoseInitializerFailsAndTellsEveryResultWhy(@TempDir Path directory) throws Exception {
        var ledger = directory.resolve("ledger");
        var pool = Pool.start(PoolOptions.of(3).withInitializer(Task.of(Tasks::enterAndFail, ledger.toString())));
        try {
            var results = List.of(pool.applyAsync(Tasks::one), pool.applyAsync(Tasks::square, 2));

            for (var result : results) {
                assertThatThrownBy(() -> result.get(LIMIT.multipliedBy(2)))
                        .cause()
                        .hasMessageContaining("no licence");
            }
        } finally {
            pool.terminate();
        }
        assertThat(Files.readAllLines(ledger)).hasSizeBetween(5, 7);
    }

    @Test
    void leavesOthersWorkersAloneWhenAConnectedPoolIsTerminated() throws Exception {
        var queue = "shared-" + UUID.randomUUID();
        var redis = RedisOptions.embedded();
        try (var launcher = Launcher.start(LauncherOptions.of(2, redis, queue))) {
            var first = Pool.connect(redis, queue);
            var second = Pool.connect(redis, queue);
            long pid = second.apply(Tasks::pid);
            var running = first.applyAsync(Tasks::hang);

            first.terminate();

            assertThat(running.isDone()).isTrue();
            assertThat(second.map(Tasks::square, List.of(1, 2, 3))).containsExactly(1, 4, 9);
            assertThat(pid).isIn(launcher.pids());
            second.close();
            second.join();
            await().atMost(LIMIT).until(() -> launcher.pids().size() == 2);
        }
    }

    @Test
    void completesFurtherStepsAfterItIsGone() throws Exception {
        var pool = Pool.start(1);
        var result = pool.applyAsync(Tasks::one);
        pool.close();
        pool.join();

        assertThat(result.toCompletableFuture().thenApply(one -> one + 1).get(20, TimeUnit.SECONDS))
                .isEqualTo(2);
        assertThat(pool.asExecutorService().awaitTermination(Long.MAX_VALUE, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void keepsTheJvmAliveUntilAClosedPoolIsDone() throws Exception {
        var ran = runInAJvmOfItsOwn(ClosesAndReturns.class);

        assertThat(ran).contains("ran");
    }

    /** Returns from main at once. */
    static final class ClosesAndReturns {
        public static void main(String[] arguments) {
            var pool = Pool.start(1);
            pool.applyAsync(ClosesAndReturns::print);
            pool.close();
        }

        static void print() throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(300);
            System.out.println("ran");
        }
    }

    @Test
    void doesNotKeepTheJvmAliveWhenItIsOpen() throws Exception {
        var pid = Long.parseLong(runInAJvmOfItsOwn(Returns.class).strip());

        await().atMost(Duration.ofSeconds(2))
                .until(() -> ProcessHandle.of(pid)
                        .flatMap(process -> process.info().command())
                        .isEmpty());
    }

    @Test
    void leavesNothingBehindWhenItWasClosed(@TempDir Path temporary) throws Exception {
        runInAJvmOfItsOwn(ClosesAndReturns.class, "-Djava.io.tmpdir=" + temporary);

        assertThat(temporary).isEmptyDirectory();
    }

    /** Forgets to close. */
    static final class Returns {
        public static void main(String[] arguments) throws Exception {
            System.out.println(Pool.start(1).apply(Tasks::pid));
        }
    }

    private static String runInAJvmOfItsOwn(Class<?> main, String... flags) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            return new String(process.getInputStream().readAllBytes());
        } finally {
            process.destroyForcibly();
        }
    }
}
