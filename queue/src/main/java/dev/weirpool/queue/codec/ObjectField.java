package dev.weirpool.queue.codec;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A field of a class of the application. */
final class ObjectField {
    private final Field field;
    private final String name;

    private ObjectField(Field field, String name) {
        this.field = field;
        this.name = name;
        try {
            field.setAccessible(true);
        } catch (InaccessibleObjectException e) {
            Class<?> owner = field.getDeclaringClass();
            throw new Refusal(
                    owner,
                    "is in a package that is not open",
                    "open " + owner.getPackageName() + " in its module-info",
                    e);
        }
    }

    /**
     * Returns the fields that travel, those of the topmost class first. Two of the same name are told apart by the name
     * of the lower class.
     */
    static ObjectField[] ofObject(Class<?> type) {
        List<ObjectField> fields = new ArrayList<>();
        addFields(type, fields, new HashSet<>());
        return fields.toArray(new ObjectField[0]);
    }

    private static void addFields(Class<?> type, List<ObjectField> fields, Set<String> names) {
        if (ClassNames.isJdk(type)) {
            return;
        }
        addFields(type.getSuperclass(), fields, names);
        for (Field field : type.getDeclaredFields()) {
            if ((field.getModifiers() & (Modifier.STATIC | Modifier.TRANSIENT)) == 0) {
                boolean unique = names.add(field.getName());
                fields.add(new ObjectField(field, unique ? field.getName() : type.getName() + "." + field.getName()));
            }
        }
    }

    /** Returns the components of a record, in their order. */
    static ObjectField[] ofRecord(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        ObjectField[] fields = new ObjectField[components.length];
        for (int i = 0; i < fields.length; i++) {
            try {
                fields[i] = new ObjectField(type.getDeclaredField(components[i].getName()), components[i].getName());
            } catch (NoSuchFieldException e) {
                throw new AssertionError("a record has a field for each component", e);
            }
        }
        return fields;
    }

    String name() {
        return name;
    }

    Class<?> owner() {
        return field.getDeclaringClass();
    }

    Class<?> type() {
        return field.getType();
    }

    @Nullable
    Object get(Object owner) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new AssertionError("made accessible", e);
        }
    }

    /** Sets the field, unless the value is a null for a primitive or is lost: then it keeps what it has. */
    void set(Object owner, @Nullable Object value) {
        Object fitting = fit(value);
        if (fitting == null && field.getType().isPrimitive()) {
            return;
        }
        try {
            field.set(owner, fitting);
        } catch (IllegalAccessException e) {
            throw new DecodingException("cannot set " + this, e);
        }
    }

    /**
     * Returns the value as one of the field's type. Numbers are widened, as when an int became a long.
     *
     * @return null if there is none: it is null, or lost
     */
    @Nullable
    Object fit(@Nullable Object value) {
        if (value == null || value instanceof Lost) {
            return null;
        }
        Class<?> type = field.getType();
        if (type.isInstance(value)) {
            return value;
        }
        if ((type == boolean.class && value instanceof Boolean) || (type == char.class && value instanceof Character)) {
            return value;
        }
        Object widened = null;
        if (value instanceof Number number) {
            widened = widen(number, type);
        } else if (value instanceof Character character) {
            widened = widen((int) character, type);
        }
        if (widened == null) {
            throw new DecodingException(this + " is of type " + type.getTypeName() + ", but the message has a "
                    + value.getClass().getName());
        }
        return widened;
    }

    private static @Nullable Object widen(Number number, Class<?> type) {
        boolean whole = !(number instanceof Double) && !(number instanceof Float);
        if (type == double.class || type == Double.class) {
            return number.doubleValue();
        }
        if ((type == float.class || type == Float.class) && !(number instanceof Double)) {
            return number.floatValue();
        }
        if ((type == long.class || type == Long.class) && whole) {
            return number.longValue();
        }
        if ((type == int.class || type == Integer.class) && whole && !(number instanceof Long)) {
            return number.intValue();
        }
        if ((type == short.class || type == Short.class) && (number instanceof Short || number instanceof Byte)) {
            return number.shortValue();
        }
        return type == byte.class && number instanceof Byte ? number : null;
    }

    @Override
    public String toString() {
        return field.getDeclaringClass().getName() + "." + field.getName();
    }
}
