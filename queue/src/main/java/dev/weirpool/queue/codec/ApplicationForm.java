package dev.weirpool.queue.codec;

import java.util.Arrays;

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
    String[] names = new String[fields.length];
    int[] own = new int[fields.length];
    for (int i = 0; i < fields.length; i++) {
      names[i] = fields[i].name();
      own[i] = i;
    }
    this.description = new Description(contents, names);
    this.matching = new Matching(names, own);
  }

  /** Where each of the writer's fields is among ours; -1 if it is gone. */
  private record Matching(String[] theirs, int[] ours) {}

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
    if (!Arrays.equals(last.theirs, theirs.fields())) {
      last = new Matching(theirs.fields(), find(theirs.fields()));
      matching = last;
    }
    return last.ours;
  }

  private int[] find(String[] names) {
    int[] found = new int[names.length];
    Arrays.fill(found, -1);
    for (int i = 0; i < names.length; i++) {
      for (int j = 0; j < fields.length; j++) {
        if (fields[j].name().equals(names[i])) {
          found[i] = j;
        }
      }
    }
    return found;
  }
}
