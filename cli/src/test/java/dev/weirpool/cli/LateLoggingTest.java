package dev.weirpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirpool.pool.Pool;
import dev.weirpool.pool.PoolOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** When the logging backend that is on the class path here begins in a worker, and what it is told then. */
@Timeout(60)
final class LateLoggingTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void beginsWithTheFirstTaskThatLogsAndTellsOfIt() throws Exception {
        var options = PoolOptions.of(1).withJvmFlags("--add-opens=java.base/java.lang=ALL-UNNAMED");
        try (var pool = Pool.start(options)) {
            assertThat(pool.apply(LateLoggingTest::isBackendLoaded)).isFalse();

            var first = pool.applyAsync(LateLoggingTest::log, "I am the first");
            assertThat(first.get(LIMIT))
                    .containsEntry("task", first.id().toString())
                    .containsEntry("name", LateLoggingTest.class.getName() + "::log")
                    .containsEntry("attempt", "1")
                    .containsKeys("queue", "worker");
            var second = pool.applyAsync(LateLoggingTest::log, "I am the second");
            assertThat(second.get(LIMIT)).containsEntry("task", second.id().toString());
            assertThat(pool.apply(LateLoggingTest::isBackendLoaded)).isTrue();
        }
    }

    static boolean isBackendLoaded() throws ReflectiveOperationException {
        var find = ClassLoader.class.getDeclaredMethod("findLoadedClass", String.class);
        find.setAccessible(true);
        return find.invoke(ClassLoader.getSystemClassLoader(), "ch.qos.logback.classic.LoggerContext") != null;
    }

    static Map<String, String> log(String message) {
        LoggerFactory.getLogger(LateLoggingTest.class).info(message);
        return new HashMap<>(MDC.getCopyOfContextMap());
    }
}
