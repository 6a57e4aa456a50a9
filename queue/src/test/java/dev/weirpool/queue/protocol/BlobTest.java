package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.TaskState;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Keyring;
import dev.weirpool.queue.signing.Signer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Payloads that lie apart. */
final class BlobTest extends BrokerFixture {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final byte[] PAYLOAD = payload(2 * BlobBroker.PIECE_BYTES + 7);
    private static final Signer UNSIGNED = Keyring.unsigned().signer(Direction.TASK, "any");
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

    private final BlobBroker blobs = new BlobBroker(queue);

    @Test
    void isReadAsItWasWritten() {
        for (var size : List.of(1, BlobBroker.PIECE_BYTES, BlobBroker.PIECE_BYTES + 1, PAYLOAD.length)) {
            var payload = payload(size);
            var blob = Blob.of(payload);

            blobs.put(redis, blob, payload, HOUR, false);
            blobs.put(redis, blob, payload, HOUR, false); // sent again

            assertThat(blobs.get(redis, blob)).hasValue(payload);
            assertThat(Blob.in(blob.reference(), 0).orElseThrow().reference()).isEqualTo(blob.reference());
        }
    }

    @Test
    void isNotThereIfAPieceIsMissingOrDamaged() {
        var blob = Blob.of(PAYLOAD);
        assertThat(blobs.get(redis, blob)).isEmpty();
        blobs.put(redis, blob, PAYLOAD, HOUR, false);

        redis.call("HSET", key(blob), bytes(1), new byte[BlobBroker.PIECE_BYTES]);
        assertThat(blobs.get(redis, blob)).as("other bytes").isEmpty();
        redis.call("HSET", key(blob), bytes(1), new byte[9]);
        assertThat(blobs.get(redis, blob)).as("too few").isEmpty();
        redis.call("HDEL", key(blob), bytes(1));
        assertThat(blobs.get(redis, blob)).as("none").isEmpty();
    }

    @Test
    void allocatesNothingForAReferenceToWhatIsNotThere() {
        assertThat(blobs.get(redis, new Blob(new byte[16], new byte[32], Blob.MAX_BYTES)))
                .isEmpty();
        assertThat(Blob.in(new Blob(new byte[16], new byte[32], -1).reference(), 0))
                .isEmpty();
        assertThat(Blob.in(new byte[51], 0)).isEmpty();
    }

    @Test
    void livesAnHourUntilItsTaskIsThereAndThenAMonth() {
        var task = store(1);
        assertThat(life(task)).isBetween(1L, HOUR.toMillis());

        assertThat(broker.pushApart(redis, 0, task, Due.NOW, Optional.empty())).isEqualTo(new PushReply.Stored());

        assertThat(life(task)).isBetween(29 * DAY_MILLIS, 30 * DAY_MILLIS);
        ProtocolAudit.check(redis, queue);
    }

    @Test
    void livesAMonthLongerThanItsTaskIsDelayed() {
        var task = store(1);

        broker.pushApart(redis, 0, task, Due.in(Duration.ofDays(90)), Optional.empty());

        assertThat(life(task)).isGreaterThan(119 * DAY_MILLIS);
    }

    @Test
    void refusesATaskWhoseBodyIsNotThere() {
        var task = store(1);
        blobs.drop(redis, task.blob().orElseThrow());

        assertThat(broker.pushApart(redis, 0, task, Due.NOW, Optional.empty())).isEqualTo(new PushReply.BodyMissing());

        assertThat(broker.waiting(redis)).isZero();
    }

    @Test
    void storesATaskOnceThatIsSentAgainThoughItHasEndedMeanwhile() {
        var task = pushApart(1);
        register("w");
        complete("w", claim("w", 1).get(0));

        assertThat(broker.pushApart(redis, 0, task, Due.NOW, Optional.empty())).isEqualTo(new PushReply.Stored());

        assertThat(broker.waiting(redis)).isZero();
    }

    @Test
    void mayHoldAUniqueName() {
        var name = Optional.of(new UniqueName("nightly", HOUR));
        assertThat(broker.pushApart(redis, 0, store(1), Due.NOW, name)).isEqualTo(new PushReply.Stored());

        assertThat(broker.pushApart(redis, 1, store(2), Due.NOW, name)).isInstanceOf(PushReply.Exists.class);
        assertThat(broker.pushApart(redis, 2, store(3), Due.NOW, Optional.empty()))
                .isEqualTo(new PushReply.Stored());
    }

    @Test
    void countsToTheBytesThatWait() {
        pushApart(1);
        assertThat(new Survey(queue).counts(redis).load()).isGreaterThan(PAYLOAD.length);

        broker.limit(redis, new Limit(0, PAYLOAD.length));
        assertThat(broker.push(redis, PRODUCER, 1, List.of(task(2)), List.of())).isInstanceOf(PushReply.Full.class);

        register("w");
        claim("w", 1);
        ProtocolAudit.check(redis, queue);
        assertThat(broker.recoverDead(redis, "w", Duration.ZERO, new Blame.Oldest()))
                .isEqualTo(1);
        ProtocolAudit.check(redis, queue);
    }

