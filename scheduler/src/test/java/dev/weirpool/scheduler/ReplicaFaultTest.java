package dev.weirpool.scheduler;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Task;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.redis.RedisServer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schedulers whose clocks are wrong, and whose Redis is full or comes and goes. */
@Tag("slow")
final class ReplicaFaultTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String QUEUE = "faults";
    private static final ScheduleOptions ALL = ScheduleOptions.DEFAULT.withMisfire(Misfire.all(1000));

    @TempDir
    private Path directory;

    private RedisServer server;

    @BeforeEach
    void startServer() throws Exception {
        server = RedisServer.start(directory, "--appendonly", "yes", "--appendfsync", "always");
    }

    @AfterEach
    void stopServer() throws Exception {
        server.close();
    }

    static void run() {}

    @Test
    void firesByTheClockOfRedisWhateverTheirOwnClocksShow() {
        var ahead = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(30));
        var behind = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(-30));
        try (var one = Scheduler.start(server.options(), QUEUE, ahead);
                var other = Scheduler.start(server.options(), QUEUE, behind)) {
            firesOnTime(one);
            assertThat(other.find("tick")).isPresent();
        }
    }

    @Test
    void firesOnTimeThoughItsClockIsSetWhileItRuns() {
        var offset = new AtomicLong();
        try (var scheduler =
                Scheduler.start(server.options(), QUEUE, () -> Instant.now().plusMillis(offset.get()))) {
            firesOnTime(scheduler);
            offset.set(-3_600_000);
            firesOnTime(scheduler);
            offset.set(3_600_000);
            firesOnTime(scheduler);
        }
    }

    /** Fires more, and none so late that it were missed. */
    private static void firesOnTime(Scheduler scheduler) {
        scheduler.schedule(
                "tick",
                Task.of(ReplicaFaultTest::run),
                Schedule.every(Duration.ofSeconds(1)),
                ScheduleOptions.DEFAULT.withMisfire(Misfire.SKIP));
        var before = scheduler.find("tick").orElseThrow().fired();
        await().atMost(LIMIT).until(() -> scheduler.find("tick").orElseThrow().fired() >= before + 3);
        assertThat(scheduler.find("tick").orElseThrow().missed()).isZero();
    }

    @Test
    void goesOnWhenRedisComesBack() throws Exception {
        try (var scheduler = Scheduler.start(server.options(), QUEUE);
                var other = Scheduler.start(server.options(), QUEUE)) {
            scheduler.schedule("tick", Task.of(ReplicaFaultTest::run), Schedule.every(Duration.ofSeconds(1)), ALL);
            var first = scheduler.nextFires("tick", 1).get(0);
            await().atMost(LIMIT).until(() -> other.find("tick").orElseThrow().fired() >= 2);

            server.kill();
            server.start();

            await().atMost(LIMIT).until(() -> other.find("tick").orElseThrow().fired() >= 5);
            firedAllSince(first, scheduler);
        }
    }

    @Test
    void firesWhatWasDueWhenAFullServerTakesTasksAgain() throws Exception {
        try (var scheduler = Scheduler.start(server.options(), QUEUE);
                var redis = server.unrestricted().open();
                var connection = redis.connect()) {
            scheduler.schedule("tick", Task.of(ReplicaFaultTest::run), Schedule.every(Duration.ofSeconds(1)), ALL);
            var first = scheduler.nextFires("tick", 1).get(0);
            connection.call("CONFIG", bytes("SET"), bytes("maxmemory"), bytes(1));
            await().atMost(LIMIT).until(() -> Instant.now().isAfter(first.plusSeconds(3)));
            var fired = scheduler.find("tick").orElseThrow().fired();

            connection.call("CONFIG", bytes("SET"), bytes("maxmemory"), bytes(0));

            await().atMost(LIMIT)
                    .until(() -> scheduler.find("tick").orElseThrow().fired() >= fired + 4);
            firedAllSince(first, scheduler);
        }
    }

    /** Exactly one task for each second since then is on the queue. */
    private void firedAllSince(Instant first, Scheduler scheduler) {
        scheduler.pause("tick");
        try (var redis = server.options().open();
                var connection = redis.connect()) {
            var all = (List<?>) connection.call("LRANGE", bytes("weirpool:{faults}:ready"), bytes(0), bytes(-1));
            assertThat(all.stream().map(raw -> Envelope.stored((byte[]) raw).sequence()))
                    .isEqualTo(Stream.iterate(first.toEpochMilli(), time -> time + 1000)
                            .limit(all.size())
                            .toList());
        }
    }
}
