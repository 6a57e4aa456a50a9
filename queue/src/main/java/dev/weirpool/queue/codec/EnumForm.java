package dev.weirpool.queue.codec;

import org.jspecify.annotations.Nullable;

/** Enum constants, by name: constants may be added, removed and reordered between writer and reader. */
final class EnumForm extends Form {
    private final Class<?> declaring;

    /** The enum matters only for writing; when reading, the message says it. */
    EnumForm(Class<?> declaring) {
        super(Tag.ENUM);
        this.declaring = declaring;
    }

    @Override
    void write(Encoder out, Object value) {
        out.writeType(declaring);
        out.writeText(((Enum<?>) value).name());
    }

    @Override
    Object read(Decoder in, int number) {
        Class<?> type = in.readType();
        return constant(in, type, in.readText());
    }

    /** Returns the constant, or a {@link Lost} if there is none and it is being skipped. */
    static Object constant(Decoder in, @Nullable Class<?> type, String name) {
        if (type == null) {
            return in.lose(new Lost("an enum is missing here"));
        }
        try {
            return EnumForm.<Tag>constant(type, name);
        } catch (IllegalArgumentException e) {
            return in.lose(new Lost(
                    "the enum " + type.getName() + " has no constant " + name + " here, but the message contains it"));
        }
    }

    /** Callers name any enum for E, as the compiler insists on one. */
    private static <E extends Enum<E>> Object constant(Class<?> type, String name) {
        return Enum.valueOf(EnumForm.<E>checked(type), name);
    }

    /** The class, if it is one of an enum. */
    @SuppressWarnings("unchecked")
    static <E extends Enum<E>> Class<E> checked(Class<?> type) {
        if (!type.isEnum()) {
            throw new DecodingException(type.getName() + " is not an enum");
        }
        return (Class<E>) type;
    }
}