    @Test
    void isClaimedWithNoOther() {
        pushApart(1);
        pushApart(2);
        register("w");

        assertThat(claim("w", 9)).hasSize(1);
        ProtocolAudit.check(redis, queue);
    }

    @Test
    void goesWhenItsTaskIsComplete() {
        var task = pushApart(1);
        register("w");

        complete("w", claim("w", 1).get(0));

        assertThat(life(task)).as("gone").isEqualTo(-2);
    }

    @Test
    void goesWithTheDeadLetterThatIsDeleted() {
        var task = pushApart(1);
        register("w");
        var claimed = claim("w", 1).get(0);
        step("w", 0, 0, new Settlement.Bury(claimed, bytes("why")));
        assertThat(life(task)).isPositive();
        var request = UUID.randomUUID();

        assertThat(broker.discard(redis, claimed, request)).isTrue();

        assertThat(life(task)).as("gone").isEqualTo(-2);
        assertThat(broker.discard(redis, claimed, request)).as("sent again").isTrue();
    }

    @Test
    void goesWhenItsTaskIsPurged() {
        var first = pushApart(1);
        var second = pushApart(2);
        push(task(3));
        try (var operator = Operator.connect(RedisOptions.of(server.uri().toString()))) {
            assertThat(operator.queue(queue)
                            .tasks(TaskState.READY, false, "", 9)
                            .tasks())
                    .extracting(task -> task.size() > PAYLOAD.length)
                    .containsExactly(true, true, false);

            assertThat(operator.queue(queue).purge(TaskState.READY, deleted -> {}))
                    .isEqualTo(3);
        }
        assertThat(life(first)).isEqualTo(-2);
        assertThat(life(second)).isEqualTo(-2);
        ProtocolAudit.check(redis, queue);
    }

    @Test
    void goesWithItsQueue() {
        pushApart(1);

        broker.drop(redis, List.of());

        assertThat(keys()).isEmpty();
    }

    @Test
    void hasALimitThatIsNamed() {
        assertThatThrownBy(() -> new Envelope.Draft("Tasks::run", 0, true, 3, Map.of(), new byte[Blob.MAX_BYTES + 1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "the arguments of Tasks::run take 1073741825 bytes, more than the limit of 1073741824");
        var large = new Envelope.Draft("Tasks::run", 0, true, 3, Map.of(), new byte[Envelope.MAX_BYTES]);
        assertThatThrownBy(large::inline)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("take 16777216 bytes, more than the limit of 16711");
    }

    @Test
    void leavesTasksWithSmallBodiesAsTheyWere() {
        var small = new Envelope.Draft("Tasks::run", 0, true, 3, Map.of(), new byte[Blob.INLINE_BYTES]);
        var large = new Envelope.Draft("Tasks::run", 0, true, 3, Map.of(), new byte[Blob.INLINE_BYTES + 1]);

        assertThat(small.apart()).isEmpty();
        assertThat(small.seal(1, 1).raw()[0]).isEqualTo((byte) 1);
        var sealed = large.sealApart(large.apart().orElseThrow(), 1, 1, 0, UNSIGNED);
        assertThat(sealed.raw()[0]).isEqualTo((byte) 2);
        assertThat(sealed.isReadable()).isTrue();
        assertThat(sealed.name()).isEqualTo("Tasks::run");
        assertThat(Envelope.nameIn(sealed.raw())).isEqualTo("Tasks::run");
        assertThat(Envelope.stored(Arrays.copyOf(sealed.raw(), sealed.size() - 1))
                        .isReadable())
                .as("without the end of its reference")
                .isFalse();
    }

    private Envelope store(long sequence) {
        var draft = new Envelope.Draft("Tasks::run", 0, true, 3, Map.of(), PAYLOAD);
        var blob = draft.apart().orElseThrow();
        blobs.put(redis, blob, PAYLOAD, HOUR, false);
        return draft.sealApart(blob, PRODUCER, sequence, 0, UNSIGNED);
    }

    private Envelope pushApart(long sequence) {
        var task = store(sequence);
        assertThat(broker.pushApart(redis, sequence - 1, task, Due.NOW, Optional.empty()))
                .isEqualTo(new PushReply.Stored());
        return task;
    }

    private void complete(String worker, Envelope task) {
        var drop = new Effect.DropBlob(task, task.blob().orElseThrow());
        broker.step(redis, worker, new StepRequest(0, 0, false, List.of(complete(task)), List.of(drop)));
    }

    private long life(Envelope task) {
        return (Long) redis.call("PTTL", key(task.blob().orElseThrow()));
    }

    private byte[] key(Blob blob) {
        return bytes("weirpool:{" + queue + "}:blob:" + HexFormat.of().formatHex(blob.id()));
    }

    private static byte[] payload(int size) {
        var payload = new byte[size];
        new Random(size).nextBytes(payload);
        return payload;
    }
}
