package dev.weirpool.pool;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Keyring;
import dev.weirpool.queue.signing.MissingSecretException;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A pool whose Redis others can write to. */
@Timeout(180)
class SignedPoolTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String OLD = "the old secret of a fleet";
    private static final String NEW = "the new secret of a fleet";

    @TempDir
    Path directory;

    private final Redis redis = RedisOptions.embedded().open();
    private final RedisOptions server = RedisOptions.of(redis.uri().toString());
    private final String name = "signed-" + UUID.randomUUID();

    @AfterEach
    void delete() {
        redis.call(connection -> {
            new Broker(name).drop(connection, new Broker(name).workers(connection));
            return true;
        });
        redis.close();
    }

    @Test
    void resolvesATaskWithItsGenuineResultThoughForgedOnesCameBefore() throws Exception {
        var options = server.withSecret(NEW);
        var gate = directory.resolve("gate");
        try (var launcher = Launcher.start(LauncherOptions.of(1, options, name));
                var pool = Pool.connect(options, name)) {
            var result = pool.applyAsync(Task.of(SignedPoolTest::waitFor, gate.toString()), TaskOptions.DEFAULT);
            var id = result.id();
            var forged = ByteBuffer.allocate(16 + 4 + 1).putLong(id.producer()).putLong(id.sequence());
            forged.putInt(1).put((byte) 'C');
            var context = ByteBuffer.allocate(8).putLong(id.producer()).array();
            var stream = bytes("weirpool:{" + name + "}:results:%016x".formatted(id.producer()));
            redis.call(connection -> {
                for (var entry : List.of(
                        forged.array(),
                        bytes("nonsense"),
                        Keyring.unsigned().signer(Direction.RESULT, name).seal(context, forged.array()),
                        Keyring.random().signer(Direction.RESULT, name).seal(context, forged.array()),
                        options.keyring().signer(Direction.ITEM, name).seal(context, forged.array()))) {
                    connection.call("XADD", stream, bytes("*"), bytes("r"), entry);
                }
                return true;
            });

            assertThat(pool.applyAsync(Tasks::square, 3).ready()).isFalse(); // it waits behind the first
            assertThat(result.ready()).isFalse();
            Files.createFile(gate);

            assertThat(result.get(LIMIT)).isEqualTo("genuine");
        }
    }

    @Test
    void passesOverGenuineResultsOfTasksThatItNeverSent() throws Exception {
        var options = server.withSecret(NEW);
        try (var launcher = Launcher.start(LauncherOptions.of(1, options, name));
                var pool = Pool.connect(options, name)) {
            var producer = pool.applyAsync(Tasks::square, 2).id().producer();
            var stream = bytes("weirpool:{" + name + "}:results:%016x".formatted(producer));
            var context = ByteBuffer.allocate(8).putLong(producer).array();
            redis.call(connection -> {
                for (var sequence : List.of(999_999L, 0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE)) {
                    var result =
                            ByteBuffer.allocate(16 + 4 + 1).putLong(producer).putLong(sequence);
                    result.putInt(1).put((byte) 'C');
                    var sealed =
                            options.keyring().signer(Direction.RESULT, name).seal(context, result.array());
                    connection.call("XADD", stream, bytes("*"), bytes("r"), sealed);
                }
                return true;
            });

            assertThat(pool.applyAsync(Tasks::square, 3).get(LIMIT)).isEqualTo(9);
            await().atMost(LIMIT)
                    .until(() -> redis.call(connection -> connection.call("XLEN", stream)), Long.valueOf(0)::equals);
        }
    }

    static String waitFor(String gate) throws InterruptedException {
        while (!Files.exists(Path.of(gate))) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return "genuine";
    }

    @Test
    void needsNoSecretForAQueueOfItsOwn() throws Exception {
        var blind = server.withKeyring(Keyring.none());
        try (var pool = Pool.start(PoolOptions.of(2).withRedis(blind))) {
            assertThat(pool.map(Tasks::square, List.of(1, 2, 3))).containsExactly(1, 4, 9);
            SharedQueue<Integer> numbers = pool.queue(name);
            pool.apply(Tasks::putAll, numbers, List.of(5, 6));
            assertThat(numbers.poll(60, TimeUnit.SECONDS)).isEqualTo(5);
            numbers.delete();
        }
    }

    @Test
    void needsASecretForAQueueThatOthersUse() {
        var blind = server.withKeyring(Keyring.none());

        assertThatThrownBy(() -> Pool.connect(blind, name)).isInstanceOf(MissingSecretException.class);
        assertThatThrownBy(() -> Pool.start(PoolOptions.of(1).withRedis(blind).withQueue(name)))
                .isInstanceOf(MissingSecretException.class)
                .hasMessageContaining("openssl rand -base64 32");
    }

    /** Each member of the fleet is restarted in turn, three times, while tasks come and go. */
    @Test
    void losesNothingWhileASecretTakesThePlaceOfAnother() throws Exception {
        var fleet = new ArrayList<Launcher>();
        var clients = new ArrayList<Pool>();
        var results = new ArrayList<AsyncResult<Integer>>();
        for (var secrets : new String[][] {{OLD}, {OLD, NEW}, {NEW, OLD}, {NEW}}) {
            var options = server.withSecret(secrets);
            for (var i = 0; i < 2; i++) {
                fleet.add(Launcher.start(LauncherOptions.of(1, options, name)));
                submit(clients, results);
                if (fleet.size() > 2) {
                    fleet.get(fleet.size() - 3).stop(LIMIT);
                }
                submit(clients, results);
            }
            clients.add(Pool.connect(options, name));
            submit(clients, results);
            if (secrets.length == 2 && secrets[0].equals(NEW)) {
                for (var result : results) { // what the old one has signed must be gone before it is
                    result.await(LIMIT);
                }
            }
            if (clients.size() > 1) {
                var leaver = clients.remove(0);
                leaver.close();
                assertThat(leaver.join(LIMIT)).isTrue();
            }
        }
        for (var i = 0; i < results.size(); i++) {
            assertThat(results.get(i).get(LIMIT)).isEqualTo(i * i);
        }
        assertThat(results).hasSizeGreaterThan(2000);
        for (var client : clients) {
            client.close();
            assertThat(client.join(LIMIT)).isTrue();
        }
        fleet.forEach(Launcher::close);
        redis.call(connection -> {
            assertThat(new Broker(name).deadCount(connection)).isZero();
            return true;
        });
    }

    private static void submit(List<Pool> clients, List<AsyncResult<Integer>> results) {
        for (var client : clients) {
            for (var i = 0; i < 150; i++) {
                results.add(client.applyAsync(Tasks::square, results.size()));
            }
        }
    }
}
