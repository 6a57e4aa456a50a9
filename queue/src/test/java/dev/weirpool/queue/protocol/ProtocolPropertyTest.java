package dev.weirpool.queue.protocol;

import dev.weirpool.queue.RedisOptions;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("slow")
final class ProtocolPropertyTest {
    private static final int OPERATIONS = 1_000;

    static LongStream seeds() {
        return LongStream.concat(LongStream.rangeClosed(1, 5), LongStream.of(new Random().nextInt(1_000_000)));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void keepsTheScriptsToTheModelWhateverIsSentAgainOrLate(long seed) {
        System.out.println("operations of seed " + seed);
        try (var redis = RedisOptions.embedded().open()) {
            ProtocolRun.run(redis.uri(), seed, OPERATIONS);
        }
    }
}
