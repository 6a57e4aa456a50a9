package dev.weirpool.queue.codec;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/** Collections with a comparator, which comes first. */
final class SortedForm extends Form {
    SortedForm(Tag tag) {
        super(tag);
    }

    @Override
    void write(Encoder out, Object value) {
        Comparator<?> comparator =
                value instanceof PriorityQueue<?> queue ? queue.comparator() : ((SortedSet<?>) value).comparator();
        writeComparator(out, comparator);
        ObjectsForm.writeAll(out, ((Collection<?>) value).toArray());
    }

    static void writeComparator(Encoder out, @Nullable Comparator<?> comparator) {
        try {
            out.write(comparator);
        } catch (Refusal refusal) {
            throw refusal.within("comparator");
        }
    }

    @Override
    Object read(Decoder in, int number) {
        Object comparator = in.read();
        @Nullable Object[] elements = ObjectsForm.readAll(in, Effort.Search.BY_ORDER);
        Collection<@Nullable Object> collection = empty(asComparator(comparator));
        Collections.addAll(collection, elements);
        return switch (tag) {
            case UNMODIFIABLE_SORTED_SET -> Collections.unmodifiableNavigableSet((TreeSet<?>) collection);
            case SYNCHRONIZED_SORTED_SET -> Collections.synchronizedNavigableSet((TreeSet<?>) collection);
            default -> collection;
        };
    }

    @SuppressWarnings("unchecked")
    static @Nullable Comparator<@Nullable Object> asComparator(@Nullable Object comparator) {
        return (Comparator<@Nullable Object>) comparator;
    }

    private Collection<@Nullable Object> empty(@Nullable Comparator<@Nullable Object> comparator) {
        return switch (tag) {
            case SKIP_LIST_SET -> new ConcurrentSkipListSet<>(comparator);
            case PRIORITY_QUEUE -> new PriorityQueue<>(comparator);
            default -> new TreeSet<>(comparator);
        };
    }
}
