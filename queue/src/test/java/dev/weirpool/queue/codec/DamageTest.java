package dev.weirpool.queue.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged and hostile bytes end in a value or a {@link DecodingException}, and in nothing else. */
class DamageTest {
    private static final int ROUNDS = 40;

    private final Codec codec = new Codec();

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void survivesFlippedBitsAndTruncation(long seed) {
        Random random = new Random(seed);
        int read = 0;
        int refused = 0;
        for (Map.Entry<String, byte[]> each : encodings().entrySet()) {
            for (int round = 0; round < ROUNDS; round++) {
                byte[] damaged = damage(each.getValue(), random);
                try {
                    codec.decode(damaged);
                    read++;
                } catch (DecodingException expected) {
                    refused++;
                } catch (Throwable other) {
                    throw new AssertionError(
                            "seed " + seed + ", " + each.getKey() + ": " + Arrays.toString(damaged), other);
                }
            }
        }

        assertThat(read).isGreaterThan(500);
        assertThat(refused).isGreaterThan(2000);
    }

    private static byte[] damage(byte[] bytes, Random random) {
        byte[] damaged = bytes.clone();
        int flips = random.nextInt(4);
        for (int i = 0; i < flips; i++) {
            int at = 1 + random.nextInt(damaged.length - 1);
            if (random.nextBoolean()) {
                damaged[at] ^= (byte) (1 << random.nextInt(8));
            } else {
                damaged[at] = (byte) random.nextInt(256);
            }
        }
        return random.nextInt(3) == 0 ? Arrays.copyOf(damaged, random.nextInt(damaged.length)) : damaged;
    }

    private Map<String, byte[]> encodings() {
        Map<String, byte[]> encodings = new LinkedHashMap<>();
        EverydayValues.comparable().forEach((name, value) -> encodings.put(name, codec.encode(new Object[] {value})));
        EverydayValues.incomparable()
                .keySet()
                .forEach(value -> encodings.put(value.getClass().getName(), codec.encode(value)));
        encodings.put(
                "everything",
                codec.encode(new ArrayList<>(EverydayValues.comparable().values().stream()
                        .filter(value -> !(value instanceof String text && text.length() > 100))
                        .toList())));
        encodings.put("lambda", codec.encode(new Object[] {EverydayValues.byLength()}));
        return encodings;
    }

    @Test
    void refusesRandomBytes() {
        Random random = new Random(4);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(40)];
            random.nextBytes(bytes);
            bytes[0] = Encoder.FORMAT;
            try {
                codec.decode(bytes);
            } catch (DecodingException expected) {
                assertThat(expected).hasMessageNotContaining("AssertionError");
            }
        }
    }

    @Test
    void refusesBytesAfterTheValue() {
        byte[] bytes = codec.encode("a");

        assertThatThrownBy(() -> codec.decode(Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining("1 bytes after the value");
    }

    @Test
    void refusesNoBytesAndOtherFormats() {
        assertThatThrownBy(() -> codec.decode(new byte[0])).isInstanceOf(DecodingException.class);
        assertThatThrownBy(() -> codec.decode(new byte[] {2, 0}))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining("unknown format 2");
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 30, 31, 32, 33, 34, 45, 50, 56})
    void refusesACountThatTheBytesCannotHold(int tag) {
        byte[] huge = {Encoder.FORMAT, (byte) tag, -1, -1, -1, -1, 7, 0, 0, 0};

        assertThatThrownBy(() -> codec.decode(huge)).isInstanceOf(DecodingException.class);
    }

    @Test
    void refusesNestedCountsThatTogetherExceedTheBytes() {
        byte[] bytes = new byte[1 << 20];
        bytes[0] = Encoder.FORMAT;
        // each array claims half a million elements, which alone would fit into the bytes that are left
        for (int at = 1; at + 4 < 2000; at += 4) {
            bytes[at] = (byte) Tag.OBJECTS.number;
            bytes[at + 1] = (byte) 0x80;
            bytes[at + 2] = (byte) 0x80;
            bytes[at + 3] = 0x20;
        }

        assertThatThrownBy(() -> codec.decode(bytes))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining("a count of 524288");
    }

    @Test
    void refusesDeepNesting() {
        byte[] bytes = new byte[100_000];
        Arrays.fill(bytes, (byte) 1);
        for (int at = 1; at + 1 < bytes.length; at += 2) {
            bytes[at] = (byte) Tag.OBJECTS.number;
        }

        assertThatThrownBy(() -> codec.decode(bytes))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining("500 levels");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.lang.Thread",
                "java.util.ArrayList",
                "javax.swing.JFrame",
                "sun.misc.Unsafe",
                "jdk.internal.misc.Unsafe",
                "com.sun.rowset.JdbcRowSetImpl",
                "[Ljava.lang.Thread;",
                "[I",
                ""
            })
    void refusesClassesOfTheJdkByNameBeforeLookingThemUp(String name) {
        assertThatThrownBy(() -> codec.decode(objectOf(name)))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining("a " + name + " cannot travel");
    }

    @Test
    void refusesClassesOfTheJdkWithOtherNames() {
        assertThatThrownBy(() -> codec.decode(objectOf("org.xml.sax.InputSource")))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining("is not among the classes that this process takes from Redis");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.io.Serializable",
                "no.such.Class",
                "org.junit.jupiter.api.Test",
                "org.junit.jupiter.api.extension.Extension"
            })
    void refusesWhatIsNoOrdinaryClass(String name) {
        assertThatThrownBy(() -> codec.decode(objectOf(name))).isInstanceOf(DecodingException.class);
    }

    private static byte[] objectOf(String name) {
        byte[] text = name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        byte[] bytes = new byte[4 + text.length + 2];
        bytes[0] = Encoder.FORMAT;
        bytes[1] = (byte) Tag.OBJECT.number;
        bytes[3] = (byte) (text.length << 1);
        System.arraycopy(text, 0, bytes, 4, text.length);
        return bytes;
    }

    @Test
    void refusesAReferenceToAnObjectThatIsNotThereYet() {
        byte[] ownContent = {Encoder.FORMAT, (byte) Tag.OPTIONAL.number, (byte) Tag.REFERENCE.number, 0};
        byte[] unknown = {Encoder.FORMAT, (byte) Tag.REFERENCE.number, 5};

        for (byte[] bytes : List.of(ownContent, unknown)) {
            assertThatThrownBy(() -> codec.decode(bytes))
                    .isInstanceOf(DecodingException.class)
                    .hasMessageContaining("not there yet");
        }
    }

    @Test
    void refusesACollectionWhoseHashCodeNeverEnds() {
        // a set that holds a list that holds itself
        byte[] bytes = {
            Encoder.FORMAT,
            (byte) Tag.HASH_SET.number,
            1,
            (byte) Tag.ARRAY_LIST.number,
            1,
            (byte) Tag.REFERENCE.number,
            1
        };

        assertThatThrownBy(() -> codec.decode(bytes)).isInstanceOf(DecodingException.class);
    }
}
