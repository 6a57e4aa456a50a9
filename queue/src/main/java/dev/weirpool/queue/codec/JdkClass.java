package dev.weirpool.queue.codec;

import java.lang.reflect.Modifier;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes the JDK's private classes by what they do, since their names change from release to release: those behind
 * {@code List.of}, {@code Collections.unmodifiableList}, {@code subList}, {@code keySet} and the like. They are made
 * again by the public methods that made them, or become the plain collection they are a view of.
 */
final class JdkClass {
    private JdkClass() {}

    /** Returns the tag for a JDK class that has none by its name, or refuses it. */
    static Tag tag(Class<?> type) {
        Tag tag = comparator(type);
        if (tag == null) {
            tag = value(type);
        }
        if (tag == null && type.getName().startsWith("java.util.") && !Modifier.isPublic(type.getModifiers())) {
            tag = collection(type);
        }
        if (tag == null) {
            throw Refusal.of(type, Remedy.of(type));
        }
        return tag;
    }

    static @Nullable Tag comparator(Class<?> type) {
        boolean known = type == Comparator.naturalOrder().getClass()
                || type == Comparator.reverseOrder().getClass()
                || type == String.CASE_INSENSITIVE_ORDER.getClass()
                || type.getName().equals("java.util.Collections$ReverseComparator2");
        return known ? Tag.COMPARATOR : null;
    }

    private static @Nullable Tag value(Class<?> type) {
        if (Path.class.isAssignableFrom(type)) {
            return Tag.PATH;
        }
        if (Charset.class.isAssignableFrom(type)) {
            return Tag.CHARSET;
        }
        return EnumSet.class.isAssignableFrom(type) ? Tag.ENUM_SET : null;
    }

    private static @Nullable Tag collection(Class<?> type) {
        String name = type.getName();
        if (name.startsWith("java.util.ImmutableCollections$")) {
            return choose(type, Tag.IMMUTABLE_LIST, Tag.IMMUTABLE_SET, null, null, Tag.IMMUTABLE_MAP, null, null);
        }
        if (name.startsWith("java.util.Collections$Unmodifiable")) {
            return choose(
                    type,
                    Tag.UNMODIFIABLE_LIST,
                    Tag.UNMODIFIABLE_SET,
                    Tag.UNMODIFIABLE_SORTED_SET,
                    Tag.UNMODIFIABLE_COLLECTION,
                    Tag.UNMODIFIABLE_MAP,
                    Tag.UNMODIFIABLE_SORTED_MAP,
                    Tag.IMMUTABLE_ENTRY);
        }
        if (name.startsWith("java.util.Collections$Synchronized")) {
            return choose(
                    type,
                    Tag.SYNCHRONIZED_LIST,
                    Tag.SYNCHRONIZED_SET,
                    Tag.SYNCHRONIZED_SORTED_SET,
                    Tag.SYNCHRONIZED_COLLECTION,
                    Tag.SYNCHRONIZED_MAP,
                    Tag.SYNCHRONIZED_SORTED_MAP,
                    null);
        }
        // a view, which has no life of its own: subList, keySet, values, entrySet, headMap, newSetFromMap
        return choose(
                type,
                Tag.ARRAY_LIST,
                Tag.LINKED_HASH_SET,
                Tag.TREE_SET,
                Tag.ARRAY_LIST,
                Tag.LINKED_HASH_MAP,
                Tag.TREE_MAP,
                Tag.SIMPLE_ENTRY);
    }

    private static @Nullable Tag choose(
            Class<?> type,
            @Nullable Tag list,
            @Nullable Tag set,
            @Nullable Tag sortedSet,
            @Nullable Tag collection,
            @Nullable Tag map,
            @Nullable Tag sortedMap,
            @Nullable Tag entry) {
        if (Queue.class.isAssignableFrom(type)) {
            return null;
        }
        if (List.class.isAssignableFrom(type)) {
            return list;
        }
        if (SortedSet.class.isAssignableFrom(type)) {
            return sortedSet;
        }
        if (Set.class.isAssignableFrom(type)) {
            return set;
        }
        if (Collection.class.isAssignableFrom(type)) {
            return collection;
        }
        if (SortedMap.class.isAssignableFrom(type)) {
            return sortedMap;
        }
        if (Map.class.isAssignableFrom(type)) {
            return map;
        }
        return Map.Entry.class.isAssignableFrom(type) ? entry : null;
    }
}
