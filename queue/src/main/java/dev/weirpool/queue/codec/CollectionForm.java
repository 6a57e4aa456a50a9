package dev.weirpool.queue.codec;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.Set;
import java.util.Stack;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;

/** Mutable collections that are made empty and then filled. */
@SuppressWarnings("JdkObsolete") // people use them
final class CollectionForm extends Form {
    /** Counts in a message are no reason to allocate more than this before there are elements. */
    static final int ROOM = 1024;

    CollectionForm(Tag tag) {
        super(tag);
    }

    @Override
    void write(Encoder out, Object value) {
        ObjectsForm.writeAll(out, ((Collection<?>) value).toArray());
    }

    @Override
    Object read(Decoder in, int number) {
        int count = in.readCount(1);
        Collection<@Nullable Object> collection = empty(Math.min(count, ROOM));
        in.keep(number, collection);
        if (tag == Tag.COPY_ON_WRITE_LIST || tag == Tag.COPY_ON_WRITE_SET) {
            @Nullable Object[] elements = new @Nullable Object[count];
            fill(in, elements);
            collection.addAll(Arrays.asList(elements));
            return collection;
        }
        if (collection instanceof Set<?>) {
            Effort.Keys keys = in.keys(count, Effort.Search.BY_HASH);
            for (int i = 0; i < count; i++) {
                collection.add(in.readKey(keys));
            }
            return collection;
        }
        for (int i = 0; i < count; i++) {
            collection.add(in.read());
        }
        return collection;
    }

    private void fill(Decoder in, @Nullable Object[] elements) {
        if (tag == Tag.COPY_ON_WRITE_LIST) {
            ObjectsForm.fill(in, elements);
            return;
        }
        Effort.Keys keys = in.keys(elements.length, Effort.Search.ONE_BY_ONE);
        for (int i = 0; i < elements.length; i++) {
            elements[i] = in.readKey(keys);
        }
    }

    private Collection<@Nullable Object> empty(int room) {
        return switch (tag) {
            case ARRAY_LIST -> new ArrayList<>(room);
            case LINKED_LIST -> new LinkedList<>();
            case ARRAY_DEQUE -> new ArrayDeque<>(room);
            case HASH_SET -> new HashSet<>(2 * room);
            case LINKED_HASH_SET -> new LinkedHashSet<>(2 * room);
            case VECTOR -> new Vector<>(room);
            case STACK -> new Stack<>();
            case COPY_ON_WRITE_LIST -> new CopyOnWriteArrayList<>();
            case COPY_ON_WRITE_SET -> new CopyOnWriteArraySet<>();
            case CONCURRENT_QUEUE -> new ConcurrentLinkedQueue<>();
            case CONCURRENT_DEQUE -> new ConcurrentLinkedDeque<>();
            case CONCURRENT_SET -> ConcurrentHashMap.newKeySet();
            // what is inside the synchronized wrappers cannot be seen; these keep the order
            case SYNCHRONIZED_COLLECTION -> Collections.synchronizedCollection(new ArrayList<>(room));
            case SYNCHRONIZED_LIST -> Collections.synchronizedList(new ArrayList<>(room));
            case SYNCHRONIZED_SET -> Collections.synchronizedSet(new LinkedHashSet<>(2 * room));
            default -> throw new AssertionError(tag);
        };
    }
}
