package dev.weirpool.queue.codec;

import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/** Arrays of other types than those with a tag of their own: of the application's, of JDK types, of arrays. */
final class ArrayForm extends Form {
    private final Class<?> elementType;

    /** The type of the elements matters only for writing; when reading, the message says it. */
    ArrayForm(Class<?> elementType) {
        super(Tag.ARRAY);
        this.elementType = elementType;
    }

    @Override
    void write(Encoder out, Object value) {
        out.writeType(elementType);
        ObjectsForm.writeAll(out, (@Nullable Object[]) value);
    }

    @Override
    Object read(Decoder in, int number) {
        Class<?> type = in.readType();
        int count = in.readCount(1);
        // a skipped array of a type that is gone
        Class<?> here = type == null ? Object.class : type;
        if (here.isPrimitive()) {
            throw new DecodingException("an array of objects cannot hold " + here);
        }
        @Nullable Object[] elements = (@Nullable Object[]) Array.newInstance(here, count);
        in.keep(number, elements);
        ObjectsForm.fill(in, elements);
        return elements;
    }
}
