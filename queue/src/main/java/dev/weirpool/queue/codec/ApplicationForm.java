package dev.weirpool.queue.codec;

import java.util.ArrayList;
import java.util.List;

/**
 * Objects of one class of the application, by the names of their fields.
 *
 * <p>Reader and writer may be different builds. A field the reader lacks is read and dropped, a field the writer lacked
 * keeps its default.
 */
abstract class ApplicationForm extends Form {
    final Class<?> type;
    final ObjectField[] fields;
    private final Description description;
    /** The fields as the last writer had them, and where each is here; they rarely differ from message to message. */
    private volatile Matching matching;

    ApplicationForm(Class<?> type, ObjectField[] fields, Description.Contents contents) {
        super(Tag.OBJECT);
        this.type = type;
        this.fields = fields;
        List<String> names = new ArrayList<>(fields.length);
        for (ObjectField field : fields) {
            names.add(field.name());
        }
        this.description = new Description(contents, names);
        this.matching = new Matching(description.fields(), fields);
    }

    @Override
    void write(Encoder out, Object value) {
        out.writeClass(type);
        if (out.describes(this)) {
            description.write(out);
        }
        for (ObjectField field : fields) {
            try {
                out.write(field.get(value));
            } catch (Refusal refusal) {
                throw refusal.within(field.owner(), field.name());
            }
        }
    }

    @Override
    final Object read(Decoder in, int number) {
        throw new AssertionError("an ApplicationObject is read first");
    }

    /** Reads an object whose writer had these fields. */
    abstract Object read(Decoder in, int number, Description theirs);

    /** Returns where each of the writer's fields is among ours; -1 if it is gone. */
    final int[] match(Description theirs) {
        Matching last = matching;
        if (!last.theirs.equals(theirs.fields())) {
            last = new Matching(theirs.fields(), fields);
            matching = last;
        }
        return last.ours;
    }

    /** Where each of a writer's fields is among ours. */
    private static final class Matching {
        private final List<String> theirs;
        private final int[] ours;

        Matching(List<String> theirs, ObjectField[] fields) {
            this.theirs = theirs;
            this.ours = new int[theirs.size()];
            for (int i = 0; i < ours.length; i++) {
                ours[i] = indexOf(theirs.get(i), fields);
            }
        }

        private static int indexOf(String name, ObjectField[] fields) {
            for (int i = 0; i < fields.length; i++) {
                if (fields[i].name().equals(name)) {
                    return i;
                }
            }
            return -1;
        }
    }
}
