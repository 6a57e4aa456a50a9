package dev.weirpool.queue.codec;

import java.util.AbstractMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Map entries and {@link Optional}: a fixed number of values in a shell. */
final class PairForm extends Form {
    PairForm(Tag tag) {
        super(tag);
    }

    @Override
    void write(Encoder out, Object value) {
        if (value instanceof Optional<?> optional) {
            out.write(optional.orElse(null));
            return;
        }
        writeEntry(out, (Map.Entry<?, ?>) value);
    }

    /** Key and value; of what cannot travel it is said in which of them it is. */
    static void writeEntry(Encoder out, Map.Entry<?, ?> entry) {
        boolean inKey = true;
        try {
            out.write(entry.getKey());
            inKey = false;
            out.write(entry.getValue());
        } catch (Refusal refusal) {
            throw refusal.within(entry.getKey(), inKey);
        }
    }

    @Override
    Object read(Decoder in, int number) {
        Object first = in.read();
        if (tag == Tag.OPTIONAL) {
            return Optional.ofNullable(first);
        }
        Object second = in.read();
        return switch (tag) {
            case ENTRY -> Map.entry(first, second);
            case SIMPLE_ENTRY -> new AbstractMap.SimpleEntry<@Nullable Object, @Nullable Object>(first, second);
            default -> new AbstractMap.SimpleImmutableEntry<@Nullable Object, @Nullable Object>(first, second);
        };
    }
}
