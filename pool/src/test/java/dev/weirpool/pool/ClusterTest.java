package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.QueueState;
import dev.weirpool.queue.inspect.TaskState;
import dev.weirpool.queue.protocol.Partitions;
import dev.weirpool.queue.redis.ClusterServers;
import dev.weirpool.queue.redis.RedisRefusedException;
import dev.weirpool.queue.redis.RedisServer;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Queues on the masters of a cluster, one of which is killed or gives a queue away. */
@Tag("slow")
@Timeout(120)
class ClusterTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration MOST_STANDSTILL = Duration.ofSeconds(10);

    @TempDir
    private static Path directory;

    private static ClusterServers servers;

    @BeforeAll
    static void start() throws Exception {
        servers = ClusterServers.start(directory);
    }

    @AfterAll
    static void end() throws Exception {
        servers.close();
    }

    @Test
    void keepsEachQueueOnTheMasterOfItsSlot() throws Exception {
        try (var operator = Operator.connect(servers.options());
                var pool = Pool.start(PoolOptions.of(2).withRedis(servers.options()))) {
            var numbers = IntStream.range(0, 200).boxed().toList();
            assertThat(pool.map(Tasks::square, numbers))
                    .isEqualTo(numbers.stream().map(i -> i * i).toList());
            for (var i = 0; i < 3; i++) {
                var name = ClusterServers.queueOf(i);
                try (var queue = TaskQueue.connect(servers.options(), name)) {
                    queue.send(Task.of(Tasks::square, i));
                    queue.send(
                            Task.of(Tasks::square, i), TaskOptions.DEFAULT.withUniqueKey("one", Duration.ofMinutes(1)));
                    queue.send(Task.of(Tasks::square, i), TaskOptions.DEFAULT.withDelay(Duration.ofHours(1)));
                    assertThat(queue.size()).isEqualTo(3);
                }
                SharedQueue<Integer> items = pool.queue(name, 10);
                var writer = pool.applyAsync(Tasks::putAll, items, numbers);
                assertThat(pool.applyAsync(Tasks::takeAll, items, numbers.size())
                                .get(LIMIT))
                        .isEqualTo(numbers);
                writer.get(LIMIT);
                items.delete();
                assertThat(servers.keysOn(servers.master(name)))
                        .as("where the keys of %s are", name)
                        .anyMatch(key -> key.startsWith("weirpool:{" + name + "}"));
            }

            assertThat(operator.queues(spoilt -> {}))
                    .extracting(QueueState::name)
                    .contains(ClusterServers.queueOf(0), ClusterServers.queueOf(1), ClusterServers.queueOf(2));
            for (var i = 0; i < 3; i++) {
                var queue = operator.queue(ClusterServers.queueOf(i));
                assertThat(queue.state().ready()).isEqualTo(2);
                assertThat(queue.purge(TaskState.READY, count -> {})).isEqualTo(2);
                assertThat(queue.purge(TaskState.DELAYED, count -> {})).isEqualTo(1);
            }
            assertThat(pool.applyAsync(Tasks::killMyselfOnce).get(LIMIT)).isEqualTo(2);
            end(pool);
        }
    }

    @Test
    void goesOnWhenOneOfItsMastersIsKilledUnderLoad() throws Exception {
        var queue = ClusterServers.queueOf(0);
        try (var first = pool(queue);
                var second = pool(ClusterServers.queueOf(1));
                var third = pool(ClusterServers.queueOf(2));
                var load = new Load(first, second, third)) {
            load.awaitResults(500);

            var killed = killMaster(servers, queue, load);

            load.end();
            end(first);
            end(second);
            end(third);
            servers.startAgain(killed);
        }
    }

    /** With certificates of their own authority, which workers and clients have to show, too. */
    @Test
    void goesOnWhenAMasterIsKilledOfAClusterThatSpeaksTls(@TempDir Path own) throws Exception {
        var queue = ClusterServers.queueOf(0);
        try (var encrypted = ClusterServers.startEncrypted(own)) {
            assertThatThrownBy(() -> encrypted.optionsWithoutCertificate().open())
                    .isInstanceOfAny(RedisRefusedException.class, RedisUnavailableException.class)
                    .hasMessageContaining("&cert=FILE&key=FILE");
            try (var pool = Pool.start(
                            PoolOptions.of(2).withRedis(encrypted.options()).withQueue(queue));
                    var load = new Load(pool)) {
                load.awaitResults(500);

                killMaster(encrypted, queue, load);

                load.end();
                end(pool);
            }
        }
    }

    @Test
    void followsAQueueWhoseSlotMovesToAnotherMasterUnderLoad() throws Exception {
        var queue = ClusterServers.queueOf(2);
        try (var pool = pool(queue);
                var load = new Load(pool)) {
            load.awaitResults(500);
            var from = servers.master(queue);
            var to = servers.master(ClusterServers.queueOf(1));

            servers.beginMove(queue, to);
            servers.awaitRefusals(from); // nothing can be done on the queue until its slot has moved
            servers.endMove(queue, to);

            assertThat(servers.master(queue)).isSameAs(to);
            load.awaitResultsOfAllWorkers(MOST_STANDSTILL);
            load.awaitResults(500);
            load.end();
            end(pool);
        }
    }

    @Test
    void spreadsTheTasksOfOneQueueOverAllMastersAndSurvivesTheDeathOfOne() throws Exception {
        try (var operator = Operator.connect(servers.options())) {
            operator.queue("spread").partition(3);
        }
        var masters = new Partitions("spread", 3)
                .names().stream().map(servers::master).distinct().toList();
        assertThat(masters).hasSize(3);
        try (var pool = pool("spread");
                var load = new Load(pool)) {
            load.awaitResults(500);
            assertThat(masters)
                    .allSatisfy(master -> assertThat(servers.keysOn(master))
                            .anyMatch(key -> key.startsWith("weirpool:{spread") && key.endsWith(":fence")));

            var killed = killMaster(servers, new Partitions("spread", 3).names().get(1), load);

            load.end();
            end(pool);
            servers.startAgain(killed);
        }
    }

    @Test
    void refusesToTakeOneServerForTheWhole() {
        var one =
                "redis://127.0.0.1:" + servers.master(ClusterServers.queueOf(0)).port();

        assertThatThrownBy(() -> RedisOptions.of(one).open())
                .isInstanceOf(RedisRefusedException.class)
                .hasMessageContaining("is part of a cluster; write redis+cluster://");
    }

    /** Kills the master of {@code queue}, and waits until another has taken over and all goes on. */
    private static RedisServer killMaster(ClusterServers cluster, String queue, Load load) throws Exception {
        var killed = cluster.master(queue);
        killed.kill();
        cluster.awaitFailoverFrom(killed, queue);
        load.awaitResultsOfAllWorkers(MOST_STANDSTILL);
        load.awaitResults(500);
        return killed;
    }

    private static Pool pool(String queue) {
        return Pool.start(PoolOptions.of(2).withRedis(servers.options()).withQueue(queue));
    }

    /** Before its Redis ends: a pool that is closed waits for Redis for as long as it takes. */
    private static void end(Pool pool) throws Exception {
        pool.close();
        assertThat(pool.join(LIMIT)).isTrue();
    }
}
