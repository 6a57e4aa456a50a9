package dev.weirpool.queue.codec;

import com.esotericsoftware.kryo.io.Input;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads one message at a time; used by one thread at a time, and thrown away after it has thrown. */
final class Decoder {
    private static final byte[] NOTHING = {};
    private static final int SMALL = 1 << 12;
    /** Each is looked for, which takes its time. */
    private static final int MOST_CLASSES = 1000;
    /** More than anything is allowed to take, and so little that the sum of as many as fit into a message is still a number. */
    private static final long MOST_WEIGHT = 1L << 36;

    private static final long OPEN = -1;

    private final Forms forms;
    private final Input input = new Input(NOTHING);
    /** The shared objects of this message by number; null while one is not made yet. */
    private @Nullable Object[] objects = new @Nullable Object[16];

    private int objectCount;
    private final List<ClassMention> classes = new ArrayList<>();
    private @Nullable ClassLoader loader;
    private int depth;
    /** How many more elements the bytes can hold: all counts of a message together, not only each of them. */
    private int budget;

    private int skipping;
    private boolean lost;
    private final Effort effort = new Effort();
    /** How many bytes each shared object stands for, with what it refers to; {@link #OPEN} for one that is being read. */
    private long[] weights = new long[16];
    /** Which of them are {@link #passing}. */
    private boolean[] passings = new boolean[16];
    /** Whether what has just been read holds a collection that is being read, so that its hash code is another one afterwards. */
    private boolean passing;
    /** What references stand for, so far. */
    private long referred;

    Decoder(Forms forms) {
        this.forms = forms;
    }

    @Nullable
    Object decode(byte[] bytes, int from) {
        input.setBuffer(bytes, from, bytes.length - from);
        budget = bytes.length - from;
        loader = ClassNames.loader();
        Object value;
        try {
            if (input.readByte() != Encoder.FORMAT) {
                throw new DecodingException("unknown format " + bytes[from]
                        + "; the bytes are damaged, or written by a later version of Weirpool");
            }
            value = read();
        } catch (DecodingException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            throw new DecodingException("the bytes are damaged or do not fit the classes on this side: " + e, e);
        }
        if (input.position() != bytes.length) {
            throw new DecodingException("there are " + (bytes.length - input.position()) + " bytes after the value");
        }
        input.setBuffer(NOTHING);
        loader = null;
        Arrays.fill(objects, 0, objectCount, null);
        objectCount = 0;
        referred = 0;
        passing = false;
        effort.reset();
        classes.clear();
        return value;
    }

    /** Begins with a message that is read piece by piece. */
    void open(byte[] bytes) {
        input.setBuffer(bytes);
        budget = bytes.length;
        if (input.readByte() != Encoder.FORMAT) {
            throw new DecodingException("unknown format " + bytes[0]);
        }
    }

    /** Is this worth keeping for the next message? */
    boolean isSmall() {
        return objects.length <= SMALL;
    }

    @Nullable
    Object read() {
        int number = input.readVarInt(true);
        if (number == Tag.STRING.number) {
            return readText();
        }
        if (number == Tag.NULL.number) {
            return null;
        }
        if (number == Tag.REFERENCE.number) {
            return earlier(input.readVarInt(true));
        }
        Form form = forms.of(Tag.ofNumber(number));
        if (++depth > Encoder.MAX_DEPTH) {
            throw new DecodingException("values are nested more than " + Encoder.MAX_DEPTH + " levels deep");
        }
        Object value;
        if (form.isShared()) {
            int reserved = reserve();
            long before = weight();
            boolean passingBefore = passing;
            passing = false;
            value = skipping > 0 && form.isMadeLast() ? readOrLose(form, reserved) : form.read(this, reserved);
            objects[reserved] = value;
            weights[reserved] = Math.min(MOST_WEIGHT, weight() - before);
            passings[reserved] = passing && isHashedByContent(value);
            passing = passingBefore || passings[reserved];
        } else {
            value = form.read(this, -1);
        }
        depth--;
        return value;
    }

    /** Something skipped may have lost an element or comparator that it cannot be made without. */
    private Object readOrLose(Form form, int number) {
        try {
            return form.read(this, number);
        } catch (ClassCastException | NullPointerException | IllegalArgumentException e) {
            return lose(new Lost("something in a removed field cannot be made here: " + e));
        }
    }

    private int reserve() {
        if (objectCount == objects.length) {
            objects = Arrays.copyOf(objects, 2 * objectCount);
            weights = Arrays.copyOf(weights, 2 * objectCount);
            passings = Arrays.copyOf(passings, 2 * objectCount);
        }
        weights[objectCount] = OPEN;
        return objectCount++;
    }

    private Object earlier(int number) {
        Object value = number >= 0 && number < objectCount ? objects[number] : null;
        if (value == null) {
            throw new DecodingException("reference to object " + number + ", which is not there yet");
        }
        if (value instanceof Lost gone) {
            return lose(gone);
        }
        if (weights[number] == OPEN) {
            passing |= isHashedByContent(value);
        } else {
            passing |= passings[number];
            refer(weights[number]);
        }
        return value;
    }

