package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.redis.Durability;
import dev.weirpool.queue.redis.NotDurableYetException;
import dev.weirpool.queue.redis.RedisRefusedException;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.redis.SentinelServers;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The master is killed, and its sentinels have a replica take over. */
@Tag("slow")
@Timeout(120)
class SentinelTest {
    private static final String QUEUE = "sentinel";
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration MOST_STANDSTILL = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "encrypted: {0}")
    @ValueSource(booleans = {false, true})
    void losesNoTaskOfALivingClientWhenTheMasterIsKilledUnderLoad(boolean isEncrypted) throws Exception {
        try (var servers = isEncrypted ? SentinelServers.startEncrypted(directory) : SentinelServers.start(directory);
                var pool = Pool.start(
                        PoolOptions.of(3).withRedis(servers.options()).withQueue(QUEUE));
                var load = new Load(pool)) {
            load.awaitResults(1_000);

            var killed = servers.killMaster();
            servers.awaitFailoverFrom(killed);

            load.awaitResultsOfAllWorkers(MOST_STANDSTILL);
            load.awaitResults(2_000);
            load.end();
            assertThat(pool.applyAsync(Tasks::killMyselfOnce).get(LIMIT)).isEqualTo(2);
            end(pool);
        }
    }

    @Test
    void isNotLetInWithoutACertificateWhereSentinelsAndServersAskForOne() throws Exception {
        try (var servers = SentinelServers.startEncrypted(directory)) {
            servers.options().open().close();

            assertThatThrownBy(() -> servers.optionsWithoutCertificate().open())
                    .isInstanceOfAny(RedisRefusedException.class, RedisUnavailableException.class)
                    .hasMessageContaining("&cert=FILE&key=FILE");
        }
    }

    @Test
    void sendsAgainWhatTheReplicasDidNotHaveOfALivingClientAndLosesThatOfADeadOne() throws Exception {
        var ledger = directory.resolve("ledger");
        try (var servers = SentinelServers.start(directory);
                var living = TaskQueue.connect(servers.options(), QUEUE);
                var pool = Pool.connect(servers.options(), QUEUE)) {
            try (var dead = TaskQueue.connect(servers.options(), QUEUE)) {
                dead.send(Task.of(Tasks::note, "dead, on the replicas", ledger.toString()));
                await().atMost(LIMIT).until(() -> servers.replicatedEverything());
                servers.cutOffReplicas();
                dead.send(Task.of(Tasks::note, "dead, on the master alone", ledger.toString()));
            }
            living.send(Task.of(Tasks::note, "living", ledger.toString()));
            var awaited = pool.applyAsync(Tasks::note, "awaited", ledger.toString());

            await().atMost(LIMIT).until(() -> living.size() == 4);

            var killed = servers.killMaster();
            servers.thawReplicas();
            servers.awaitFailoverFrom(killed);

            try (var launcher = Launcher.start(LauncherOptions.of(2, servers.options(), QUEUE))) {
                awaited.get(LIMIT);
                await().atMost(LIMIT)
                        .untilAsserted(() -> assertThat(Files.readAllLines(ledger))
                                .containsExactlyInAnyOrder("dead, on the replicas", "living", "awaited"));
                assertThat(living.size()).isZero();
                assertThat(launcher.pids()).hasSize(2);
            }
            end(pool);
        }
    }

    @Test
    void losesNothingThatWasAcceptedOnAReplicaWhenTheMasterAndItsProducersDie() throws Exception {
        var ledger = directory.resolve("ledger");
        try (var servers = SentinelServers.start(directory)) {
            var accepted = new ConcurrentLinkedQueue<String>();
            var queue = TaskQueue.connect(servers.options().withDurability(Durability.replicas(1)), QUEUE);
            var sender = CompletableFuture.runAsync(() -> {
                for (var i = 0; ; i++) {
                    queue.send(Task.of(Tasks::note, "" + i, ledger.toString()));
                    accepted.add("" + i);
                }
            });
            await().atMost(LIMIT).until(() -> accepted.size() > 500);

            var killed = servers.killMaster();
            queue.close(); // it has not heard of a failover yet, and heals nothing
            assertThat(sender).failsWithin(LIMIT);
            servers.awaitFailoverFrom(killed);

            try (var launcher = Launcher.start(LauncherOptions.of(2, servers.options(), QUEUE))) {
                await().atMost(LIMIT)
                        .until(() -> Files.exists(ledger)
                                && new HashSet<>(Files.readAllLines(ledger)).containsAll(accepted));
                assertThat(launcher.pids()).hasSize(2);
            }
        }
    }

    /** @param size of what is sent, in bytes; what is large lies apart */
    @ParameterizedTest
    @ValueSource(ints = {1, 100_000})
    void saysThatATaskIsAcceptedButNotYetOnAReplica(int size) throws Exception {
        try (var servers = SentinelServers.start(directory);
                var queue = TaskQueue.connect(servers.options().withDurability(Durability.replicas(2)), QUEUE)) {
            var items = SharedQueue.<String>connect(
                    servers.options().withDurability(Durability.replicas(2)).withPatience(Duration.ofSeconds(2)),
                    QUEUE,
                    0);
            queue.send(Task.of(Tasks::increment, new byte[size]));
            items.put("x".repeat(size));
            servers.replicas().get(0).freeze();

            assertThatThrownBy(() -> queue.send(Task.of(Tasks::increment, new byte[size])))
                    .isInstanceOf(NotDurableYetException.class)
                    .hasMessageContaining("1 of 2 replicas have it");
            assertThatThrownBy(() -> items.put("y".repeat(size)))
                    .isInstanceOf(NotDurableYetException.class)
                    .hasMessageContaining("accepted by Redis at");
            assertThat(queue.size()).isEqualTo(2);
            assertThat(items).containsExactly("x".repeat(size), "y".repeat(size));

            servers.thawReplicas();
            queue.send(Task.of(Tasks::increment, new byte[size]));
            assertThat(queue.size()).isEqualTo(3);
            items.delete();
        }
    }

    /** Before its Redis ends: a pool that is closed waits for Redis for as long as it takes. */
    private static void end(Pool pool) throws Exception {
        pool.close();
        assertThat(pool.join(LIMIT)).isTrue();
    }
}
