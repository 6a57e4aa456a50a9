package dev.weirpool.benchmarks;

import dev.weirpool.queue.redis.Redis;
import java.util.List;
import java.util.function.Consumer;
import redis.clients.jedis.Jedis;

/** The worker's side of a program that has nothing but Jedis: tasks and results are text, and what is taken is lost if its taker dies. */
final class JedisTasks {

    static final int BATCH = 64;
    static final String END = "end";
    private static final String NOOP = "noop ";

    private JedisTasks() {}

    static String noop(int argument) {
        return NOOP + argument;
    }

    private static int run(String task) {
        if (!task.startsWith(NOOP)) {
            throw new IllegalArgumentException("unknown task: " + task);
        }
        return Integer.parseInt(task, NOOP.length(), task.length(), 10);
    }

    /** Runs tasks in batches until it meets the end, and sends what they return. */
    static void answer(String in, String out) {
        connected(jedis -> runAll(jedis, in, results -> jedis.rpush(out, results)));
    }

    /** The same, and sends nothing. */
    static void drop(String in) {
        connected(jedis -> runAll(jedis, in, results -> {}));
    }

    private static void runAll(Jedis jedis, String in, Consumer<String[]> send) {
        while (true) {
            var tasks = pop(jedis, in);
            var results = tasks.stream()
                    .filter(task -> !task.equals(END))
                    .map(task -> Integer.toString(run(task)))
                    .toArray(String[]::new);
            if (results.length > 0) {
                send.accept(results);
            }
            if (results.length < tasks.size()) {
                for (var others = tasks.size() - results.length; others > 1; others--) {
                    jedis.rpush(in, END);
                }
                return;
            }
        }
    }

    static void takeBatches(String in, int count) {
        connected(jedis -> {
            for (var taken = 0; taken < count; ) {
                var items = pop(jedis, in);
                items.forEach(Integer::parseInt);
                taken += items.size();
            }
        });
    }

    static void takeOneByOne(String in, int count) {
        connected(jedis -> {
            for (var i = 0; i < count; i++) {
                Integer.parseInt(popOne(jedis, in));
            }
        });
    }

    /** Sends back what comes, one by one, until that is the end. */
    static void echo(String in, String out) {
        connected(jedis -> {
            for (var item = popOne(jedis, in); !item.equals(END); item = popOne(jedis, in)) {
                jedis.rpush(out, item);
            }
        });
    }

    /** Takes a batch, waiting until there is something. */
    static List<String> pop(Jedis jedis, String key) {
        var batch = jedis.lpop(key, BATCH);
        return batch == null || batch.isEmpty() ? List.of(popOne(jedis, key)) : batch;
    }

    static String popOne(Jedis jedis, String key) {
        while (true) {
            var popped = jedis.blpop(1, key);
            if (popped != null) {
                return popped.get(1);
            }
        }
    }

    private static void connected(Consumer<Jedis> work) {
        try (var jedis = new Jedis(Redis.ofThisWorker().orElseThrow())) {
            work.accept(jedis);
        }
    }
}
