package dev.weirpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Period;
import dev.weirpool.queue.protocol.Statistics;
import dev.weirpool.queue.protocol.Tally;
import dev.weirpool.queue.redis.Redis;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a launcher and its workers leave in the statistics of their queue. */
@Timeout(60)
final class StatisticsTest {
    private static final RedisOptions OPTIONS = RedisOptions.embedded();
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private final Redis redis = OPTIONS.open();
    private final Broker broker = new Broker("statistics-" + UUID.randomUUID());
    private final TaskQueue queue = TaskQueue.connect(OPTIONS, broker.queue());

    @AfterEach
    void disconnect() {
        queue.close();
        redis.close();
    }

    @Test
    void countHowTasksEndedAndHowLongTheyWaitedAndRan() {
        var file = directory.resolve("signed-in").toString();
        for (var i = 0; i < 5; i++) {
            queue.send(Task.of(Work::signIn, file));
        }
        queue.send(Task.of(Work::refuse));
        queue.send(Task.of(Work::refuse), TaskOptions.DEFAULT.withAttempts(2).withRetryOn(IllegalStateException.class));

        try (var launcher = Launcher.start(LauncherOptions.of(2, OPTIONS, broker.queue()))) {
            await().atMost(LIMIT).until(() -> total().get(Tally.Count.DEAD) == 2);
        }

        assertThat(total().get(Tally.Count.DONE)).isEqualTo(5);
        assertThat(total().get(Tally.Count.RETRIED)).isEqualTo(1);
        assertThat(total().runs().count()).isEqualTo(8);
        assertThat(total().waits().count()).isEqualTo(7);
        assertThat(total().get(Tally.Count.WAITED)).isPositive();
        assertThat(total().get(Tally.Count.RAN)).isPositive();
    }

    @Test
    void countWhatAWorkerHadDoneBeforeItWasKilledAndItsDeath() throws Exception {
        var file = directory.resolve("signed-in");
        queue.send(Task.of(Work::signIn, directory.resolve("other").toString()));
        queue.send(Task.of(Work::hang, file.toString()));

        try (var launcher = Launcher.start(LauncherOptions.of(1, OPTIONS, broker.queue()))) {
            await().atMost(LIMIT).until(() -> Files.exists(file));
            await().atMost(LIMIT).until(() -> total().get(Tally.Count.BUSY) > 0);
        }

        assertThat(total().get(Tally.Count.DONE)).isEqualTo(1);
        assertThat(total().get(Tally.Count.DIED)).isEqualTo(1);
        assertThat(total().get(Tally.Count.PRESENT)).isGreaterThanOrEqualTo(total().get(Tally.Count.BUSY));
        var hour = new Statistics(broker.queue()).of(redis.connect(), Period.HOUR, Period.HOUR.last(2, Instant.now()));
        assertThat(hour.get(0).plus(hour.get(1)).get(Tally.Count.DONE)).isEqualTo(1);
    }

    private Tally total() {
        return redis.call(new Statistics(broker.queue())::total);
    }
}