    /** Whether its hash code is that of what it holds. Of other classes of the application that is not known. */
    private static boolean isHashedByContent(Object value) {
        return value instanceof Collection<?>
                || value instanceof Map<?, ?>
                || value instanceof Map.Entry<?, ?>
                || value instanceof Optional<?>
                || value instanceof Record;
    }

    private long weight() {
        return input.position() + referred;
    }

    /** What has just been read stands for so many bytes more. */
    void refer(long bytes) {
        referred += bytes;
    }

    Effort.Keys keys(int count, Effort.Search search) {
        return effort.keys(count, search);
    }

    /** Is about to compile a pattern. */
    void compile(int length) {
        effort.compile(length);
    }

    /** Reads an element that is compared with others. */
    @Nullable
    Object readKey(Effort.Keys keys) {
        long before = weight();
        boolean passingBefore = passing;
        passing = false;
        Object key = read();
        if (passing) {
            // nor would its weight be known
            throw new DecodingException("an element of a set, or a key of a map, holds the collection that it is in:"
                    + " its hash code changes while it is there");
        }
        passing = passingBefore;
        keys.add(key, weight() - before);
        return key;
    }

    /** Makes an object known before its content is read, so that the content may refer to it. */
    void keep(int number, Object object) {
        objects[number] = object;
    }

    /** Reads the value of a field that this side no longer has; its class may be gone, too. */
    void skip() {
        boolean lostBefore = lost;
        int first = objectCount;
        lost = false;
        skipping++;
        read();
        skipping--;
        if (lost) {
            // some of these may hold a Lost, which must not be seen by anyone who refers to them later
            Arrays.fill(objects, first, objectCount, Lost.WITHIN_SKIPPED);
        }
        lost = lostBefore;
    }

    boolean isSkipping() {
        return skipping > 0;
    }

    /** Stands in for something that this side does not have: in a skipped field, or it is an error. */
    Object lose(Lost gone) {
        if (skipping == 0) {
            throw new DecodingException(gone.why());
        }
        lost = true;
        return gone;
    }

    /** Reads the type of something; null if this side does not have it, and it is being skipped. */
    @Nullable
    Class<?> readType() {
        int dimensions = 0;
        int number = input.readVarInt(true);
        while (number == Tag.ARRAY.number) {
            if (++dimensions > 100) {
                throw new DecodingException("an array of more than 100 dimensions");
            }
            number = input.readVarInt(true);
        }
        Class<?> type = number == Tag.OBJECT.number
                ? load(readClass())
                : Tag.ofNumber(number).type();
        while (type != null && dimensions-- > 0) {
            type = type.arrayType();
        }
        return type;
    }

    ClassMention readClass() {
        int number = input.readVarInt(true);
        if (number == 0) {
            if (classes.size() == MOST_CLASSES) {
                throw new DecodingException("more than " + MOST_CLASSES + " classes are named");
            }
            ClassMention mention = new ClassMention(readText());
            classes.add(mention);
            return mention;
        }
        return classes.get(number - 1);
    }

    /** Finds the class; null if there is none, and it is being skipped. */
    @Nullable
    Class<?> load(ClassMention mention) {
        Class<?> type = mention.type(loader(), forms.allowed());
        if (type == null) {
            lose(new Lost("there is no class " + mention.name() + " here, but the message contains one"));
        }
        return type;
    }

    private ClassLoader loader() {
        var here = loader;
        return here != null ? here : ClassNames.loader();
    }

    Form form(Class<?> type) {
        return forms.of(type);
    }

    Forms forms() {
        return forms;
    }

    /** Reads how many elements follow, each of which takes at least so many bytes. */
    int readCount(int bytesEach) {
        int count = input.readVarInt(true);
        int remaining = input.limit() - input.position();
        budget -= count;
        if (count < 0 || (long) count * bytesEach > remaining || budget < 0) {
            throw new DecodingException("a count of " + count + " with " + remaining + " bytes left");
        }
        return count;
    }

    int readUnchecked() {
        return input.readVarInt(true);
    }

    int readByte() {
        return input.readByte();
    }

    int readInt() {
        return input.readVarInt(false);
    }

    long readLong() {
        return input.readVarLong(false);
    }

    double readDouble() {
        return input.readDouble();
    }

    float readFloat() {
        return input.readFloat();
    }

    byte[] readBytes() {
        return input.readBytes(readCount(1));
    }

    /** The stream itself, for bulk content whose size has been checked. */
    Input input() {
        return input;
    }

    String readText() {
        int header = input.readVarInt(true);
        int length = header >>> 1;
        boolean charByChar = (header & 1) != 0;
        int position = input.position();
        int remaining = input.limit() - position;
        if (length > (charByChar ? remaining / 2 : remaining)) {
            throw new DecodingException("a text of length " + length + " with " + remaining + " bytes left");
        }
        if (charByChar) {
            return new String(input.readChars(length));
        }
        input.setPosition(position + length);
        return new String(input.getBuffer(), position, length, StandardCharsets.UTF_8);
    }
}
