package dev.weirpool.queue.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that take their reader far longer than their size. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EffortTest {
    private static final String TOO_LONG = "would take too long";

    private final Codec codec = new Codec();

    @ParameterizedTest
    @EnumSource(
            value = Tag.class,
            names = {
                "HASH_SET",
                "LINKED_HASH_SET",
                "COPY_ON_WRITE_SET",
                "CONCURRENT_SET",
                "SYNCHRONIZED_SET",
                "IMMUTABLE_SET",
                "UNMODIFIABLE_SET",
                "HASH_MAP",
                "LINKED_HASH_MAP",
                "CONCURRENT_HASH_MAP",
                "HASHTABLE",
                "SYNCHRONIZED_MAP",
                "IMMUTABLE_MAP",
                "UNMODIFIABLE_MAP"
            })
    void refusesAListThatHoldsTheOneBeforeTwiceAsAKey(Tag tag) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {Encoder.FORMAT, (byte) Tag.OBJECTS.number, 51});
        bytes.writeBytes(new byte[] {(byte) Tag.ARRAY_LIST.number, 1, (byte) Tag.NULL.number}); // object 1
        for (var i = 1; i < 50; i++) {
            var before = new byte[] {(byte) Tag.REFERENCE.number, (byte) i};
            bytes.writeBytes(new byte[] {(byte) Tag.ARRAY_LIST.number, 2});
            bytes.writeBytes(before);
            bytes.writeBytes(before);
        }
        bytes.writeBytes(new byte[] {(byte) tag.number, 1, (byte) Tag.REFERENCE.number, 50, (byte) Tag.NULL.number});

        assertThatThrownBy(() -> codec.decode(bytes.toByteArray()))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining(TOO_LONG);
    }

    /** Found by Jazzer: what such a list stands for is not known as long as it is read. */
    @ParameterizedTest
    @ValueSource(ints = {1, 53, 54})
    void refusesAKeyThatHoldsAListWhichIsBeingRead(int key) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {Encoder.FORMAT, (byte) Tag.OBJECTS.number, 1});
        bytes.writeBytes(new byte[] {(byte) Tag.ARRAY_LIST.number, 52}); // object 1
        bytes.writeBytes(new byte[] {(byte) Tag.ARRAY_LIST.number, 1, (byte) Tag.NULL.number}); // object 2
        for (var i = 2; i < 51; i++) {
            var before = new byte[] {(byte) Tag.REFERENCE.number, (byte) i};
            bytes.writeBytes(new byte[] {(byte) Tag.ARRAY_LIST.number, 2});
            bytes.writeBytes(before);
            bytes.writeBytes(before);
        }
        // object 52, an array, which has the hash code of no list: a list of the list, and a list of that
        bytes.writeBytes(new byte[] {(byte) Tag.OBJECTS.number, 2});
        bytes.writeBytes(new byte[] {(byte) Tag.ARRAY_LIST.number, 1, (byte) Tag.REFERENCE.number, 1});
        bytes.writeBytes(new byte[] {(byte) Tag.ARRAYS_AS_LIST.number, 1, (byte) Tag.REFERENCE.number, 53});
        bytes.writeBytes(new byte[] {(byte) Tag.HASH_SET.number, 1, (byte) Tag.REFERENCE.number, (byte) key});

        assertThatThrownBy(() -> codec.decode(bytes.toByteArray()))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining("holds the collection that it is in");
    }

    @Test
    void takesAKeyThatHoldsAListWhichItsHashCodeDoesNotLookAt() {
        var list = new ArrayList<Object>();
        var set = new HashSet<Object>();
        var array = new Object[] {list};
        set.add(array);
        list.add(set);

        assertThat(codec.decode(codec.encode(list)))
                .isInstanceOfSatisfying(
                        List.class,
                        copy -> assertThat(((Object[]) ((Set<?>) copy.get(0))
                                                .iterator()
                                                .next())
                                        [0])
                                .isSameAs(copy));
    }

    @ParameterizedTest
    @EnumSource(
            value = Tag.class,
            names = {"HASH_MAP", "HASHTABLE", "IMMUTABLE_MAP", "CONCURRENT_HASH_MAP", "UNMODIFIABLE_MAP", "PROPERTIES"})
    void refusesManyKeysWithTheSameHashCode(Tag tag) {
        var keys = colliding(100_000);

        assertThatThrownBy(() -> codec.decode(entries(tag, keys)))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining(TOO_LONG);
    }

    @Test
    void refusesListsWithTheSameHashCodeInASet() {
        Set<Object> lists = new LinkedHashSet<>();
        colliding(4096).forEach(text -> lists.add(new ArrayList<>(List.of(text.substring(0, 8), text.substring(8)))));
        var bytes = codec.encode(lists.toArray());
        bytes[1] = (byte) Tag.HASH_SET.number;

        assertThatThrownBy(() -> codec.decode(bytes))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining(TOO_LONG);
    }

    @Test
    void refusesALongBitSetOverAndOver() {
        var count = 1000;
        var bytes = new ByteArrayOutputStream();
        var set = new BitSet();
        set.set(1_000_000);
        bytes.writeBytes(codec.encode(new Object[] {set, null}));
        var array = Arrays.copyOf(bytes.toByteArray(), bytes.size() - 1);
        bytes.reset();
        bytes.writeBytes(array);
        bytes.writeBytes(new byte[] {(byte) Tag.HASH_SET.number, (byte) (count & 0x7f | 0x80), (byte) (count >> 7)});
        for (var i = 0; i < count; i++) {
            bytes.writeBytes(new byte[] {(byte) Tag.REFERENCE.number, 1});
        }

        assertThatThrownBy(() -> codec.decode(bytes.toByteArray()))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining(TOO_LONG);
    }

    @Test
    void refusesAListOfTwoBillionCopiesAsAKey() {
        var bytes = new byte[] {
            Encoder.FORMAT,
            (byte) Tag.HASH_SET.number,
            1,
            (byte) Tag.COPIES.number,
            -1,
            -1,
            -1,
            -1,
            7,
            1,
            (byte) Tag.NULL.number
        };

        assertThatThrownBy(() -> codec.decode(bytes))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining(TOO_LONG);
    }

    @Test
    void refusesAPatternThatTakesItsCompilerAYear() {
        var pattern = Pattern.compile("a", Pattern.CANON_EQ);

        assertThatThrownBy(() -> codec.encode(pattern)).hasMessageContaining("CANON_EQ");
        var bytes = codec.encode(Pattern.compile("a"));
        bytes[bytes.length - 1] = (byte) (Pattern.CANON_EQ << 1 & 0x7f | 0x80);
        var forged = Arrays.copyOf(bytes, bytes.length + 1);
        forged[bytes.length] = (byte) (Pattern.CANON_EQ << 1 >> 7);
        assertThatThrownBy(() -> codec.decode(forged))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining("CANON_EQ");
    }

    @Test
    void refusesPatternsThatTakeTheirCompilerMinutes() {
        var text = "a".repeat(1 << 15);
        var patterns = new ArrayList<Object>();
        for (var i = 0; i < 3; i++) {
            patterns.add(Pattern.compile(i + "b*" + text.substring(10)));
        }

        assertThat(codec.decode(codec.encode(patterns.get(0)))).isInstanceOf(Pattern.class);
        assertThatThrownBy(() -> codec.encode(Pattern.compile(text + "b*")))
                .hasMessageContaining("longer than 32768 characters");
        var bytes = codec.encode(patterns);
        assertThatThrownBy(() -> codec.decode(bytes))
                .isInstanceOf(DecodingException.class)
                .hasMessageContaining("to compile the patterns of the message would take too long");
    }

    @Test
    void takesLargeSetsAndMapsThatAreHonest() {
        var random = new Random(7);
        Map<Object, Object> numbers = new HashMap<>();
        Set<Object> texts = new HashSet<>();
        Set<List<Integer>> lists = new HashSet<>();
        for (var i = 0; i < 200_000; i++) {
            numbers.put(random.nextLong(), i);
            texts.add("key " + i);
            lists.add(List.of(i, -i));
        }
        var ordered = new TreeSet<>(texts);
        var all = List.of(numbers, texts, lists, ordered, Set.copyOf(texts));

        var bytes = codec.encode(all);

        assertThat(bytes.length).isGreaterThan(10 << 20);
        assertThat(codec.decode(bytes)).isEqualTo(all);
    }

    @Test
    void takesAThousandKeysWithABadHashCode() {
        Set<Object> set = new HashSet<>(colliding(1000));

        assertThat(codec.decode(codec.encode(set))).isEqualTo(set);
    }

    /** Texts that all have the hash code of the first. */
    private static List<String> colliding(int count) {
        List<String> texts = new ArrayList<>();
        for (var i = 0; i < count; i++) {
            var text = new StringBuilder();
            for (var bit = 0; bit < 17; bit++) {
                text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            texts.add(text.toString());
        }
        return texts;
    }

    private byte[] entries(Tag tag, List<String> keys) {
        var interleaved = new ArrayList<Object>();
        keys.forEach(key -> {
            interleaved.add(key);
            interleaved.add("v");
        });
        var array = codec.encode(interleaved.toArray());
        var content = 1 + 1 + varInt(interleaved.size()).length;
        var bytes = new ByteArrayOutputStream();
        bytes.write(Encoder.FORMAT);
        bytes.write(tag.number);
        bytes.writeBytes(varInt(keys.size()));
        bytes.write(array, content, array.length - content);
        return bytes.toByteArray();
    }

    private static byte[] varInt(int value) {
        var bytes = new ByteArrayOutputStream();
        var rest = value;
        for (; rest > 0x7f; rest >>>= 7) {
            bytes.write(rest & 0x7f | 0x80);
        }
        bytes.write(rest);
        return bytes.toByteArray();
    }
}
