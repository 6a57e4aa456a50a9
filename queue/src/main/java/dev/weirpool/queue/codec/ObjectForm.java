package dev.weirpool.queue.codec;

import dev.weirpool.queue.codec.Description.Contents;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import org.objenesis.instantiator.ObjectInstantiator;

/** Objects of an ordinary class of the application, also of one that extends a collection or map of the JDK. */
final class ObjectForm extends ApplicationForm {
    private final Contents contents;
    /** Made by the first reader; writers need none. */
    private volatile @Nullable ObjectInstantiator<?> birth;

    ObjectForm(Class<?> type) {
        super(type, ObjectField.ofObject(type), contents(type));
        this.contents = contents(type);
        if (hasTransientField(type) && hasHook(type)) {
            throw new Refusal(
                    type,
                    "has transient fields that only Java serialization restores",
                    "give the codec a Surrogate for it");
        }
    }

    private static Contents contents(Class<?> type) {
        Class<?> base = type.getSuperclass();
        while (base != null && !ClassNames.isJdk(base)) {
            base = base.getSuperclass();
        }
        if (base == null || base == Object.class) {
            return Contents.NOTHING;
        }
        boolean collection = Collection.class.isAssignableFrom(base);
        boolean map = Map.class.isAssignableFrom(base);
        if (!collection && !map && hasFields(base)) {
            throw new Refusal(type, "extends " + base.getName() + " and cannot travel", Remedy.of(base));
        }
        if ((!collection && !map) || Modifier.isAbstract(base.getModifiers())) {
            return Contents.NOTHING;
        }
        if (Birth.constructor(type) == null) {
            throw new Refusal(
                    type,
                    "extends " + base.getName() + " and has no constructor without parameters",
                    "copy it into a plain " + base.getName());
        }
        return collection ? Contents.ELEMENTS : Contents.ENTRIES;
    }

    /** Does the JDK class have fields, which we could neither read nor write? */
    private static boolean hasFields(Class<?> base) {
        for (Class<?> each = base; each != null; each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean hasTransientField(Class<?> type) {
        for (Class<?> each = type; !ClassNames.isJdk(each); each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (Modifier.isTransient(field.getModifiers()) && !Modifier.isStatic(field.getModifiers())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean hasHook(Class<?> type) {
        for (Class<?> each = type; !ClassNames.isJdk(each); each = each.getSuperclass()) {
            for (Method method : each.getDeclaredMethods()) {
                String name = method.getName();
                if (name.equals("writeReplace") || name.equals("writeObject") || name.equals("writeExternal")) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    void write(Encoder out, Object value) {
        super.write(out, value);
        if (contents == Contents.NOTHING) {
            return;
        }
        if ((value instanceof SortedSet<?> set && set.comparator() != null)
                || (value instanceof SortedMap<?, ?> map && map.comparator() != null)
                || (value instanceof PriorityQueue<?> queue && queue.comparator() != null)) {
            throw new Refusal(type, "has a comparator that would be lost", "copy it into the collection it extends");
        }
        if (contents == Contents.ELEMENTS) {
            ObjectsForm.writeAll(out, ((Collection<?>) value).toArray());
        } else {
            MapForm.writeAll(out, (Map<?, ?>) value);
        }
    }

    @Override
    Object read(Decoder in, int number, Description theirs) {
        Object object = birth().newInstance();
        in.keep(number, object);
        for (int ours : match(theirs)) {
            if (ours < 0) {
                in.skip();
            } else {
                fields[ours].set(object, in.read());
            }
        }
        if (theirs.contents() == Contents.ELEMENTS) {
            addElements(object, ObjectsForm.readAll(in, search(object)));
        } else if (theirs.contents() == Contents.ENTRIES) {
            addEntries(object, MapForm.readAll(in, search(object)));
        }
        return object;
    }

    private static Effort.Search search(Object object) {
        boolean isSorted = object instanceof SortedSet<?>
                || object instanceof SortedMap<?, ?>
                || object instanceof PriorityQueue<?>;
        return isSorted || object instanceof List<?> || object instanceof Deque<?>
                ? Effort.Search.BY_ORDER
                : Effort.Search.BY_HASH;
    }

    private ObjectInstantiator<?> birth() {
        ObjectInstantiator<?> here = birth;
        if (here == null) {
            here = Birth.of(type);
            birth = here;
        }
        return here;
    }

    @SuppressWarnings("unchecked")
    private void addElements(Object object, @Nullable Object[] elements) {
        if (contents != Contents.ELEMENTS) {
            throw new DecodingException(type.getName() + " was a collection to the writer and is none here");
        }
        Collection<@Nullable Object> collection = (Collection<@Nullable Object>) object;
        // its constructor may have put some in, as the one of new ArrayList<>() {{ add(1); }} does
        collection.clear();
        collection.addAll(Arrays.asList(elements));
    }

    @SuppressWarnings("unchecked")
    private void addEntries(Object object, @Nullable Object[] entries) {
        if (contents != Contents.ENTRIES) {
            throw new DecodingException(type.getName() + " was a map to the writer and is none here");
        }
        Map<@Nullable Object, @Nullable Object> map = (Map<@Nullable Object, @Nullable Object>) object;
        map.clear();
        MapForm.putAll(entries, map);
    }
}
