package dev.weirpool.cli.bench;

import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.Settlement;
import dev.weirpool.queue.protocol.StepReply;
import dev.weirpool.queue.protocol.StepRequest;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Signer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** What a task costs Redis, in memory and in time of its own; on queues without workers, where the consumer is simulated. */
final class RedisRows {

    private static final int BATCH = 16;
    private static final int PUSHED = 500;
    private static final int CYCLED = 20_000;
    private static final int WEIGHED = 100_000;
    private static final String WORKER = "simulated";
    private static final Duration LEASE = Duration.ofHours(1);
    private static final Duration BELL_LIMIT = Duration.ofSeconds(1);

    private final Bed bed;
    private final TaskCodec codec;
    private final List<Integer> depths;
    private final List<Integer> idles;
    private @Nullable Simulated deep;

    RedisRows(Bed bed, List<Integer> depths, List<Integer> idles) {
        this.bed = bed;
        this.codec = new TaskCodec(bed::redis, "bench");
        this.depths = depths;
        this.idles = idles;
    }

    List<Row> all() {
        var rows = new ArrayList<Row>();
        rows.add(Row.of("memory", "memory of Redis for a queued no-op task", this::memory));
        for (var depth : depths) {
            rows.add(Row.of(
                    "depth-" + depth,
                    String.format(Locale.ROOT, "time of Redis for a task, batches of %d, %,d queued", BATCH, depth),
                    () -> atDepth(depth)));
        }
        for (var idle : idles) {
            rows.add(Row.of(
                    "idle-" + idle,
                    String.format(Locale.ROOT, "the same, queue empty, %,d idle workers", idle),
                    () -> withIdle(idle)));
        }
        return rows;
    }

    private Map<String, Double> memory() throws InterruptedException {
        var queue = new Simulated("memory");
        var before = usedMemory();
        queue.push(WEIGHED);
        var bytes = (double) (usedMemory() - before) / WEIGHED;
        queue.drop();
        var both = new LinkedHashMap<String, Double>();
        both.put("bytes", bytes);
        both.put("of envelope", (double) queue.envelope(1).size());
        return both;
    }

    private long usedMemory() throws InterruptedException {
        Thread.sleep(50); // what was unlinked is freed in the background
        return Long.parseLong(bed.serverInfo("used_memory"));
    }

    private Map<String, Double> atDepth(int depth) {
        var queue = deep;
        if (queue == null) {
            queue = new Simulated("depth");
            deep = queue;
        }
        queue.fill(depth);
        return Map.of("µs", queue.cycle());
    }

    /** The idle ones block on the bell, as workers do; one is woken by each push, finds nothing, and blocks again. */
    private Map<String, Double> withIdle(int count) throws InterruptedException {
        var queue = new Simulated("idle");
        var idle = new ArrayList<RedisConnection>();
        var threads = new ArrayList<Thread>();
        for (var i = 0; i < count; i++) {
            var connection = bed.redis().connect();
            idle.add(connection);
            queue.broker.register(connection, WORKER + i, LEASE);
            var thread = new Thread(null, () -> queue.idle(connection), "weirpool-bench-idle", 1 << 17);
            thread.start();
            threads.add(thread);
        }
        var micros = queue.cycle();
        idle.forEach(RedisConnection::abort);
        for (var thread : threads) {
            thread.join();
        }
        queue.drop();
        return Map.of("µs", micros);
    }

    /** A queue whose producer and consumer are this thread. */
    final class Simulated {

        private final Broker broker;
        private final Signer signer;
        private final long producer = System.nanoTime();
        private final Envelope.Draft draft =
                codec.draft(Task.of(BenchTasks::noop, 123_456), TaskOptions.DEFAULT, false);
        private long sent;
        private long queued;

        Simulated(String name) {
            this.broker = bed.spareBroker(name);
            this.signer = bed.redis().keyring().signer(Direction.TASK, broker.queue());
            bed.redis().call(connection -> broker.register(connection, WORKER, LEASE));
        }

        Envelope envelope(long sequence) {
            return draft.seal(producer, sequence, 0, signer);
        }

        void fill(int depth) {
            push((int) (depth - queued));
        }

        void push(int count) {
            bed.redis().use(connection -> {
                for (var left = count; left > 0; left -= PUSHED) {
                    push(connection, Math.min(PUSHED, left));
                }
            });
        }

        private void push(RedisConnection connection, int count) {
            var envelopes = LongStream.rangeClosed(sent + 1, sent + count)
                    .mapToObj(this::envelope)
                    .toList();
            broker.push(connection, producer, sent, envelopes, List.of());
            sent += count;
            queued += count;
        }

        /** Puts, claims and settles; returns the microseconds that Redis takes for a task, in its own account. */
        double cycle() {
            return bed.redis().call(connection -> {
                var before = scriptMicros();
                var settlements = List.<Settlement>of();
                for (var done = 0; done < CYCLED; done += BATCH) {
                    push(connection, BATCH);
                    var request = new StepRequest(BATCH, 0, false, settlements, List.of());
                    settlements = settlements(broker.step(connection, WORKER, request));
                }
                broker.step(connection, WORKER, new StepRequest(0, 0, false, settlements, List.of()));
                queued -= CYCLED;
                return (scriptMicros() - before) / CYCLED;
            });
        }

        private List<Settlement> settlements(StepReply reply) {
            if (reply instanceof StepReply.Claimed claimed && claimed.tasks().size() == BATCH) {
                return claimed.tasks().stream()
                        .<Settlement>map(task -> new Settlement.Complete(task.envelope(), RawTasks.RESULT))
                        .toList();
            }
            throw new IllegalStateException("expected " + BATCH + " tasks, got " + reply);
        }

        private double scriptMicros() {
            var stats = bed.serverInfo("cmdstat_evalsha");
            return stats.isEmpty() ? 0 : Double.parseDouble(stats.replaceAll(".*usec=(\\d+),.*", "$1"));
        }

        void idle(RedisConnection connection) {
            try {
                while (true) {
                    broker.awaitBell(connection, BELL_LIMIT);
                }
            } catch (RedisUnavailableException e) {
                // aborted: measured
            }
        }

        void drop() {
            bed.redis().use(connection -> broker.drop(connection, List.of(WORKER)));
        }
    }
}
