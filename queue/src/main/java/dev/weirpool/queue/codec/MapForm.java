package dev.weirpool.queue.codec;

import java.util.Collections;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Mutable maps that are made empty and then filled. */
@SuppressWarnings("JdkObsolete") // people use Hashtable, and Properties is one
final class MapForm extends Form {
    MapForm(Tag tag) {
        super(tag);
    }

    @Override
    void write(Encoder out, Object value) {
        if (value instanceof Properties properties
                && !properties.keySet().containsAll(properties.stringPropertyNames())) {
            throw new Refusal(
                    value.getClass(), "has defaults, which cannot be read", "copy all of it into new Properties");
        }
        writeAll(out, (Map<?, ?>) value);
    }

    static void writeAll(Encoder out, Map<?, ?> map) {
        // one look at the whole, as the number comes first and a concurrent map may change
        Object[] entries = map.entrySet().toArray();
        out.writeCount(entries.length);
        for (Object each : entries) {
            PairForm.writeEntry(out, (Map.Entry<?, ?>) each);
        }
    }

    @Override
    Object read(Decoder in, int number) {
        int count = in.readCount(2);
        Map<@Nullable Object, @Nullable Object> map = empty(2 * Math.min(count, CollectionForm.ROOM));
        in.keep(number, map);
        Effort.Keys keys = in.keys(count, Effort.Search.BY_HASH);
        for (int i = 0; i < count; i++) {
            Object key = in.readKey(keys);
            map.put(key, in.read());
        }
        return map;
    }

    /** Reads entries as an array of key, value, key, value. */
    static @Nullable Object[] readAll(Decoder in, Effort.Search search) {
        int count = in.readCount(2);
        @Nullable Object[] entries = new @Nullable Object[2 * count];
        Effort.Keys keys = in.keys(count, search);
        for (int i = 0; i < entries.length; i += 2) {
            entries[i] = in.readKey(keys);
            entries[i + 1] = in.read();
        }
        return entries;
    }

    static void putAll(@Nullable Object[] entries, Map<@Nullable Object, @Nullable Object> map) {
        for (int i = 0; i < entries.length; i += 2) {
            map.put(entries[i], entries[i + 1]);
        }
    }

    private Map<@Nullable Object, @Nullable Object> empty(int room) {
        return switch (tag) {
            case HASH_MAP -> new HashMap<>(room);
            case LINKED_HASH_MAP -> new LinkedHashMap<>(room);
            case CONCURRENT_HASH_MAP -> new ConcurrentHashMap<>(room);
            case HASHTABLE -> new Hashtable<>(room);
            case PROPERTIES -> new Properties();
            default -> Collections.synchronizedMap(new LinkedHashMap<>(room));
        };
    }
}
