package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisFullException;
import dev.weirpool.queue.redis.RedisServer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server at its maxmemory takes no more tasks, and can be drained. */
final class FullServerTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final long PRODUCER = 7;
    private static final int BATCH = 20;

    @TempDir
    private Path directory;

    private RedisServer server;

    @BeforeEach
    void start() throws Exception {
        server = RedisServer.start(directory);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void takesTasksAgainWhenItHasBeenDrained() {
        try (var pool = server.options().open();
                var redis = pool.connect()) {
            var broker = new Broker("full");
            var stored = fill(pool, broker);
            broker.register(redis, "w", HOUR);

            settleEverything(redis, broker, "w");

            assertThat(push(redis, broker, stored)).isEqualTo(new PushReply.Stored());
            assertThat(ProtocolAudit.check(redis, "full").everywhere()).hasSize(BATCH);
        }
    }

    @Test
    void letsEverythingPassThatDrains() {
        try (var pool = server.options().open()) {
            drain(pool.uri());
        }
    }

    /** Does all that a full server must allow, on one that is emptied first and then stays full however much is drained. */
    static void drain(URI uri) {
        try (var pool = new Redis(uri, Duration.ofSeconds(5), Duration.ZERO);
                var redis = pool.connect()) {
            redis.call("CONFIG", bytes("SET"), bytes("maxmemory"), bytes(0));
            redis.call("FLUSHALL");
            var broker = new Broker("full");
            broker.openResults(redis, PRODUCER, HOUR);
            var stored = fill(pool, broker);
            redis.call("CONFIG", bytes("SET"), bytes("maxmemory"), bytes(1));

            for (var worker : List.of("a", "b", "c", "d", "expired")) {
                assertThat(broker.register(redis, worker, worker.equals("expired") ? Duration.ZERO : HOUR))
                        .isTrue();
            }
            assertThat(broker.tick(redis, HOUR, Duration.ZERO).promoted()).isZero();
            assertThat(broker.heartbeat(redis, HOUR, List.of("a", "b", "c", "d")))
                    .isEqualTo(new HeartbeatReply(Set.of(), Map.of()));
            broker.cancel(redis, PRODUCER, List.of(stored), true);
            broker.enlist(redis);
            assertThat(new Orders(broker.queue()).report(redis, "launcher", bytes("well"), HOUR, List.of()))
                    .isEmpty();
            for (var worker : List.of("a", "b", "c", "d", "expired")) {
                claim(redis, broker, worker, 3);
            }
            var held = (StepReply.Resync) broker.step(redis, "a", new StepRequest(0, 0, false, List.of(), List.of()));
            var tasks = held.held().stream().map(StepReply.Task::envelope).toList();
            var settlements = List.<Settlement>of(
                    new Settlement.Complete(tasks.get(0), bytes("done")),
                    new Settlement.Retry(tasks.get(1), Duration.ZERO),
                    new Settlement.Bury(tasks.get(2), bytes("why")));
            var effects = List.<Effect>of(
                    new Effect.KeepResult(tasks.get(0), bytes("done"), HOUR),
                    new Effect.NoteAttempt(tasks.get(1), bytes("failed")));
            assertThat(broker.step(redis, "a", new StepRequest(0, 0, false, settlements, effects)))
                    .isEqualTo(new StepReply.Claimed(List.of()));
            assertThat(broker.tick(redis, HOUR, Duration.ZERO).promoted()).isEqualTo(1);
            assertThat(broker.recoverDead(redis, "b", Duration.ZERO, new Blame.Oldest()))
                    .isEqualTo(3);
            assertThat(broker.recoverExpired(redis, "expired", HOUR)).isEqualTo(3);
            assertThat(broker.release(redis, "c", 1, false)).isEqualTo(2);
            assertThat(broker.release(redis, "d", 0, true)).isEqualTo(3);
            assertThat(broker.requeue(redis, tasks.get(2), UUID.randomUUID())).isTrue();
            assertThat(broker.discard(redis, tasks.get(2), UUID.randomUUID())).isFalse();
            var blob = Blob.of(bytes("a result"));
            new BlobBroker(broker.queue()).put(redis, blob, bytes("a result"), HOUR, true);
            broker.resume(redis);
            broker.own(redis, HOUR);
            assertThat(Broker.dropAbandoned(redis)).isEmpty();
            ProtocolAudit.check(redis, broker.queue());
            broker.recoverDead(redis, "c", Duration.ZERO, new Blame.Nobody());
            settleEverything(redis, broker, "a");
            assertThat(ProtocolAudit.check(redis, broker.queue())
                            .results()
                            .get(PRODUCER)
                            .size())
                    .isEqualTo((int) stored + 1); // one was buried, then put back and completed
        }
    }

    /** Sets a limit and pushes until it is reached; returns how many tasks are stored. */
    private static long fill(Redis pool, Broker broker) {
        try (var redis = pool.connect()) {
            redis.call("CONFIG", bytes("SET"), bytes("maxmemory"), bytes(usedMemory(redis) + 500_000));
            for (var last = 0L; last < 10_000; last += BATCH) {
                try {
                    push(redis, broker, last);
                } catch (RedisFullException e) {
                    assertRefusedWhole(pool, broker, last);
                    return last;
                }
            }
            return fail("pushing goes on though the server is full");
        }
    }

    private static void assertRefusedWhole(Redis pool, Broker broker, long last) {
        assertThat(last).isPositive();
        try (var redis = pool.connect()) {
            var containers = ProtocolAudit.check(redis, broker.queue());
            assertThat(containers.everywhere()).hasSize((int) last);
            assertThat(containers.producers()).isEqualTo(Map.of(PRODUCER, last));
        }
        try (var redis = pool.connect()) {
            // the connections of the audit took memory too: leaves no doubt that it is full
            redis.call("CONFIG", bytes("SET"), bytes("maxmemory"), bytes(usedMemory(redis) - 50_000));
            assertThatThrownBy(() -> push(redis, broker, last)).isInstanceOf(RedisFullException.class);
        }
    }

    private static PushReply push(RedisConnection redis, Broker broker, long last) {
        var tasks = LongStream.rangeClosed(last + 1, last + BATCH)
                .mapToObj(sequence ->
                        new Envelope.Draft("Tasks::run", 0, true, 3, Map.of(), new byte[1000]).seal(PRODUCER, sequence))
                .toList();
        return broker.push(redis, PRODUCER, last, tasks, List.of());
    }

    private static List<Envelope> claim(RedisConnection redis, Broker broker, String worker, int want) {
        return BrokerFixture.claimed(broker.step(redis, worker, new StepRequest(want, 0, false, List.of(), List.of())));
    }

    private static void settleEverything(RedisConnection redis, Broker broker, String worker) {
        var tasks = claim(redis, broker, worker, 50);
        while (!tasks.isEmpty()) {
            var settlements = tasks.stream().map(BrokerFixture::complete).toList();
            tasks = BrokerFixture.claimed(
                    broker.step(redis, worker, new StepRequest(50, 0, false, settlements, List.of())));
        }
        assertThat(broker.waiting(redis)).isZero();
    }

    private static long usedMemory(RedisConnection redis) {
        var info = new String((byte[]) redis.call("INFO", bytes("memory")), UTF_8);
        var used = Pattern.compile("used_memory:(\\d+)").matcher(info);
        assertThat(used.find()).isTrue();
        return Long.parseLong(used.group(1));
    }
}
