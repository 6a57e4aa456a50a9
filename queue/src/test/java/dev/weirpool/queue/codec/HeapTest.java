package dev.weirpool.queue.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How much is allocated to read a message of 256 KiB, all told: what it takes of the heap at any moment is no more. */
class HeapTest {
    private static final int SIZE = 1 << 18;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Codec codec = new Codec();

    static Stream<Named<byte[]>> lies() {
        var lies = new ArrayList<Named<byte[]>>();
        for (var tag : Tag.values()) {
            for (var count : List.of(Integer.MAX_VALUE, -1, 2 * SIZE)) {
                var lie = new Message().number(tag.number).number(count);
                lies.add(Named.of(tag + " of " + count, lie.filledWith(0)));
                lies.add(Named.of(tag + " of " + count + " lists", lie.filledWith(Tag.ARRAY_LIST.number)));
            }
        }
        lies.add(Named.of("nothing but levels", new Message().filledWith(Tag.OBJECTS.number, 1)));
        lies.add(Named.of("levels of lists", new Message().filledWith(Tag.ARRAY_LIST.number, 1)));
        var large = new Message().number(Tag.OBJECTS.number).number(SIZE / 8).number(Tag.OBJECTS.number);
        lies.add(Named.of(
                "arrays in arrays that share their bytes",
                large.number(SIZE - 64).filledWith(0)));
        lies.add(Named.of("names of classes", new Message().filledWith(Tag.OBJECT.number, 0, 2, 'x')));
        return lies.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lies")
    void whatClaimsMoreThanItHoldsAllocatesLessThanTwiceItsSize(byte[] message) {
        assertThat(allocatedFor(message)).isLessThan(2L * SIZE);
    }

    /** Two or three bytes that are an empty object of Java's, over and over, are the most that a message can ask for honestly. */
    @ParameterizedTest
    @EnumSource(Tag.class)
    void whatIsThereAllocatesNoMoreThanItsSmallestObjectsTake(Tag tag) {
        for (var element : new int[][] {{tag.number}, {tag.number, 0}, {tag.number, 1}, {tag.number, 1, 0}}) {
            var count = (SIZE - 16) / element.length;
            var message = new Message().number(Tag.OBJECTS.number).number(count).filledWith(element);
            assertThat(allocatedFor(message)).as(Arrays.toString(element)).isLessThan(128L * SIZE);
        }
    }

    private long allocatedFor(byte[] message) {
        decode(message); // loads classes
        var before = allocated();
        decode(message);
        return allocated() - before;
    }

    private void decode(byte[] message) {
        try {
            codec.decode(message);
        } catch (DecodingException expected) {
            assertThat(expected).hasMessageNotContaining("OutOfMemory");
        }
    }

    private static long allocated() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        private Message() {
            out.write(Encoder.FORMAT);
        }

        private Message number(int value) {
            var left = value;
            for (; (left & ~0x7f) != 0; left >>>= 7) {
                out.write(left & 0x7f | 0x80);
            }
            out.write(left);
            return this;
        }

        private byte[] filledWith(int... pattern) {
            var message = Arrays.copyOf(out.toByteArray(), SIZE);
            for (var i = out.size(); i < SIZE; i++) {
                message[i] = (byte) pattern[(i - out.size()) % pattern.length];
            }
            return message;
        }
    }
}
