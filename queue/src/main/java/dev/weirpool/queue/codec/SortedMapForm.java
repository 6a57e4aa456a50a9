package dev.weirpool.queue.codec;

import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Maps with a comparator, which comes first. */
final class SortedMapForm extends Form {
    SortedMapForm(Tag tag) {
        super(tag);
    }

    @Override
    void write(Encoder out, Object value) {
        SortedForm.writeComparator(out, ((SortedMap<?, ?>) value).comparator());
        MapForm.writeAll(out, (Map<?, ?>) value);
    }

    @Override
    Object read(Decoder in, int number) {
        Object comparator = in.read();
        // all is read before the map is made, as a skipped one may have lost what it needs, and the rest is read on
        @Nullable Object[] entries = MapForm.readAll(in, Effort.Search.BY_ORDER);
        NavigableMap<@Nullable Object, @Nullable Object> map = empty(SortedForm.asComparator(comparator));
        MapForm.putAll(entries, map);
        return switch (tag) {
            case UNMODIFIABLE_SORTED_MAP -> Collections.unmodifiableNavigableMap(map);
            case SYNCHRONIZED_SORTED_MAP -> Collections.synchronizedNavigableMap(map);
            default -> map;
        };
    }

    private NavigableMap<@Nullable Object, @Nullable Object> empty(@Nullable Comparator<@Nullable Object> comparator) {
        return tag == Tag.SKIP_LIST_MAP ? new ConcurrentSkipListMap<>(comparator) : new TreeMap<>(comparator);
    }
}
