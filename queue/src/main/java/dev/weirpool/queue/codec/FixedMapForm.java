package dev.weirpool.queue.codec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Maps that cannot be changed once made. */
final class FixedMapForm extends Form {
    FixedMapForm(Tag tag) {
        super(tag);
    }

    @Override
    void write(Encoder out, Object value) {
        MapForm.writeAll(out, (Map<?, ?>) value);
    }

    @Override
    Object read(Decoder in, int number) {
        Map<@Nullable Object, @Nullable Object> entries = new LinkedHashMap<>();
        MapForm.putAll(MapForm.readAll(in, Effort.Search.BY_HASH), entries);
        return switch (tag) {
            case IMMUTABLE_MAP -> Map.copyOf(entries);
            case UNMODIFIABLE_MAP -> Collections.unmodifiableMap(entries);
            case EMPTY_MAP -> Collections.emptyMap();
            default -> {
                Map.Entry<@Nullable Object, @Nullable Object> only =
                        entries.entrySet().iterator().next();
                yield Collections.singletonMap(only.getKey(), only.getValue());
            }
        };
    }
}
