package dev.weirpool.worker;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Tally;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.signing.Keyring;
import dev.weirpool.queue.signing.MissingSecretException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a worker does with a task that nobody who knows the secret has signed. */
@Timeout(120)
final class RefusedTaskTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String SECRET = "sesame-open-but-for-this-test";

    @TempDir
    Path directory;

    private final Redis redis = RedisOptions.embedded().open();
    private final RedisConnection connection = redis.connect();
    private final RedisOptions server = RedisOptions.of(redis.uri().toString());
    private final RedisOptions options = server.withSecret(SECRET);
    private final String name = "refused-" + UUID.randomUUID();
    private final TaskQueue tasks = TaskQueue.connect(options, name);

    @AfterEach
    void disconnect() {
        tasks.close();
        new Broker(name).drop(connection, new Broker(name).workers(connection));
        connection.close();
        redis.close();
    }

    @Test
    void buriesItUnreadAndLives() throws Exception {
        tasks.send(Task.of(Work::signIn, file("genuine")));
        var damaged = (byte[]) connection.call("LPOP", ready());
        damaged[damaged.length - 1] ^= 1;
        connection.call("RPUSH", ready(), damaged);
        forge(server.unsigned(), name);
        forge(server.withSecret("the secret of somebody else"), name);
        forge(options, name + "-2");

        try (var launcher = start(options)) {
            tasks.send(Task.of(Work::signIn, file("after")));
            await().atMost(LIMIT).until(() -> Files.exists(directory.resolve("after")));

            assertThat(directory.resolve("genuine")).doesNotExist();
            assertThat(directory.resolve("forged")).doesNotExist();
            await().atMost(LIMIT).until(() -> tasks.deadLetters().size() == 4);
            var reasons = new ArrayList<String>();
            for (var letter : tasks.deadLetters().list(0, 10)) {
                reasons.add(letter.attempts().get(0).outcome());
                assertThat(letter.name()).isEmpty();
                assertThat(letter.headers()).isEmpty();
                assertThat(letter.argumentsPreview()).startsWith("(cannot be read here: it");
            }
            assertThat(reasons)
                    .allMatch(reason -> reason.contains("the task was refused unread: it"))
                    .anyMatch(reason -> reason.endsWith("its signature is wrong"))
                    .anyMatch(reason -> reason.endsWith("it is not signed"))
                    .anyMatch(reason -> reason.contains("which no secret of this process has"));
            assertThat(launcher.census().work().get(Tally.Count.REFUSED)).isEqualTo(4);
            assertThat(launcher.census().started()).isEqualTo(1);
        }
    }

    @Test
    void tellsAnOperatorWithoutTheSecretNoMoreThanTheName() throws Exception {
        var id = tasks.send(Task.of(Work::signIn, file("argument")));
        try (var knowing = Operator.connect(options);
                var blind = Operator.connect(server.withKeyring(Keyring.none()));
                var wrong = Operator.connect(server.withSecret("the secret of somebody else"))) {
            assertThat(preview(knowing, id)).contains("argument");
            assertThat(preview(blind, id)).startsWith("(hidden: no secret to sign and verify with");
            assertThat(preview(wrong, id)).startsWith("(hidden: it is signed with key");
            assertThat(blind.queue(name).state().ready()).isEqualTo(1);
            blind.queue(name).pause();
            blind.queue(name).resume();
            blind.queue(name).cancel(id);
        }
    }

    private String preview(Operator operator, dev.weirpool.queue.TaskId id) {
        return ((dev.weirpool.queue.inspect.Search.Found) operator.queue(name).find(id, 100))
                .task()
                .argumentsPreview();
    }

    @Test
    void hasItsSecretFromNowhereThatOthersCanRead() throws Exception {
        try (var launcher = start(options)) {
            tasks.send(Task.of(Work::hang, file("signed-in")));
            await().atMost(LIMIT).until(() -> Files.exists(directory.resolve("signed-in")));
            var pid = launcher.pids().get(0);
            try (var operator = Operator.connect(options)) {
                var worker =
                        operator.queue(name).launchers().get(0).workers().get(0).name();
                assertThat(operator.queue(name).threads(worker, LIMIT))
                        .hasValueSatisfying(
                                text -> assertThat(text).contains("Work.hang").doesNotContain(SECRET));
            }

            assertThat(Files.readString(Path.of("/proc/" + pid + "/cmdline"), ISO_8859_1))
                    .contains("WorkerMain")
                    .doesNotContain(SECRET);
            assertThat(Files.readString(Path.of("/proc/" + pid + "/environ"), ISO_8859_1))
                    .contains("PATH=")
                    .doesNotContain(SECRET)
                    .doesNotContain("WEIRPOOL_SECRET="); // though this process has it
            assertThat(System.getenv()).containsKey("WEIRPOOL_SECRET");
        }
        assertThat(options.toString() + options.keyring() + tasks + options.open())
                .doesNotContain(SECRET);
    }

    @Test
    void startsNoWorkersWithoutASecret() {
        assertThatThrownBy(() -> start(server.withKeyring(Keyring.none())))
                .isInstanceOf(MissingSecretException.class)
                .hasMessageContaining("set WEIRPOOL_SECRET or WEIRPOOL_SECRET_FILE");
        try (var blind = TaskQueue.connect(server.withKeyring(Keyring.none()), name)) {
            assertThat(blind.size()).isZero();
            assertThatThrownBy(() -> blind.send(Task.of(Work::signIn, "x"))).isInstanceOf(MissingSecretException.class);
        }
    }

    @Test
    void goesWithoutSignaturesWhereThatIsAskedFor() throws Exception {
        try (var unsigned = TaskQueue.connect(server.unsigned(), name);
                var launcher = start(server.unsigned())) {
            unsigned.send(Task.of(Work::signIn, file("plain")));
            tasks.send(Task.of(Work::signIn, file("signed")));
            await().atMost(LIMIT)
                    .until(() -> Files.exists(directory.resolve("plain")) && Files.exists(directory.resolve("signed")));
            assertThat(launcher.census().work().get(Tally.Count.REFUSED)).isZero();
        }
    }

    /** Puts a task there that was made with these options for that queue. */
    private void forge(RedisOptions made, String queue) {
        try (var other = TaskQueue.connect(made, queue)) {
            other.send(Task.of(Work::signIn, file("forged")));
        }
        if (!queue.equals(name)) {
            var key = bytes("weirpool:{" + queue + "}:ready");
            connection.call("RPUSH", ready(), (byte[]) connection.call("LPOP", key));
            new Broker(queue).drop(connection, java.util.List.of());
        }
    }

    private Launcher start(RedisOptions redis) {
        return Launcher.start(LauncherOptions.of(1, redis, name));
    }

    private byte[] ready() {
        return bytes("weirpool:{" + name + "}:ready");
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }
}
