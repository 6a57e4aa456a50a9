package dev.weirpool.pool;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Keyring;
import dev.weirpool.queue.signing.MissingSecretException;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.io.IOException;
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
        redis.use(connection -> new Broker(name).drop(connection, new Broker(name).workers(connection)));
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
            redis.use(connection -> {
                for (var entry : List.of(
                        forged.array(),
                        bytes("nonsense"),
                        Keyring.unsigned().signer(Direction.RESULT, name).seal(context, forged.array()),
                        Keyring.random().signer(Direction.RESULT, name).seal(context, forged.array()),
                        options.keyring().signer(Direction.ITEM, name).seal(context, forged.array()))) {
                    connection.call("XADD", stream, bytes("*"), bytes("r"), entry);
                }
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
            redis.use(connection -> {
                for (var sequence : List.of(999_999L, 0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE)) {
                    var result =
                            ByteBuffer.allocate(16 + 4 + 1).putLong(producer).putLong(sequence);
                    result.putInt(1).put((byte) 'C');
                    var sealed =
                            options.keyring().signer(Direction.RESULT, name).seal(context, result.array());
                    connection.call("XADD", stream, bytes("*"), bytes("r"), sealed);
                }
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
        redis.use(
                connection -> assertThat(new Broker(name).deadCount(connection)).isZero());
    }

    /** The steps of docs/security.md: workers with the secret on another queue, then the clients one by one, then the old workers end. */
    @Test
    void losesNothingWhileAFleetThatSignedNothingMovesToASignedQueue() throws Exception {
        var unsigned = server.unsigned();
        var signed = server.withSecret(NEW);
        var next = new Broker(name + "-2");
        var results = new ArrayList<AsyncResult<Integer>>();
        try (var old = Launcher.start(LauncherOptions.of(1, unsigned, name))) {
            var clients = new ArrayList<>(List.of(Pool.connect(unsigned, name), Pool.connect(unsigned, name)));
            submit(clients, results);
            try (var tasks = TaskQueue.connect(unsigned, name)) {
                for (var i = 0; i < 20; i++) {
                    tasks.send(
                            Task.of(SignedPoolTest::note, directory.toString(), i),
                            TaskOptions.DEFAULT.withDelay(Duration.ofMillis(100 * i)));
                }
            }

            try (var launcher = Launcher.start(LauncherOptions.of(1, signed, next.queue()))) {
                for (var leaver : List.copyOf(clients)) {
                    clients.add(Pool.connect(signed, next.queue()));
                    submit(clients, results);
                    clients.remove(leaver);
                    leaver.close();
                    assertThat(leaver.join(LIMIT)).isTrue();
                }
                drain(unsigned);
                old.stop(LIMIT);
                old.stopped().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                submit(clients, results);

                for (var i = 0; i < results.size(); i++) {
                    assertThat(results.get(i).get(LIMIT)).isEqualTo(i * i);
                }
                for (var client : clients) {
                    client.close();
                    assertThat(client.join(LIMIT)).isTrue();
                }
                assertThat(launcher.pids()).hasSize(1);
            }
        }
        assertThat(results).hasSizeGreaterThan(1000);
        assertThat(notes()).hasSize(20);
        redis.use(connection -> {
            assertThat(new Broker(name).deadCount(connection) + next.deadCount(connection))
                    .isZero();
            next.drop(connection, next.workers(connection));
        });
    }

    /** The other steps of docs/security.md: the queue is emptied, dead letters included, and all start with the secret. */
    @Test
    void losesNothingIfAQueueIsEmptyBeforeItIsSigned() throws Exception {
        var unsigned = server.unsigned();
        var gate = directory.resolve("gate");
        try (var launcher = Launcher.start(LauncherOptions.of(1, unsigned, name));
                var tasks = TaskQueue.connect(unsigned, name)) {
            tasks.send(
                    Task.of(SignedPoolTest::note, directory.toString(), 0),
                    TaskOptions.DEFAULT.withDelay(Duration.ofSeconds(1)));
            var dead = tasks.send(
                    Task.of(SignedPoolTest::noteOnceOpen, directory.toString(), gate.toString()),
                    TaskOptions.DEFAULT.withAttempts(1));
            await().atMost(LIMIT).until(() -> tasks.deadLetters().size() == 1);
            drain(unsigned);
            Files.createFile(gate);
            assertThat(tasks.deadLetters().retry(tasks.deadLetters().find(dead).orElseThrow()))
                    .isTrue();
            drain(unsigned);
            launcher.stop(LIMIT);
            launcher.stopped().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        var signed = server.withSecret(NEW);
        try (var launcher = Launcher.start(LauncherOptions.of(1, signed, name));
                var pool = Pool.connect(signed, name);
                var tasks = TaskQueue.connect(signed, name)) {
            assertThat(pool.map(Tasks::square, List.of(1, 2, 3))).containsExactly(1, 4, 9);
            assertThat(tasks.deadLetters().size()).isZero();
            assertThat(launcher.pids()).hasSize(1);
        }
        assertThat(notes()).containsExactlyInAnyOrder("note-0", "note-once-open");
    }

    static void note(String directory, int number) throws IOException {
        Files.createFile(Path.of(directory, "note-" + number)); // fails if it is there: each runs once
    }

    static void noteOnceOpen(String directory, String gate) throws IOException {
        if (!Files.exists(Path.of(gate))) {
            throw new IllegalStateException("closed");
        }
        Files.createFile(Path.of(directory, "note-once-open"));
    }

    private List<String> notes() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.startsWith("note-"))
                    .toList();
        }
    }

    private void drain(RedisOptions options) {
        try (var operator = Operator.connect(options)) {
            await().atMost(LIMIT).until(() -> {
                var state = operator.queue(name).state();
                return state.ready() + state.delayed() + state.running() == 0;
            });
        }
    }

    private static void submit(List<Pool> clients, List<AsyncResult<Integer>> results) {
        for (var client : clients) {
            for (var i = 0; i < 150; i++) {
                results.add(client.applyAsync(Tasks::square, results.size()));
            }
        }
    }
}
