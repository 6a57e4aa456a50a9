package dev.weirpool.queue.codec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Collections that cannot be changed once made. */
final class FixedForm extends Form {
    FixedForm(Tag tag) {
        super(tag);
    }

    @Override
    void write(Encoder out, Object value) {
        Collection<?> collection = (Collection<?>) value;
        if (tag == Tag.COPIES) {
            // not written out: nCopies is what people use for a million equal items
            out.writeCount(collection.size());
            ObjectsForm.writeAll(
                    out, collection.isEmpty() ? new Object[0] : new Object[] {((List<?>) collection).get(0)});
            return;
        }
        ObjectsForm.writeAll(out, collection.toArray());
    }

    @Override
    Object read(Decoder in, int number) {
        int copies = tag == Tag.COPIES ? in.readUnchecked() : 0;
        boolean isSet = tag == Tag.IMMUTABLE_SET || tag == Tag.UNMODIFIABLE_SET;
        @Nullable Object[] elements = isSet ? ObjectsForm.readAll(in, Effort.Search.BY_HASH) : ObjectsForm.readAll(in);
        in.refer(copies);
        return switch (tag) {
            // the results of Stream.toList may hold nulls and are of the same class as those of List.of
            case IMMUTABLE_LIST ->
                Arrays.asList(elements).contains(null) ? Stream.of(elements).toList() : List.of(elements);
            case IMMUTABLE_SET -> Set.of(elements);
            case UNMODIFIABLE_COLLECTION ->
                Collections.unmodifiableCollection(new ArrayList<>(Arrays.asList(elements)));
            case UNMODIFIABLE_LIST -> Collections.unmodifiableList(new ArrayList<>(Arrays.asList(elements)));
            case UNMODIFIABLE_SET -> Collections.unmodifiableSet(new LinkedHashSet<>(Arrays.asList(elements)));
            case EMPTY_LIST -> Collections.emptyList();
            case EMPTY_SET -> Collections.emptySet();
            case SINGLETON_LIST -> Collections.singletonList(elements[0]);
            case SINGLETON_SET -> Collections.singleton(elements[0]);
            default -> Collections.nCopies(copies, elements.length == 0 ? null : elements[0]);
        };
    }
}
