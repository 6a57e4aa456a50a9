package dev.weirpool.pool;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskContext;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Partitions;
import dev.weirpool.queue.protocol.Survey;
import dev.weirpool.queue.redis.Redis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pools on a queue of three partitions. */
@Timeout(120)
final class PartitionedPoolTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final String name = "spread-" + UUID.randomUUID();
    private final List<String> names = new Partitions(name, 3).names();
    private final Operator operator = Operator.connect(RedisOptions.embedded());
    private final Redis redis = RedisOptions.embedded().open();

    @BeforeEach
    void spread() {
        operator.queue(name).partition(3);
    }

    @AfterEach
    void leaveNothingBehind() {
        redis.use(connection ->
                names.forEach(each -> new Broker(each).drop(connection, new Broker(each).workers(connection))));
        operator.close();
        redis.close();
    }

    private Pool pool(int processes) {
        return Pool.start(
                PoolOptions.of(processes).withRedis(RedisOptions.embedded()).withQueue(name));
    }

    private static void end(Pool pool) throws Exception {
        pool.close();
        assertThat(pool.join(LIMIT)).isTrue();
    }

    private List<Long> claims() {
        return names.stream()
                .map(each -> redis.call(
                        connection -> new Survey(each).counts(connection).claims()))
                .toList();
    }

    static void note(SharedQueue<String> ledger, String key, int number) throws InterruptedException {
        ledger.put(key + " " + number);
    }

    static int dieOnFirstAttempt() throws InterruptedException {
        if (TaskContext.current().attempt() == 1) {
            Runtime.getRuntime().halt(1);
        }
        return TaskContext.current().attempt();
    }

    static int sleep() throws InterruptedException {
        Thread.sleep(60_000);
        return 1;
    }

    @Test
    void runsTheTasksOfAllPartitions() throws Exception {
        try (var pool = pool(2)) {
            var numbers = IntStream.range(0, 3000).boxed().toList();
            assertThat(pool.map(Tasks::square, numbers, 1))
                    .isEqualTo(numbers.stream().map(i -> i * i).toList());

            assertThat(claims()).allSatisfy(count -> assertThat(count).isGreaterThanOrEqualTo(1000));
            end(pool);
        }
    }

    @Test
    void oneWorkerServesAllOfThemAndStartsTheTasksOfAKeyInOrder() throws Exception {
        try (var pool = pool(1)) {
            SharedQueue<String> ledger = pool.queue("ledger-" + name);
            for (var i = 0; i < 300; i++) {
                var key = "customer-" + i % 7;
                pool.applyAsync(PartitionedPoolTest::note, ledger, key, i, TaskOptions.DEFAULT.withPartitionKey(key));
            }
            var last = new HashMap<String, Integer>();
            for (var i = 0; i < 300; i++) {
                var words = ledger.poll(LIMIT.toSeconds(), TimeUnit.SECONDS).split(" ");
                var number = Integer.parseInt(words[1]);
                assertThat(last.getOrDefault(words[0], -1)).as(words[0]).isLessThan(number);
                last.put(words[0], number);
            }
            assertThat(claims().stream().filter(count -> count > 0)).hasSizeGreaterThan(1);
            ledger.delete();
            end(pool);
        }
    }

    @Test
    void aPartitionThatIsAlwaysBusyHoldsUpNoOther() throws Exception {
        var busy = new Partitions(name, 3).indexFor("busy");
        var other = IntStream.range(0, 100)
                .mapToObj(i -> "other-" + i)
                .filter(key -> new Partitions(name, 3).indexFor(key) != busy)
                .findFirst()
                .orElseThrow();
        try (var pool = pool(1)) {
            var load = new ArrayList<AsyncResult<Long>>();
            for (var i = 0; i < 400; i++) { // some 20 s of work for the one worker
                load.add(pool.applyAsync(Tasks::workAWhile, TaskOptions.DEFAULT.withPartitionKey("busy")));
            }
            assertThat(pool.applyAsync(Tasks::square, 7, TaskOptions.DEFAULT.withPartitionKey(other))
                            .get(LIMIT))
                    .isEqualTo(49);
            assertThat(load.get(load.size() - 1).isDone()).isFalse();
            pool.terminate();
        }
    }

    @Test
    void runsTasksAgainWhoseWorkerDied() throws Exception {
        try (var pool = pool(2)) {
            var results = new ArrayList<AsyncResult<Integer>>();
            for (var i = 0; i < 6; i++) {
                results.add(pool.applyAsync(PartitionedPoolTest::dieOnFirstAttempt));
            }
            for (var result : results) {
                assertThat(result.get(LIMIT)).isEqualTo(2);
            }
            end(pool);
        }
    }

    @Test
    void endsTasksThatRunOnAnyPartition() throws Exception {
        try (var pool = pool(3)) {
            var results = new ArrayList<AsyncResult<Integer>>();
            for (var i = 0; i < 3; i++) {
                results.add(pool.applyAsync(PartitionedPoolTest::sleep));
            }
            await().atMost(LIMIT).until(() -> operator.queue(name).state().running() == 3);
            results.get(0).cancel(true);
            operator.queue(name).kill(results.get(1).id());
            try (var queue = TaskQueue.connect(RedisOptions.embedded(), name)) {
                queue.cancel(results.get(2).id());
            }
            for (var result : results) {
                assertThatThrownBy(() -> result.get(LIMIT)).isInstanceOf(CancellationException.class);
            }
            end(pool);
        }
    }

    @Test
    void workersOfTwoLaunchersServeItAndAClientElsewhereGetsItsResults() throws Exception {
        try (var first = pool(1);
                var second = pool(1);
                var client = Pool.connect(RedisOptions.embedded(), name)) {
            await().atMost(LIMIT).until(() -> operator.queue(name).state().workers() == 2);
            assertThat(operator.queue(name).launchers()).hasSize(2);
            var pids = new HashSet<Long>();
            for (var i = 0; i < 200 || pids.size() < 2; i++) {
                pids.add(client.apply(Tasks::pid));
            }
            assertThat(pids).hasSize(2);
            end(client);
            end(first);
            end(second);
        }
    }

    @Test
    void aPoolThatIsTerminatedLeavesNoTaskBehind() throws Exception {
        var pool = pool(1);
        for (var i = 0; i < 90; i++) {
            pool.applyAsync(PartitionedPoolTest::sleep);
        }
        pool.terminate();

        try (var next = pool(1)) {
            assertThat(next.apply(Tasks::square, 3)).isEqualTo(9);
            await().atMost(LIMIT).until(() -> operator.queue(name).state().ready() == 0);
            end(next);
        }
    }

    @Test
    void launchersRecordTheNumberAgainThatRedisHasLost() throws Exception {
        try (var pool = pool(1)) {
            assertThat(pool.apply(Tasks::square, 3)).isEqualTo(9);
            redis.call(connection -> connection.call("DEL", bytes("weirpool:{" + name + "}:partitions")));
            redis.call(connection -> connection.call(
                    "CLIENT", bytes("KILL"), bytes("TYPE"), bytes("normal"), bytes("SKIPME"), bytes("yes")));
            await().atMost(LIMIT).until(() -> operator.queue(name).state().partitions() == 3);
            end(pool);
        }
    }

    @Test
    void keepsResultsForAnyProcessToRead() throws Exception {
        try (var pool = pool(2);
                var queue = TaskQueue.connect(RedisOptions.embedded(), name)) {
            var options = TaskOptions.DEFAULT.withKeepResult(Duration.ofMinutes(5));
            var ids = queue.sendAll(
                    IntStream.range(0, 6)
                            .mapToObj(i -> Task.of(Tasks::square, i))
                            .toList(),
                    options);
            await().atMost(LIMIT)
                    .until(() -> ids.stream().allMatch(id -> queue.result(id).isPresent()));
            end(pool);
        }
    }
}
