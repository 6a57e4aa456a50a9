package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.redis.ReplyLosingProxy;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** requeue and discard: what becomes of a task that was given up. */
final class DeadLetterTest extends BrokerFixture {
    private static final UUID REQUEST = UUID.randomUUID();

    @Test
    void putsALetterBackWithAllItsAttemptsBeforeIt() {
        var letter = letter();

        assertThat(broker.requeue(redis, letter, REQUEST)).isTrue();

        var again = claim("w", 1).get(0);
        assertThat(again.id()).isEqualTo(letter.id());
        assertThat(again.attempt()).isEqualTo(1);
        assertThat(broker.deadCount(redis)).isZero();
    }

    @Test
    void takesNoSettlementOfAnEarlierLife() {
        broker.openResults(redis, PRODUCER, LEASE);
        var letter = letter();
        broker.requeue(redis, letter, REQUEST);
        var again = claim("w", 1).get(0);

        // the same worker, the same attempt of the same task: a copy of what it had sent in the first life
        assertThat(step("w", 0, 0, complete(letter))).isInstanceOf(StepReply.Resync.class);
        assertThat(step("w", 0, 0, new Settlement.Bury(letter, bytes("why")))).isInstanceOf(StepReply.Resync.class);

        assertThat(step("w", 0, 0, complete(again))).isEqualTo(new StepReply.Claimed(List.of()));
        assertThat(broker.deadCount(redis)).isZero();
    }

    @Test
    void keepsPriorityAndClientInEveryLife() {
        register("w");
        push(task(1, 2, 3));
        var task = claim("w", 1).get(0);
        for (var life = 0; life < 40; life++) {
            step("w", 0, 0, new Settlement.Bury(task, bytes("why")));
            assertThat(broker.requeue(redis, task, UUID.randomUUID())).isTrue();
            task = claim("w", 1).get(0);
            assertThat(task.priority()).isEqualTo(2);
            assertThat(task.awaitsResult()).isTrue();
        }
    }

    @Test
    void saysThatItWasPutBackThoughTheFirstReplyWasLost() throws Exception {
        var letter = letter();

        assertThat(losingTheReply(connection -> broker.requeue(connection, letter, REQUEST)))
                .isTrue();

        assertThat(broker.requeue(redis, letter, UUID.randomUUID())).isFalse();
        assertThat(broker.waiting(redis)).isEqualTo(1);
    }

    @Test
    void putsALetterOnAnotherQueueWithItsRecordsAndNothingTwice() throws Exception {
        var letter = letter();
        var other = new Broker(broker.queue() + "-other");
        redis.call("RPUSH", bytes("weirpool:{" + broker.queue() + "}:attempts:" + TaskId.of(letter.id())), bytes("1"));

        assertThat(losingTheReply(connection -> {
                    other.admit(connection, letter.revived(), broker.attempts(connection, letter), REQUEST);
                    return true;
                }))
                .isTrue();

        assertThat(broker.deadCount(redis)).isEqualTo(1);
        assertThat(other.waiting(redis)).isEqualTo(1);
        assertThat(other.attempts(redis, letter)).hasSize(1);
        other.register(redis, "x", LEASE);
        var step = other.step(redis, "x", new StepRequest(1, 0, false, List.of(), List.of()));
        var again = ((StepReply.Claimed) step).tasks().get(0).envelope();
        assertThat(again.id()).isEqualTo(letter.id());
        assertThat(again.attempt()).isEqualTo(1);
        assertThat(other.step(redis, "x", new StepRequest(0, 0, false, List.of(complete(again)), List.of())))
                .isEqualTo(new StepReply.Claimed(List.of()));
        redis.call("UNLINK", bytes("weirpool:{" + other.queue() + "}:attempts:" + TaskId.of(letter.id())));
        other.drop(redis, List.of("x"));
    }

    @Test
    void revivesInJavaAsTheScriptsDo() {
        var letter = letter();

        broker.requeue(redis, letter, REQUEST);

        assertThat(claim("w", 1).get(0).raw()).isEqualTo(letter.revived().raw());
    }

    @Test
    void saysThatItWasDeletedThoughTheFirstReplyWasLost() throws Exception {
        var letter = letter();

        assertThat(losingTheReply(connection -> broker.discard(connection, letter, REQUEST)))
                .isTrue();

        assertThat(broker.discard(redis, letter, UUID.randomUUID())).isFalse();
        assertThat(broker.attempts(redis, letter)).isEmpty();
    }

    @Test
    void keepsTheRecordsOfALetterThatIsNotThere() {
        register("w");
        push(1);
        var running = claim("w", 1).get(0);
        step("w", 0, 0, new Settlement.Retry(running, Duration.ofHours(1)));
        redis.call("RPUSH", bytes("weirpool:{" + queue + "}:attempts:" + hex(running)), bytes("record"));

        assertThat(broker.discard(redis, running, REQUEST)).isFalse();

        assertThat(broker.attempts(redis, running)).hasSize(1);
    }

    /** A task that was given up at its first attempt. */
    private Envelope letter() {
        register("w");
        push(1);
        var task = claim("w", 1).get(0);
        step("w", 0, 0, new Settlement.Bury(task, bytes("why")));
        return task;
    }

    private boolean losingTheReply(Predicate<RedisConnection> send) throws Exception {
        try (var proxy = new ReplyLosingProxy(server.uri());
                var lossy = new Redis(proxy.uri(), Duration.ofSeconds(5), Duration.ZERO);
                var connection = lossy.connect()) {
            proxy.cutReplyAfter(0);
            assertThatThrownBy(() -> send.test(connection)).isInstanceOf(RedisUnavailableException.class);
            proxy.awaitQuiet();
        }
        return send.test(redis);
    }

    private static String hex(Envelope task) {
        return HexFormat.of().formatHex(task.id());
    }
}
