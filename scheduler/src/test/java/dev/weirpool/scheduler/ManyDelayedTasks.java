package dev.weirpool.scheduler;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Due;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisServer;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measures a million delayed tasks; takes three minutes, and is asked for by its name. */
final class ManyDelayedTasks {
    private static final int TASKS = 1_000_000;
    private static final int BATCH = 500;
    private static final String QUEUE = "delayed";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final byte[] READY = bytes("weirpool:{delayed}:ready");

    @TempDir
    private Path directory;

    private final Broker broker = new Broker(QUEUE);
    private final long[] due = new long[TASKS];
    private final BitSet seen = new BitSet();

    @Test
    void promotesTenThousandASecondOverRestartsOfEverything() throws Exception {
        var random = new Random(1);
        var first = System.currentTimeMillis() + 45_000;
        var late = measure(first, i -> first + random.nextInt(100_000), true);
        say("of those that were due more than 10 s from a restart: ", late);
        assertThat(seen.cardinality()).isEqualTo(TASKS);
    }

    @Test
    void promotesAHerd() throws Exception {
        var moment = System.currentTimeMillis() + 45_000;
        var late = measure(moment, i -> moment, false);
        say("a million due at one moment: ", late);
        assertThat(seen.cardinality()).isEqualTo(TASKS);
    }

    private long[] measure(long first, IntToLongFunction when, boolean restarts) throws Exception {
        try (var server = RedisServer.start(directory, "--appendonly", "yes", "--appendfsync", "always")) {
            push(server, when);
            var idle = heap();
            var launcher = launcher(server);
            var restartAt = restarts ? first + 40_000 : Long.MAX_VALUE;
            var late = new ArrayList<Long>();
            var redis = server.options().withTimeout(PATIENCE).open().connect();
            var limit = System.currentTimeMillis() + 400_000;
            while (seen.cardinality() < TASKS && System.currentTimeMillis() < limit) {
                if (System.currentTimeMillis() > restartAt) {
                    restartAt = Long.MAX_VALUE;
                    say(
                            "heap of the launcher with %d MiB in Redis: %d KiB"
                                    .formatted(usedMemory(redis), (heap() - idle) >> 10),
                            new long[0]);
                    redis.close();
                    launcher.kill();
                    launcher.close();
                    server.kill();
                    server.start();
                    var back = server.options().withTimeout(PATIENCE).open();
                    back.call(connection -> connection.call("LLEN", READY)); // waits while it loads
                    redis = back.connect();
                    launcher = launcher(server);
                }
                var now = drain(redis, late, restarts ? first + 40_000 : 0);
                if (now == 0) {
                    Thread.sleep(2);
                }
            }
            launcher.kill();
            launcher.close();
            return late.stream().mapToLong(each -> each).sorted().toArray();
        }
    }

    private void push(RedisServer server, IntToLongFunction when) {
        try (var pool = server.options().withTimeout(PATIENCE).open();
                var redis = pool.connect()) {
            broker.pause(redis); // the worker is there for its launcher alone
            for (var from = 0; from < TASKS; from += BATCH) {
                var tasks = new ArrayList<Envelope>(BATCH);
                var dues = new ArrayList<Due>(BATCH);
                for (var i = from; i < from + BATCH; i++) {
                    due[i] = when.applyAsLong(i);
                    tasks.add(new Envelope.Draft("Tasks::run", 0, false, 3, Map.of(), new byte[40]).seal(7, i + 1));
                    dues.add(Due.at(Instant.ofEpochMilli(due[i])));
                }
                broker.push(redis, 7, from, tasks, dues);
            }
        }
    }

    private int drain(RedisConnection redis, List<Long> late, long restart) {
        var taken = (List<?>) redis.call("LPOP", READY, bytes(2000));
        var now = System.currentTimeMillis();
        for (var raw : taken == null ? List.of() : taken) {
            var i = (int) Envelope.stored((byte[]) raw).sequence() - 1;
            assertThat(seen.get(i)).as("task " + i + " was promoted before").isFalse();
            seen.set(i);
            if (Math.abs(due[i] - restart) > 10_000) {
                late.add(now - due[i]);
            }
        }
        return taken == null ? 0 : taken.size();
    }

    private static Launcher launcher(RedisServer server) {
        return Launcher.start(LauncherOptions.of(1, server.options(), QUEUE));
    }

    private static long usedMemory(RedisConnection redis) {
        var info = new String((byte[]) redis.call("INFO", bytes("memory")));
        return Long.parseLong(info.replaceAll("(?s).*used_memory:(\\d+).*", "$1")) >> 20;
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void say(String what, long[] late) {
        System.out.println("SCALE " + what
                + (late.length == 0
                        ? ""
                        : "%d tasks, late by p50 %d ms, p99 %d ms, most %d ms; early %d; load %.1f"
                                .formatted(
                                        late.length,
                                        late[late.length / 2],
                                        late[(int) (late.length * 0.99)],
                                        late[late.length - 1],
                                        Arrays.stream(late)
                                                .filter(each -> each < 0)
                                                .count(),
                                        ManagementFactory.getOperatingSystemMXBean()
                                                .getSystemLoadAverage())));
    }
}
