package dev.weirpool.queue.codec;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@link EnumMap}: the enum, then the names of the constants with their values. */
final class EnumMapForm extends Form {
    EnumMapForm() {
        super(Tag.ENUM_MAP);
    }

    @Override
    void write(Encoder out, Object value) {
        EnumMap<?, ?> map = (EnumMap<?, ?>) value;
        out.writeType(keyType(map, out.forms().allowed()));
        out.writeCount(map.size());
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.writeText(((Enum<?>) entry.getKey()).name());
            try {
                out.write(entry.getValue());
            } catch (Refusal refusal) {
                throw refusal.within(entry.getKey(), false);
            }
        }
    }

    private static Class<?> keyType(EnumMap<?, ?> map, AllowList allowed) {
        for (Enum<?> key : map.keySet()) {
            return key.getDeclaringClass();
        }
        // An empty map tells nobody its key type, except whom it scolds for putting a constant of another enum.
        try {
            EnumMapForm.<Tag>provoke(map.clone());
        } catch (ClassCastException e) {
            String message = String.valueOf(e.getMessage());
            String name = message.substring(message.lastIndexOf(' ') + 1);
            Tag tag = Tag.ofClass(name);
            Class<?> type = tag != null ? tag.type() : ClassNames.find(name, ClassNames.loader(), allowed);
            if (type != null && type.isEnum()) {
                return type;
            }
        }
        throw Refusal.of(map.getClass(), "leave out the empty map, as it does not tell its key type");
    }

    @SuppressWarnings("unchecked")
    private static <E extends Enum<E>> void provoke(Object emptyMap) {
        ((EnumMap<E, Object>) emptyMap).put((E) Tag.NULL, "");
    }

    @Override
    Object read(Decoder in, int number) {
        Class<?> type = in.readType();
        int count = in.readCount(2);
        if (type != null) {
            return EnumMapForm.<Tag>fill(in, number, count, type);
        }
        Map<Object, @Nullable Object> skipped = new HashMap<>();
        for (int i = 0; i < count; i++) {
            skipped.put(EnumForm.constant(in, null, in.readText()), in.read());
        }
        return skipped;
    }

    private static <E extends Enum<E>> Object fill(Decoder in, int number, int count, Class<?> keyType) {
        Class<E> type = EnumForm.checked(keyType);
        EnumMap<E, @Nullable Object> map = new EnumMap<>(type);
        in.keep(number, map);
        for (int i = 0; i < count; i++) {
            Object key = EnumForm.constant(in, type, in.readText());
            Object value = in.read();
            if (!(key instanceof Lost)) {
                map.put(type.cast(key), value);
            }
        }
        return map;
    }
}
