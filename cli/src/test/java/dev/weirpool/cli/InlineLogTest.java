package dev.weirpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirpool.pool.Pool;
import dev.weirpool.pool.PoolOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

/** What tasks of an inline pool log, with the logging backend that is on the class path here. */
@Timeout(60)
final class InlineLogTest {

    @Test
    void tellsTheLoggerOfATaskWhichTaskItIs() throws Exception {
        try (var pool = Pool.start(PoolOptions.of(1).withInline(true).withQueue("inline"))) {
            var result = pool.applyAsync(InlineLogTest::loggingContext);

            assertThat(result.get(Duration.ofSeconds(30)))
                    .containsEntry("task", result.id().toString())
                    .containsEntry("name", InlineLogTest.class.getName() + "::loggingContext")
                    .containsEntry("queue", "inline")
                    .containsEntry("attempt", "1")
                    .containsEntry("worker", "inline");
        }
    }

    static Map<String, String> loggingContext() {
        return new HashMap<>(MDC.getCopyOfContextMap());
    }
}
