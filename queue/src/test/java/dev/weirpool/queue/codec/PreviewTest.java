package dev.weirpool.queue.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The text of an encoded value. */
final class PreviewTest {
    private static final Codec CODEC = new Codec();

    record Point(int x, List<String> tags) {}

    @SuppressWarnings("unused") // its constructor must not run
    static final class Explosive {
        private final String name;
        private final Object twin;

        Explosive(String name, Object twin) {
            this.name = name;
            this.twin = twin;
        }
    }

    static List<Object[]> values() {
        return List.of(
                new Object[] {"text", "\"text\""},
                new Object[] {null, "null"},
                new Object[] {List.of(1, 2L, 2.5, true, 'c'), "[1, 2, 2.5, true, c]"},
                new Object[] {new ArrayList<>(Arrays.asList("a", null)), "[\"a\", null]"},
                new Object[] {Collections.nCopies(1000, "a"), "1000 times [\"a\"]"},
                new Object[] {Collections.singletonMap("k", 1), "{\"k\"=1}"},
                new Object[] {new TreeMap<>(Map.of("b", 2, "a", 1)), "{\"a\"=1, \"b\"=2}"},
                new Object[] {new TreeSet<>(Comparator.reverseOrder()), "[]"},
                new Object[] {new byte[7], "byte[7]"},
                new Object[] {new Integer[] {1, 2}, "[1, 2]"},
                new Object[] {new DayOfWeek[][] {{DayOfWeek.MONDAY}}, "[[MONDAY]]"},
                new Object[] {Duration.ofSeconds(90), "PT1M30S"},
                new Object[] {Instant.EPOCH, "1970-01-01T00:00:00Z"},
                new Object[] {Path.of("/tmp/x"), "/tmp/x"},
                new Object[] {new UUID(1, 2), "00000000-0000-0001-0000-000000000002"},
                new Object[] {new Point(3, List.of("a")), Point.class.getName() + "(x=3, tags=[\"a\"])"},
                new Object[] {
                    new Object[] {new Explosive("a", "b"), new Explosive("c", null)},
                    "[" + Explosive.class.getName() + "(name=\"a\", twin=\"b\"), " + Explosive.class.getName()
                            + "(name=\"c\", twin=null)]"
                });
    }

    @ParameterizedTest
    @MethodSource("values")
    void readsLikeTheValue(Object value, String text) {
        assertThat(Preview.of(CODEC.encode(new Object[] {"before", value, "after"}), 1))
                .isEqualTo(text);
    }

    @Test
    void endsWithDotsWhereItCannotBeTold() {
        assertThat(Preview.of(CODEC.encode(new Object[] {List.of(1, Optional.of(2))}), 0))
                .isEqualTo("[1, ...");
        assertThat(Preview.of(new byte[0], 0)).isEqualTo("...");
        assertThat(Preview.of("nonsense".getBytes(java.nio.charset.StandardCharsets.UTF_8), 2))
                .isEqualTo("...");
    }

    @Test
    void isNoLongerThanAThousandCharacters() {
        var text = "x".repeat(5000);

        assertThat(Preview.of(CODEC.encode(new Object[] {List.of(text, text)}), 0))
                .hasSizeBetween(1000, 1003)
                .endsWith("...");
    }

    @Test
    @Timeout(60)
    void survivesAnyDamage() {
        var bytes = CODEC.encode(new Object[] {
            "d", new Object[0], new Object[] {List.of(1, "a"), new Point(1, List.of("b")), new int[20], "end"}
        });
        var random = new Random(20261123);
        for (var i = 0; i < 50_000; i++) {
            var damaged = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
            for (var changes = random.nextInt(4); changes > 0; changes--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            assertThat(Preview.of(damaged, 2)).hasSizeLessThanOrEqualTo(4000);
        }
    }
}
