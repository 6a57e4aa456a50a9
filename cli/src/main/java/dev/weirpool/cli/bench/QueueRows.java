package dev.weirpool.cli.bench;

import static dev.weirpool.queue.redis.RedisConnection.bytes;

import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.redis.RedisConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What is measured of shared queues; where items go to another process, that is a worker. */
final class QueueRows {

    private static final String ITEMS = "items/s";
    private static final byte[] ITEM = bytes("123456");
    private static final int ANSWERED = 7;

    private final Bed bed;
    private final Duration goal;
    private final SharedQueue<Integer> queue;
    private final SharedQueue<Integer> answers;
    private final String raw;
    private final String rawAnswers;

    QueueRows(Bed bed, Duration goal) {
        this.bed = bed;
        this.goal = goal;
        this.queue = bed.sharedQueue("there");
        this.answers = bed.sharedQueue("back");
        this.raw = bed.rawKey("there");
        this.rawAnswers = bed.rawKey("back");
    }

    List<Row> all() {
        return List.of(
                Row.of(
                        "put",
                        "SharedQueue, put one at a time",
                        rate(count -> queue.clear(), this::put),
                        rate(count -> call("UNLINK"), this::rawPut)),
                Row.of(
                        "take",
                        "SharedQueue, take one at a time",
                        rate(this::fill, this::take),
                        rate(this::rawFill, this::rawTake)),
                Row.of(
                        "queue",
                        "SharedQueue to another process, one at a time",
                        rate(count -> queue.clear(), this::toOther),
                        rate(count -> call("UNLINK"), this::rawToOther)),
                Row.of(
                        "queue-batches",
                        "SharedQueue to another process, putAll and takeBatch of " + RawTasks.BATCH,
                        rate(count -> queue.clear(), this::toOtherInBatches),
                        rate(count -> call("UNLINK"), this::rawToOtherInBatches)),
                Row.of(
                        "queue-buffered",
                        "SharedQueue to another process, buffered",
                        rate(count -> queue.clear(), this::toOtherBuffered),
                        rate(count -> call("UNLINK"), this::rawToOtherInBatches)),
                Row.of(
                        "queue-round-trip",
                        "SharedQueue to another process and back",
                        this::pingPong,
                        this::rawPingPong));
    }

    private Rate rate(Rate.Work preparation, Rate.Work work) {
        return new Rate(ITEMS, goal, preparation, work);
    }

    private void put(int count) throws InterruptedException {
        for (var i = 0; i < count; i++) {
            queue.put(i);
        }
    }

    private void fill(int count) throws InterruptedException {
        queue.clear();
        queue.putAll(IntStream.range(0, count).boxed().toList());
    }

    private void take(int count) throws InterruptedException {
        for (var i = 0; i < count; i++) {
            queue.take();
        }
    }

    private void toOther(int count) throws Exception {
        var taken = bed.pool().applyAsync(BenchTasks::takeOneByOne, queue, count);
        put(count);
        taken.get();
    }

    private void toOtherInBatches(int count) throws Exception {
        var taken = bed.pool().applyAsync(BenchTasks::takeBatches, queue, count);
        for (var put = 0; put < count; put += RawTasks.BATCH) {
            queue.putAll(IntStream.range(put, Math.min(count, put + RawTasks.BATCH))
                    .boxed()
                    .toList());
        }
        taken.get();
    }

    private void toOtherBuffered(int count) throws Exception {
        var taken = bed.pool().applyAsync(BenchTasks::takeBuffered, queue, count);
        try (var buffer = queue.buffered(BenchTasks.BUFFER, BenchTasks.LINGER)) {
            for (var i = 0; i < count; i++) {
                buffer.put(i);
            }
        }
        taken.get();
    }

    private Map<String, Double> pingPong() throws Exception {
        var echo = bed.pool().applyAsync(BenchTasks::echo, queue, answers);
        var measured = new Latency(goal, () -> {
                    queue.put(ANSWERED);
                    answers.take();
                })
                .measure();
        queue.put(-1);
        echo.get();
        return measured;
    }

    private void rawPut(int count) {
        onConnection(connection -> {
            for (var i = 0; i < count; i++) {
                connection.call("RPUSH", bytes(raw), ITEM);
            }
        });
    }

    private void rawFill(int count) {
        call("UNLINK");
        onConnection(connection -> pushAll(connection, count));
    }

    private void pushAll(RedisConnection connection, int count) {
        for (var pushed = 0; pushed < count; pushed += RawTasks.BATCH) {
            RawTasks.push(connection, raw, ITEM, Math.min(RawTasks.BATCH, count - pushed));
        }
    }

    private void rawTake(int count) {
        onConnection(connection -> {
            for (var i = 0; i < count; i++) {
                connection.call("LPOP", bytes(raw));
            }
        });
    }

    private void rawToOther(int count) throws Exception {
        var taken = bed.pool().applyAsync(RawTasks::takeOneByOne, raw, count);
        rawPut(count);
        taken.get();
    }

    private void rawToOtherInBatches(int count) throws Exception {
        var taken = bed.pool().applyAsync(RawTasks::takeBatches, raw, count);
        onConnection(connection -> pushAll(connection, count));
        taken.get();
    }

    private Map<String, Double> rawPingPong() throws Exception {
        return RawTasks.pingPong(bed, goal, raw, rawAnswers);
    }

    private void call(String command) {
        onConnection(connection -> connection.call(command, bytes(raw)));
    }

    private interface RawWork {
        void run(RedisConnection connection);
    }

    private void onConnection(RawWork work) {
        bed.redis().use(connection -> work.run(connection));
    }
}
