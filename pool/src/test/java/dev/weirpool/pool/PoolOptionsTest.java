package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.Task;
import java.io.File;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PoolOptionsTest {
    @Test
    void refusesLessThanOneProcess() {
        assertThatThrownBy(() -> Pool.start(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("processes must be at least 1, got 0");
    }

    @Test
    void refusesANameThatIsNoQueues() {
        assertThatThrownBy(() -> Pool.start(PoolOptions.of(1).withQueue("a b")))
                .hasMessageContaining("not a queue name: 'a b'");
    }

    @Test
    void callsTheInitializerInEachWorkerBeforeItsFirstTask() throws Exception {
        try (var pool = Pool.start(PoolOptions.of(2).withInitializer(Task.of(Tasks::initialize, 7)))) {
            assertThat(pool.map(
                            (Integer i) -> Tasks.initialized(),
                            IntStream.range(0, 8).boxed().toList(),
                            1))
                    .containsOnly(7);
        }
    }

    @Test
    void passesFlagsEnvironmentAndClassPathToTheWorkers() throws Exception {
        var options = PoolOptions.of(1)
                .withJvmFlags("-Dcolour=blue")
                .withEnvironment(Map.of("WEIRPOOL_TEST", "from the pool"))
                .withClassPath(System.getProperty("java.class.path") + File.pathSeparator + "/nowhere/extra.jar");
        try (var pool = Pool.start(options)) {
            assertThat(pool.apply(Tasks::property, "colour")).isEqualTo("blue");
            assertThat(pool.apply(Tasks::environment, "WEIRPOOL_TEST")).isEqualTo("from the pool");
            assertThat(pool.apply(Tasks::property, "java.class.path")).endsWith("/nowhere/extra.jar");
        }
    }

    @Test
    void saysWhichClassAWorkerLacks() {
        try (var pool = Pool.start(PoolOptions.of(1).withClassPath("/nowhere"))) {
            assertThatThrownBy(() -> pool.apply(Task.named("com.acme.Missing::run")))
                    .hasMessageContaining("no class com.acme.Missing on the class path of this worker");
        }
    }

    @Test
    void replacesAWorkerAfterItsShareOfTasks() throws Exception {
        try (var pool = Pool.start(PoolOptions.of(1).withMaxTasksPerWorker(2))) {
            var pids = new TreeSet<Long>();
            for (var i = 0; i < 6; i++) {
                pids.add(pool.apply(Tasks::pid));
            }
            assertThat(pids).hasSize(3);
        }
    }

    @Test
    void keepsThePasswordOfRedisOffTheCommandLineOfWorkers() throws Exception {
        try (var pool = Pool.start(1)) {
            String commandLine = pool.apply(Tasks::commandLine);
            assertThat(commandLine).contains("WorkerMain").doesNotContain("redis://");
        }
    }
}
