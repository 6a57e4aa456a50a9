package dev.weirpool.queue.codec;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** {@link EnumSet}: the enum and the names of the constants. */
final class EnumSetForm extends Form {
    EnumSetForm() {
        super(Tag.ENUM_SET);
    }

    @Override
    void write(Encoder out, Object value) {
        EnumSet<?> set = (EnumSet<?>) value;
        out.writeType(elementType(set));
        out.writeCount(set.size());
        for (Enum<?> constant : set) {
            out.writeText(constant.name());
        }
    }

    /** The set does not say it, but its elements do, or those it lacks. */
    private static <E extends Enum<E>> Class<E> elementType(EnumSet<E> set) {
        EnumSet<E> other = set.isEmpty() ? EnumSet.complementOf(set) : set;
        if (other.isEmpty()) {
            throw Refusal.of(set.getClass(), "use an enum that has constants");
        }
        return other.iterator().next().getDeclaringClass();
    }

    @Override
    Object read(Decoder in, int number) {
        Class<?> type = in.readType();
        int count = in.readCount(1);
        List<Object> constants = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            constants.add(EnumForm.constant(in, type, in.readText()));
        }
        return type == null ? constants : EnumSetForm.<Tag>toSet(type, constants);
    }

    private static <E extends Enum<E>> Object toSet(Class<?> elementType, List<Object> constants) {
        Class<E> type = EnumForm.checked(elementType);
        EnumSet<E> set = EnumSet.noneOf(type);
        for (Object constant : constants) {
            if (!(constant instanceof Lost)) {
                set.add(type.cast(constant));
            }
        }
        return set;
    }
}
