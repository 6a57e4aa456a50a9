package dev.weirpool.cli.bench;

import dev.weirpool.queue.SharedQueue;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What the workers run. */
final class BenchTasks {

    static final int BUFFER = 500;
    static final Duration LINGER = Duration.ofMillis(5);

    private BenchTasks() {}

    static int noop(int number) {
        return number;
    }

    static int increment(int number) {
        return number + 1;
    }

    /** Uses the processor for so long; returns when it began, in µs. */
    static long spin(long micros) {
        var began = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        var threads = ManagementFactory.getThreadMXBean();
        var until = threads.getCurrentThreadCpuTime() + micros * 1000;
        while (threads.getCurrentThreadCpuTime() < until) {
            Thread.onSpinWait();
        }
        return began;
    }

    static void takeOneByOne(SharedQueue<Integer> queue, int count) throws InterruptedException {
        for (var i = 0; i < count; i++) {
            queue.take();
        }
    }

    static void takeBatches(SharedQueue<Integer> queue, int count) throws InterruptedException {
        for (var taken = 0; taken < count; ) {
            taken += queue.takeBatch(Math.min(RawTasks.BATCH, count - taken)).size();
        }
    }

    static void takeBuffered(SharedQueue<Integer> queue, int count) throws InterruptedException {
        try (var buffer = queue.buffered(BUFFER, LINGER)) {
            for (var i = 0; i < count; i++) {
                buffer.take();
            }
        }
    }

    /** Sends back what comes, until that is negative. */
    static void echo(SharedQueue<Integer> in, SharedQueue<Integer> out) throws InterruptedException {
        for (var item = in.take(); item >= 0; item = in.take()) {
            out.put(item);
        }
    }
}
