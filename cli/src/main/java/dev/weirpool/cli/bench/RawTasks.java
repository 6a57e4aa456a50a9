package dev.weirpool.cli.bench;

import static dev.weirpool.queue.redis.RedisConnection.bytes;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.redis.RedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The limit: lists and nothing else. What is taken off one is lost if its taker dies, nothing is retried, and nobody is told.
 *
 * <p>It runs in workers, so that the same processes are compared.
 */
final class RawTasks {

    static final int BATCH = 64;

    static final byte[] TASK = bytes("{\"task\":\"noop\",\"argument\":123456}");
    static final byte[] RESULT = bytes("123456");
    static final byte[] END = bytes("end");

    private RawTasks() {}

    /** Takes tasks in batches, and answers each, until it meets the end. */
    static void answerBatches(String in, String out) {
        connected(connection -> {
            for (var tasks = pop(connection, in); !ends(connection, in, tasks); tasks = pop(connection, in)) {
                push(connection, out, RESULT, tasks.size());
            }
        });
    }

    /** Takes so many in batches. */
    static void takeBatches(String in, int count) {
        connected(connection -> {
            for (var taken = 0; taken < count; ) {
                taken += pop(connection, in).size();
            }
        });
    }

    /** Takes tasks in batches until it meets the end. */
    static void dropBatches(String in) {
        connected(connection -> {
            var tasks = pop(connection, in);
            while (!ends(connection, in, tasks)) {
                tasks = pop(connection, in);
            }
        });
    }

    /** Takes tasks one by one, and answers each, until it meets the end. */
    static void answerOneByOne(String in, String out) {
        connected(connection -> {
            while (true) {
                var task = popOne(connection, in);
                if (task.length == END.length) {
                    return;
                }
                connection.call("RPUSH", bytes(out), task);
            }
        });
    }

    static void takeOneByOne(String in, int count) {
        connected(connection -> {
            for (var i = 0; i < count; i++) {
                popOne(connection, in);
            }
        });
    }

    /** One exchange with a worker at a time, there over one list and back over another. */
    static Map<String, Double> pingPong(Bed bed, Duration goal, String in, String out) throws Exception {
        var worker = bed.pool().applyAsync(RawTasks::answerOneByOne, in, out);
        try (var connection = bed.redis().connect()) {
            var measured = new Latency(goal, () -> {
                        connection.call("RPUSH", bytes(in), TASK);
                        popOne(connection, out);
                    })
                    .measure();
            push(connection, in, END, 1);
            worker.get();
            return measured;
        }
    }

    static void push(RedisConnection connection, String key, byte[] what, int count) {
        var arguments = new byte[count + 1][];
        arguments[0] = bytes(key);
        for (var i = 1; i <= count; i++) {
            arguments[i] = what;
        }
        connection.call("RPUSH", arguments);
    }

    /** Takes a batch, waiting until there is something. */
    static List<byte[]> pop(RedisConnection connection, String key) {
        var batch = list(connection.call("LPOP", bytes(key), bytes(BATCH)));
        return batch.isEmpty() ? List.of(popOne(connection, key)) : batch;
    }

    static byte[] popOne(RedisConnection connection, String key) {
        while (true) {
            var reply = list(connection.callBlocking(Duration.ofSeconds(1), "BLPOP", bytes(key), bytes(1)));
            if (!reply.isEmpty()) {
                return reply.get(1);
            }
        }
    }

    /** Whether the end is among these; it comes when all else is done, once for each worker, and one that is not ours is passed on. */
    private static boolean ends(RedisConnection connection, String in, List<byte[]> tasks) {
        var ends =
                (int) tasks.stream().filter(task -> task.length == END.length).count();
        if (ends > 1) {
            push(connection, in, END, ends - 1);
        }
        return ends > 0;
    }

    private static List<byte[]> list(@Nullable Object reply) {
        var all = new ArrayList<byte[]>();
        if (reply instanceof List<?> parts) {
            parts.forEach(part -> all.add((byte[]) part));
        }
        return all;
    }

    private static void connected(Consumer<RedisConnection> work) {
        try (var redis = RedisOptions.fromEnvironment().open();
                var connection = redis.connect()) {
            work.accept(connection);
        }
    }
}
