package dev.weirpool.queue.codec;

/**
 * What an object of the application consists of, as its writer saw it: written once per message and class.
 *
 * @param contents what follows the fields
 * @param fields the names of the fields, in the order of their values
 */
record Description(Contents contents, String[] fields) {
  /** What an object holds besides its fields, because it extends a collection or map of the JDK. */
  enum Contents {
    NOTHING,
    ELEMENTS,
    ENTRIES
  }

  void write(Encoder out) {
    out.writeByte(contents.ordinal());
    out.writeCount(fields.length);
    for (String field : fields) {
      out.writeText(field);
    }
  }

  static Description read(Decoder in) {
    int contents = in.readByte();
    if (contents < 0 || contents > 2) {
      throw new DecodingException("unknown kind of class " + contents);
    }
    String[] fields = new String[in.readCount(1)];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = in.readText();
    }
    return new Description(Contents.values()[contents], fields);
  }
}
