package dev.weirpool.queue.codec;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;

/** Records, made by their canonical constructor; a component the writer lacked is null, zero or false. */
final class RecordForm extends ApplicationForm {
    private final Constructor<?> constructor;
    private final @Nullable Object[] defaults;

    RecordForm(Class<?> type) {
        super(type, ObjectField.ofRecord(type), Description.Contents.NOTHING);
        Class<?>[] types = new Class<?>[fields.length];
        defaults = new @Nullable Object[fields.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = fields[i].type();
            defaults[i] = types[i].isPrimitive() ? Array.get(Array.newInstance(types[i], 1), 0) : null;
        }
        try {
            constructor = type.getDeclaredConstructor(types);
        } catch (NoSuchMethodException e) {
            throw new AssertionError("a record has a canonical constructor", e);
        }
        constructor.setAccessible(true);
    }

    @Override
    boolean isMadeLast() {
        return true;
    }

    @Override
    Object read(Decoder in, int number, Description theirs) {
        @Nullable Object[] values = defaults.clone();
        for (int ours : match(theirs)) {
            if (ours < 0) {
                in.skip();
                continue;
            }
            Object value = fields[ours].fit(in.read());
            if (value != null) {
                values[ours] = value;
            }
        }
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            String why = "the constructor of " + type.getName() + " threw " + e.getCause();
            if (in.isSkipping()) {
                return in.lose(new Lost(why));
            }
            throw new DecodingException(why, e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new DecodingException("cannot make a " + type.getName(), e);
        }
    }
}
