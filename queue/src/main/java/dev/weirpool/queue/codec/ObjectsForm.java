package dev.weirpool.queue.codec;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code Object[]}, {@code String[]} and {@link Arrays#asList}, which is a list upon an array. */
final class ObjectsForm extends Form {
    ObjectsForm(Tag tag) {
        super(tag);
    }

    @Override
    void write(Encoder out, Object value) {
        writeAll(out, value instanceof List<?> list ? list.toArray() : (@Nullable Object[]) value);
    }

    static void writeAll(Encoder out, @Nullable Object[] elements) {
        out.writeCount(elements.length);
        int index = 0;
        try {
            for (; index < elements.length; index++) {
                out.write(elements[index]);
            }
        } catch (Refusal refusal) {
            throw refusal.within(index);
        }
    }

    @Override
    Object read(Decoder in, int number) {
        int count = in.readCount(1);
        @Nullable Object[] elements = tag == Tag.STRINGS ? new @Nullable String[count] : new @Nullable Object[count];
        Object value = tag == Tag.ARRAYS_AS_LIST ? Arrays.asList(elements) : elements;
        in.keep(number, value);
        fill(in, elements);
        return value;
    }

    static @Nullable Object[] readAll(Decoder in) {
        @Nullable Object[] elements = new @Nullable Object[in.readCount(1)];
        fill(in, elements);
        return elements;
    }

    /** Reads elements that are compared with each other. */
    static @Nullable Object[] readAll(Decoder in, Effort.Search search) {
        @Nullable Object[] elements = new @Nullable Object[in.readCount(1)];
        Effort.Keys keys = in.keys(elements.length, search);
        for (int i = 0; i < elements.length; i++) {
            elements[i] = in.readKey(keys);
        }
        return elements;
    }

    static void fill(Decoder in, @Nullable Object[] elements) {
        for (int i = 0; i < elements.length; i++) {
            elements[i] = in.read();
        }
    }
}
