package dev.weirpool.queue.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.util.JedisClusterCRC16;

final class PartitionsTest {
    private static final int SLOTS = 16_384;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 64})
    void putsThemOnMastersWithEqualSharesOfTheSlotsOneOnEach(int count) {
        var crowded = 0;
        for (var i = 0; i < 50; i++) {
            var masters = new HashSet<Integer>();
            for (var name : new Partitions("queue-" + i, count).names()) {
                masters.add(JedisClusterCRC16.getSlot("weirpool:{" + name + "}:ready") * count / SLOTS);
            }
            crowded += masters.size() < count ? 1 : 0;
        }
        assertThat(crowded).as("of 50, those at the very border of two masters").isLessThan(25);
    }

    @Test
    void givesTheFirstTheNameOfTheQueueAndAllOthersNamesThatNoQueueHas() {
        var names = new Partitions("images", 3).names();

        assertThat(names).hasSize(3).doesNotHaveDuplicates().first().isEqualTo("images");
        assertThat(names.subList(1, 3)).allSatisfy(name -> {
            assertThat(name).startsWith("images~");
            assertThat(Keys.isName(name)).isFalse();
            assertThat(new Broker(name).queue()).isEqualTo(name);
            assertThat(Partitions.queueOf(name)).isEqualTo("images");
        });
        assertThat(new Partitions("images", 3).names())
                .as("for another process")
                .isEqualTo(names);
        assertThat(new Partitions("x".repeat(64), 64).names()).hasSize(64);
    }

    @Test
    void spreadsKeysEvenly() {
        var partitions = new Partitions("images", 4);
        var counts = new HashMap<Integer, Integer>();
        IntStream.range(0, 10_000).forEach(i -> counts.merge(partitions.indexFor("customer-" + i), 1, Integer::sum));

        assertThat(counts.values())
                .hasSize(4)
                .allSatisfy(count -> assertThat(count).isBetween(2_000, 3_000));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 65})
    void refusesNumbersThatAreNone(int count) {
        assertThatThrownBy(() -> new Partitions("images", count))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("1 to 64", "" + count);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"images~", "images~1", "~1of2.3", "images~1of2.x", "images~1of2.3}", "images~1of2.3~1of2.3"})
    void refusesNamesThatAreNone(String name) {
        assertThatThrownBy(() -> new Broker(name)).isInstanceOf(IllegalArgumentException.class);
    }
}
