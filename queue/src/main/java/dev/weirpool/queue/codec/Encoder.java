package dev.weirpool.queue.codec;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Output;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes one message at a time; used by one thread at a time, and thrown away after it has thrown. */
final class Encoder {
    /** The first byte of every message. */
    static final byte FORMAT = 1;

    /** No byte before it. */
    static final int NOTHING = -1;

    /**
     * How deeply objects may be nested. The usual advice for Kryo is 64, but a linked list of an application's own with
     * a few hundred nodes is ordinary. A level takes 0.7 KB of stack when interpreted and 1 KB when first compiled, so
     * this many fit into half of the usual stack of 1 MB. On a smaller one, running out of it is an ordinary refusal.
     */
    static final int MAX_DEPTH = 500;

    /** Longer strings are shared: for shorter ones, looking them up costs more than writing them again. */
    static final int LONG_STRING = 64;

    private static final int SMALL = 1 << 20;

    private final Forms forms;
    private final Output output = new GrowingOutput(256);
    private final Seen objects = new Seen();
    private final Seen classes = new Seen();
    private final Seen described = new Seen();
    /** Numbers of the objects now being written that the reader can make only after their content. */
    private int[] unfinished = new int[8];

    private int unfinishedCount;
    private int depth;

    Encoder(Forms forms) {
        this.forms = forms;
    }

    byte[] encode(int first, @Nullable Object value) {
        try {
            if (first != NOTHING) {
                output.writeByte(first);
            }
            output.writeByte(FORMAT);
            write(value);
        } catch (Refusal refusal) {
            throw refusal.asException();
        } catch (KryoException tooLarge) {
            throw new EncodingException(
                    "the encoded value exceeds 2 GB; pass a file or a key to read it from instead",
                    "",
                    value == null ? "null" : value.getClass().getName(),
                    tooLarge);
        }
        // a large one that fits exactly is handed out: this is thrown away then
        byte[] bytes =
                isSmall() || output.position() < output.getBuffer().length ? output.toBytes() : output.getBuffer();
        output.reset();
        objects.clear();
        classes.clear();
        described.clear();
        return bytes;
    }

    /** Is this worth keeping for the next message? */
    boolean isSmall() {
        return output.getBuffer().length <= SMALL;
    }

    void write(@Nullable Object value) {
        if (value == null) {
            output.writeByte(Tag.NULL.number);
            return;
        }
        if (value instanceof String text && text.length() < LONG_STRING) {
            output.writeByte(Tag.STRING.number);
            writeText(text);
            return;
        }
        Form form = forms.of(value.getClass());
        if (!form.isShared()) {
            writeContent(form, value);
            return;
        }
        int known = objects.add(value);
        if (known >= 0) {
            refer(known, value);
            return;
        }
        if (!form.isMadeLast()) {
            writeContent(form, value);
            return;
        }
        if (unfinishedCount == unfinished.length) {
            unfinished = Arrays.copyOf(unfinished, 2 * unfinishedCount);
        }
        unfinished[unfinishedCount++] = objects.size() - 1;
        writeContent(form, value);
        unfinishedCount--;
    }

    private void refer(int known, Object value) {
        for (int i = 0; i < unfinishedCount; i++) {
            if (unfinished[i] == known) {
                throw new Refusal(
                        value.getClass(),
                        "contains itself and can only be made after what it contains",
                        "break the cycle, or let it go through an ordinary class or an ArrayList");
            }
        }
        output.writeByte(Tag.REFERENCE.number);
        writeCount(known);
    }

    private void writeContent(Form form, Object value) {
        if (++depth > MAX_DEPTH) {
            throw new Refusal(
                    value.getClass(),
                    "is nested more than " + MAX_DEPTH + " levels deep",
                    "pass a flat collection such as a java.util.List instead of a long chain of objects");
        }
        writeTag(form.tag);
        try {
            form.write(this, value);
        } catch (Refusal | KryoException passOn) {
            throw passOn;
        } catch (StackOverflowError overflow) {
            throw new Refusal(
                    value.getClass(),
                    "is nested too deeply for the stack of this thread",
                    "give the thread a larger stack",
                    overflow);
        } catch (RuntimeException | LinkageError fault) {
            // a collection was changed meanwhile, a surrogate threw
            throw new Refusal(value.getClass(), "cannot be read (" + fault + ")", "see the cause", fault);
        }
        depth--;
    }

    Forms forms() {
        return forms;
    }

    void writeTag(Tag tag) {
        output.writeVarInt(tag.number, true);
    }

    /** Writes a class as the type of something else: an array's elements, an enum's constant. */
    void writeType(Class<?> type) {
        Tag tag = Tag.ofClass(type.getName());
        if (tag != null) {
            writeTag(tag);
        } else if (type.isArray()) {
            writeTag(Tag.ARRAY);
            writeType(type.getComponentType());
        } else {
            writeTag(Tag.OBJECT);
            writeClass(type);
        }
    }

    /** Mentions a class of the application: its name the first time, then its number. */
    void writeClass(Class<?> type) {
        int known = classes.add(type);
        writeCount(known + 1);
        if (known < 0) {
            forms.check(type);
            writeText(type.getName());
        }
    }

    /** Is this the first object of its class in the message, which has to be preceded by the names of its fields? */
    boolean describes(Form form) {
        return described.add(form) < 0;
    }

    void writeCount(int count) {
        output.writeVarInt(count, true);
    }

    void writeByte(int value) {
        output.writeByte(value);
    }

    void writeInt(int value) {
        output.writeVarInt(value, false);
    }

    void writeLong(long value) {
        output.writeVarLong(value, false);
    }

    void writeDouble(double value) {
        output.writeDouble(value);
    }

    void writeFloat(float value) {
        output.writeFloat(value);
    }

    void writeBytes(byte[] bytes) {
        writeCount(bytes.length);
        output.writeBytes(bytes);
    }

    /** The stream itself, for bulk content. */
    Output output() {
        return output;
    }

    /** Writes characters: as UTF-8, or one by one where a lone surrogate would be lost in UTF-8. */
    void writeText(String text) {
        if (hasSurrogate(text) && !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            output.writeVarInt(text.length() << 1 | 1, true);
            output.writeChars(text.toCharArray(), 0, text.length());
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        output.writeVarInt(bytes.length << 1, true);
        output.writeBytes(bytes);
    }

    private static boolean hasSurrogate(String text) {
        for (int i = 0, length = text.length(); i < length; i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }
}
