package dev.weirpool.scheduler;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirpool.queue.Task;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.redis.RedisServer;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measures many schedules; takes two minutes, and is asked for by its name. */
final class ManySchedules {
    private static final int SCHEDULES = 100_000;
    private static final Duration PERIOD = Duration.ofSeconds(100); // a thousand fires a second
    private static final Duration MEASURED = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    static void run(int number) {}

    @Test
    void firesAThousandASecondOfAHundredThousand() throws Exception {
        try (var server = RedisServer.start(directory);
                var editor = Scheduler.connect(server.options(), "scale");
                var redis = server.options().open();
                var drain = redis.connect()) {
            var idle = heap();
            var begun = System.nanoTime();
            var start = Instant.now().plusSeconds(60);
            apply(editor, start);
            say("applied in %.1f s", seconds(begun));
            begun = System.nanoTime();
            apply(editor, start);
            say("applied again, nothing changed, in %.1f s", seconds(begun));

            begun = System.nanoTime();
            try (var scheduler = Scheduler.start(server.options(), "scale")) {
                while (scheduler.lastHeardOfRedis().equals(Instant.EPOCH)) {
                    Thread.sleep(1);
                }
                say("started in %.3f s", seconds(begun));
                var late = new ArrayList<Double>();
                var end = start.plus(MEASURED);
                while (Instant.now().isBefore(end.plusSeconds(2))) {
                    var taken = (List<?>) drain.call("LPOP", bytes("weirpool:{scale}:ready"), bytes(1000));
                    var now = System.currentTimeMillis();
                    for (var raw : taken == null ? List.of() : taken) {
                        var planned = Envelope.stored((byte[]) raw).sequence();
                        if (planned < end.toEpochMilli()) {
                            late.add((double) (now - planned));
                        }
                    }
                    Thread.sleep(1);
                }
                var heap = heap() - idle;
                Collections.sort(late);
                say(
                        "%d fires, late by p50 %.0f ms, p99 %.0f ms, p99.9 %.0f ms, most %.0f ms; heap %d MiB; load %.1f",
                        late.size(),
                        late.get(late.size() / 2),
                        late.get(late.size() * 99 / 100),
                        late.get(late.size() * 999 / 1000),
                        late.get(late.size() - 1),
                        heap >> 20,
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
                assertThat(late).hasSize(60_000);
            } finally {
                drain.call("FLUSHALL"); // more than the audit reads at once
            }
        }
    }

    private static void apply(Scheduler editor, Instant start) {
        editor.apply(
                "scale",
                IntStream.range(0, SCHEDULES)
                        .mapToObj(i -> ScheduledTask.of(
                                "schedule-" + i,
                                Task.of(ManySchedules::run, i),
                                Schedule.every(PERIOD).from(start.plusMillis(i))))
                        .toList());
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static void say(String format, Object... arguments) {
        System.out.println("SCALE " + String.format(format, arguments));
    }
}
