package dev.weirpool.cli.bench;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.weirpool.pool.Pool;
import dev.weirpool.pool.PoolOptions;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.redis.Redis;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Where it is measured: a Redis, and on a queue of its own a pool of workers, which also run what is compared with it. */
public final class Bed implements AutoCloseable {

    private final RedisOptions options;
    private final Redis redis;
    private final int processes;
    private final String queue = "bench-" + UUID.randomUUID();
    private final Broker broker = new Broker(queue);
    private final Pool pool;
    private final TaskQueue tasks;
    private final Set<String> rawKeys = new LinkedHashSet<>();
    private final List<Broker> spares = new ArrayList<>();
    private final List<SharedQueue<?>> sharedQueues = new ArrayList<>();
    private boolean closed;

    private Bed(RedisOptions options, int processes) {
        this.options = options;
        this.processes = processes;
        this.redis = options.open();
        // the environment, because a command line can be read by anybody
        this.pool = Pool.start(PoolOptions.of(processes)
                .withRedis(options)
                .withQueue(queue)
                .withEnvironment(Map.of("WEIRPOOL_REDIS_URL", redis.uri().toString())));
        this.tasks = TaskQueue.connect(options, queue);
    }

    /** Starts {@code processes} workers. */
    public static Bed make(RedisOptions options, int processes) {
        return new Bed(options, processes);
    }

    /** What is measured on, for the record. */
    public Map<String, String> conditions() {
        var conditions = new LinkedHashMap<String, String>();
        conditions.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        conditions.put("workers", Integer.toString(processes));
        conditions.put("Java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        conditions.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        conditions.put("Redis", serverInfo("redis_version"));
        conditions.put("AOF", serverInfo("aof_enabled").equals("1") ? "on" : "off");
        conditions.put("began", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        return conditions;
    }

    String serverInfo(String name) {
        var info = redis.call(connection ->
                new String((byte[]) requireNonNull(connection.call("INFO", bytes("everything"))), UTF_8));
        return info.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    public Redis redis() {
        return redis;
    }

    public int processes() {
        return processes;
    }

    public Pool pool() {
        return pool;
    }

    TaskQueue tasks() {
        return tasks;
    }

    /** A queue beside the bed's own, without workers. */
    Broker spareBroker(String name) {
        var spare = new Broker(queue + "." + name);
        spares.add(spare);
        return spare;
    }

    /** A key for those who use plain Redis. */
    public String rawKey(String name) {
        var key = "weirpool:{" + queue + "}:raw-" + name;
        rawKeys.add(key);
        return key;
    }

    <E> SharedQueue<E> sharedQueue(String name) {
        SharedQueue<E> made = SharedQueue.connect(options, queue + "." + name);
        sharedQueues.add(made);
        return made;
    }

    /** Waits until no task waits and none runs. */
    void awaitIdle() throws InterruptedException {
        while (tasks.size() > 0) {
            Thread.sleep(0, 200_000);
        }
    }

    /** Ends the workers and deletes what was put into Redis. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        pool.terminate();
        tasks.close();
        sharedQueues.forEach(SharedQueue::delete);
        redis.use(connection -> {
            rawKeys.forEach(key -> connection.call("UNLINK", bytes(key)));
            spares.forEach(spare -> spare.drop(connection, spare.workers(connection)));
            broker.drop(connection, broker.workers(connection));
        });
        redis.close();
    }
}
