package dev.weirpool.benchmarks;

import static java.util.Map.entry;

import dev.weirpool.cli.bench.Bed;
import dev.weirpool.cli.bench.Contender;
import dev.weirpool.cli.bench.Latency;
import dev.weirpool.cli.bench.Rate;
import dev.weirpool.cli.bench.Row;
import dev.weirpool.pool.AsyncResult;
import dev.weirpool.queue.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import redis.clients.jedis.Jedis;

/**
 * The queue that a program makes itself of Redis lists and Jedis, without guarantees: tasks and items are encoded as text, travel in
 * batches where ours do, and are decoded and run; the results are decoded too. Its workers are ours, so that the same processes are
 * compared.
 */
final class JedisLists {

    private final Bed bed;
    private final String in;
    private final String out;
    private final Map<String, Contender> contenders;

    JedisLists(Bed bed, Duration goal) {
        this.bed = bed;
        this.in = bed.rawKey("jedis-in");
        this.out = bed.rawKey("jedis-out");
        Contender answered = new Rate("tasks/s", goal, this::answered);
        Contender dropped = new Rate("tasks/s", goal, this::dropped);
        this.contenders = Map.ofEntries(
                entry("apply-async", answered),
                entry("imap-unordered", answered),
                entry("send-async", dropped),
                entry("send-all", dropped),
                entry("round-trip", () -> pingPong(goal, JedisTasks.noop(1))),
                entry("put", new Rate("items/s", goal, count -> clear(), this::put)),
                entry("take", new Rate("items/s", goal, this::fill, this::take)),
                entry("queue", new Rate("items/s", goal, count -> clear(), this::toOther)),
                entry("queue-batches", new Rate("items/s", goal, count -> clear(), this::toOtherInBatches)),
                entry("queue-buffered", new Rate("items/s", goal, count -> clear(), this::toOtherInBatches)),
                entry("queue-round-trip", () -> pingPong(goal, "7")));
    }

    /** The row with this in the place of the least that Redis can be asked for, where it does something of the kind. */
    Row in(Row row) {
        var contender = contenders.get(row.id());
        return contender == null ? row : row.against(Row.RAW, contender);
    }

    private void answered(int count) throws Exception {
        var tasks = in; // a task takes along what it names, and this object cannot travel
        var results = out;
        withWorkers(() -> JedisTasks.answer(tasks, results), jedis -> {
            var pusher = new Thread(() -> connected(own -> pushAll(own, JedisTasks::noop, count)));
            pusher.start();
            var sum = 0L;
            for (var answered = 0; answered < count; ) {
                var batch = JedisTasks.pop(jedis, results);
                answered += batch.size();
                sum += batch.stream().mapToInt(Integer::parseInt).asLongStream().sum();
            }
            if (sum != (long) count * (count - 1) / 2) {
                throw new IllegalStateException("a result is wrong");
            }
        });
    }

    private void dropped(int count) throws Exception {
        var tasks = in;
        withWorkers(() -> JedisTasks.drop(tasks), jedis -> pushAll(jedis, JedisTasks::noop, count));
    }

    /** Has every worker do {@code work} while the client runs, then ends it and waits. */
    private void withWorkers(Task.Run0 work, Consumer<Jedis> client) throws Exception {
        var workers = new ArrayList<AsyncResult<Void>>();
        for (var i = 0; i < bed.processes(); i++) {
            workers.add(bed.pool().applyAsync(work));
        }
        connected(jedis -> {
            client.accept(jedis);
            for (var i = 0; i < bed.processes(); i++) {
                jedis.rpush(in, JedisTasks.END);
            }
        });
        for (var worker : workers) {
            worker.get();
        }
    }

    private void pushAll(Jedis jedis, IntFunction<String> encode, int count) {
        for (var pushed = 0; pushed < count; pushed += JedisTasks.BATCH) {
            var batch = IntStream.range(pushed, Math.min(count, pushed + JedisTasks.BATCH));
            jedis.rpush(in, batch.mapToObj(encode).toArray(String[]::new));
        }
    }

    private Map<String, Double> pingPong(Duration goal, String message) throws Exception {
        var echo = bed.pool().applyAsync(JedisTasks::echo, in, out);
        try (var jedis = jedis()) {
            var measured = new Latency(goal, () -> {
                        jedis.rpush(in, message);
                        JedisTasks.popOne(jedis, out);
                    })
                    .measure();
            jedis.rpush(in, JedisTasks.END);
            echo.get();
            return measured;
        }
    }

    private void clear() {
        connected(jedis -> jedis.unlink(in));
    }

    private void fill(int count) {
        connected(jedis -> {
            jedis.unlink(in);
            pushAll(jedis, Integer::toString, count);
        });
    }

    private void put(int count) {
        connected(jedis -> {
            for (var i = 0; i < count; i++) {
                jedis.rpush(in, Integer.toString(i));
            }
        });
    }

    private void take(int count) {
        connected(jedis -> {
            for (var i = 0; i < count; i++) {
                Integer.parseInt(jedis.lpop(in));
            }
        });
    }

    private void toOther(int count) throws Exception {
        var taken = bed.pool().applyAsync(JedisTasks::takeOneByOne, in, count);
        put(count);
        taken.get();
    }

    private void toOtherInBatches(int count) throws Exception {
        var taken = bed.pool().applyAsync(JedisTasks::takeBatches, in, count);
        connected(jedis -> pushAll(jedis, Integer::toString, count));
        taken.get();
    }

    private void connected(Consumer<Jedis> work) {
        try (var jedis = jedis()) {
            work.accept(jedis);
        }
    }

    private Jedis jedis() {
        return new Jedis(bed.redis().uri());
    }
}
