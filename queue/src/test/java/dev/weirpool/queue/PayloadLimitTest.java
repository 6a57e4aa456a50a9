package dev.weirpool.queue;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.codec.AllowList;
import dev.weirpool.queue.redis.Redis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limit of results and items, a lower one than there is; that of arguments is in {@code BlobTest}. */
final class PayloadLimitTest {
    private static final int LIMIT = 200_000; // above 64 KiB: what is below it may lie apart

    private final Redis redis = RedisOptions.embedded().open();
    private final String name = "limit-" + UUID.randomUUID();
    private final TaskCodec codec = new TaskCodec(() -> redis, "here", AllowList.ofProgram(), LIMIT);
    private final SharedQueue<Object> queue = SharedQueue.on(redis, codec, name);

    @AfterEach
    void delete() {
        queue.delete();
        redis.close();
    }

    /** @param over the limit, with the bytes that say what it is */
    private byte[] value(int over) {
        var around = codec.encodeItem(new byte[LIMIT / 2]).length - LIMIT / 2;
        return new byte[LIMIT + over - around - 1]; // less the byte before a result
    }

    @Test
    void aResultThatIsTooLargeIsAFailureThatSaysHowLargeItIsAndWhatHelps() {
        var outcome = codec.decodeOutcome(codec.encode(new Outcome.Returned(value(1))));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Threw.class,
                        threw -> assertThat(threw.failure().rebuild(codec.allowed()))
                                .hasMessageContaining("the result takes 20000")
                                .hasMessageContaining(
                                        " bytes, more than the limit of 200000; return a file or a key to read it from instead"));
    }

    @Test
    void aResultAtTheLimitTravels() {
        var encoded = codec.encode(new Outcome.Returned(value(0)));

        assertThat(encoded.length).isEqualTo(LIMIT);
        assertThat(codec.decodeOutcome(encoded)).isInstanceOf(Outcome.Returned.class);
    }

    /** One that cannot travel has the others encoded once more. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theResultsOfAChunkCountTogether(boolean withOneThatCannotTravel) {
        var half = new byte[LIMIT / 2];
        var third = withOneThatCannotTravel ? new Thread() : "small";

        var outcome = codec.decodeOutcome(
                codec.encode(new Outcome.Returned(new ChunkValues(new Object[] {half, third, half.clone()}))));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Threw.class,
                        threw -> assertThat(threw.failure().rebuild(codec.allowed()))
                                .hasMessageContaining("the result takes 200")
                                .hasMessageContaining("more than the limit of 200000"));
    }

    @Test
    void anItemThatIsTooLargeIsRefusedHoweverItIsPutAndLeavesNothing() throws InterruptedException {
        var large = value(2);

        assertRefused(() -> queue.put(large));
        assertRefused(() -> queue.offer(large));
        assertRefused(() -> queue.offer(large, 1, TimeUnit.SECONDS));
        assertRefused(() -> queue.add(large));
        assertRefused(() -> queue.putAll(List.of("before", large)));
        assertRefused(() -> {
            try (var buffered = queue.buffered(10, Duration.ofMillis(5))) {
                buffered.put(large);
            }
        });

        assertThat(queue).isEmpty();
        assertThat(apart()).isEmpty();
        queue.put(value(0));
        assertThat(apart()).hasSize(1);
        assertThat(queue.take()).isEqualTo(value(0));
    }

    private static void assertRefused(ThrowingCallable put) {
        assertThatThrownBy(put)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("an item of byte[] takes 20000")
                .hasMessageContaining(
                        " bytes, more than the limit of 200000; put a file or a key to read it from instead");
    }

    private List<Object> apart() {
        return new ArrayList<>(
                (List<?>) redis.call(connection -> connection.call("KEYS", bytes("weirpool:{" + name + "}:blob:*"))));
    }
}
