package dev.weirpool.cli.bench;

import dev.weirpool.pool.AsyncResult;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.redis.RedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** What is measured of tasks. */
final class TaskRows {

    private static final String TASKS = "tasks/s";
    private static final int SENT_TOGETHER = 1000;
    private static final int MAPPED = 1_000_000;
    private static final int SPINS = 2000;
    private static final int SHORT_SPINS = 999;

    private final Bed bed;
    private final Duration goal;
    private final Duration longTask;

    /** @param longTask how long the one task takes that short ones must not wait behind */
    TaskRows(Bed bed, Duration goal, Duration longTask) {
        this.bed = bed;
        this.goal = goal;
        this.longTask = longTask;
    }

    List<Row> all() {
        return List.of(
                Row.of(
                        "apply-async",
                        "no-op tasks, applyAsync in a loop, each result collected",
                        rate(this::applyAsync),
                        rate(this::answeredInBatches)),
                Row.of(
                        "imap-unordered",
                        "no-op tasks, imapUnordered, each result collected",
                        rate(this::imapUnordered),
                        rate(this::answeredInBatches)),
                Row.of(
                        "send-async",
                        "no-op tasks, sendAsync in a loop, no results",
                        rate(this::sendAsync),
                        rate(this::droppedInBatches)),
                Row.of(
                        "send-all",
                        "no-op tasks, sendAll of " + SENT_TOGETHER + ", no results",
                        rate(this::sendAll),
                        rate(this::droppedInBatches)),
                Row.of(
                        "round-trip",
                        "one task at a time, submit to result",
                        new Latency(goal, () -> bed.pool().apply(BenchTasks::noop, 1)),
                        () -> RawTasks.pingPong(bed, goal, bed.rawKey("in"), bed.rawKey("out"))),
                Row.of("map", "map of a million ints", this::map),
                Row.of("map-1ms", SPINS + " tasks of 1 ms through map", () -> efficiency(this::mapSpins)),
                Row.of("apply-1ms", SPINS + " tasks of 1 ms, one applyAsync each", () -> efficiency(this::applySpins)),
                Row.of(
                        "mixed",
                        SHORT_SPINS + " tasks of 1 ms and one of " + longTask.toSeconds()
                                + " s, shuffled: longest wait behind a later one",
                        this::mixed));
    }

    private Rate rate(Rate.Work work) {
        return new Rate(TASKS, goal, work);
    }

    private void applyAsync(int count) throws Exception {
        var results = new ArrayList<AsyncResult<Integer>>(count);
        for (var i = 0; i < count; i++) {
            results.add(bed.pool().applyAsync(BenchTasks::noop, i));
        }
        for (var i = 0; i < count; i++) {
            require(i, results.get(i).get());
        }
    }

    private void imapUnordered(int count) {
        var items = IntStream.range(0, count).boxed().toList();
        var sum = 0L;
        for (var results = bed.pool().imapUnordered(BenchTasks::noop, items); results.hasNext(); ) {
            sum += results.next();
        }
        require((long) count * (count - 1) / 2, sum);
    }

    private void sendAsync(int count) throws InterruptedException {
        for (var i = 0; i < count; i++) {
            bed.tasks().sendAsync(Task.of(BenchTasks::noop, i));
        }
        bed.tasks().send(Task.of(BenchTasks::noop, count));
        bed.awaitIdle();
    }

    private void sendAll(int count) throws InterruptedException {
        for (var sent = 0; sent < count; sent += SENT_TOGETHER) {
            var tasks = IntStream.range(sent, Math.min(count, sent + SENT_TOGETHER))
                    .mapToObj(i -> Task.of(BenchTasks::noop, i))
                    .toList();
            bed.tasks().sendAll(tasks);
        }
        bed.awaitIdle();
    }

    private void answeredInBatches(int count) throws Exception {
        var in = bed.rawKey("in");
        var out = bed.rawKey("out");
        withRawWorkers(() -> RawTasks.answerBatches(in, out), in, connection -> {
            var pusher = new Thread(() -> bed.redis().call(own -> {
                pushAll(own, in, count);
                return true;
            }));
            pusher.start();
            for (var answered = 0; answered < count; ) {
                answered += RawTasks.pop(connection, out).size();
            }
        });
    }

    private void droppedInBatches(int count) throws Exception {
        var in = bed.rawKey("in");
        withRawWorkers(() -> RawTasks.dropBatches(in), in, connection -> pushAll(connection, in, count));
    }

    private static void pushAll(RedisConnection connection, String key, int count) {
        for (var pushed = 0; pushed < count; pushed += RawTasks.BATCH) {
            RawTasks.push(connection, key, RawTasks.TASK, Math.min(RawTasks.BATCH, count - pushed));
        }
    }

    private interface RawClient {
        void run(RedisConnection connection) throws Exception;
    }

    /** Has every worker do {@code work} while the client runs, then ends it and waits. */
    private void withRawWorkers(Task.Run0 work, String in, RawClient client) throws Exception {
        var workers = new ArrayList<AsyncResult<Void>>();
        for (var i = 0; i < bed.processes(); i++) {
            workers.add(bed.pool().applyAsync(work));
        }
        try (var connection = bed.redis().connect()) {
            client.run(connection);
            RawTasks.push(connection, in, RawTasks.END, bed.processes());
            for (var worker : workers) {
                worker.get();
            }
        }
    }

    private Map<String, Double> map() throws InterruptedException {
        var items = IntStream.range(0, MAPPED).boxed().toList();
        var since = System.nanoTime();
        var results = bed.pool().map(BenchTasks::increment, items);
        var nanos = System.nanoTime() - since;
        require(MAPPED, results.get(MAPPED - 1));
        return Map.of("items/s", MAPPED * 1e9 / nanos);
    }

    /** How near the workers come to doing nothing but their tasks. */
    private Map<String, Double> efficiency(Rate.Work spins) throws Exception {
        var since = System.nanoTime();
        spins.run(SPINS);
        var ideal = SPINS * 1e6 / bed.processes();
        return Map.of("% of ideal", 100 * ideal / (System.nanoTime() - since));
    }

    private void mapSpins(int count) throws InterruptedException {
        bed.pool().map(BenchTasks::spin, Collections.nCopies(count, 1000L));
    }

    private void applySpins(int count) throws Exception {
        var results = new ArrayList<AsyncResult<Long>>(count);
        for (var i = 0; i < count; i++) {
            results.add(bed.pool().applyAsync(BenchTasks::spin, 1000L));
        }
        for (var result : results) {
            result.get();
        }
    }

    /** For each short task, how much later it began than one that was submitted after it. */
    private Map<String, Double> mixed() throws Exception {
        var micros = new ArrayList<>(Collections.nCopies(SHORT_SPINS, 1000L));
        micros.add(longTask.toNanos() / 1000);
        Collections.shuffle(micros, new Random(micros.size()));
        var results = new ArrayList<AsyncResult<Long>>();
        for (var length : micros) {
            results.add(bed.pool().applyAsync(BenchTasks::spin, length));
        }
        var longest = 0L;
        var earliestLater = Long.MAX_VALUE;
        for (var i = results.size() - 1; i >= 0; i--) {
            var began = results.get(i).get();
            longest = Math.max(longest, began - earliestLater);
            earliestLater = Math.min(earliestLater, began);
        }
        return Map.of("ms", longest / 1e3);
    }

    private static void require(long expected, long actual) {
        if (actual != expected) {
            throw new IllegalStateException("a result is wrong: " + actual + " instead of " + expected);
        }
    }
}
