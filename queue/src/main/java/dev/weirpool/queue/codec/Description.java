package dev.weirpool.queue.codec;

import java.util.Arrays;
import java.util.List;

/**
 * What an object of the application consists of, as its writer saw it: written once per message and class.
 *
 * @param contents what follows the fields
 * @param fields the names of the fields, in the order of their values
 */
record Description(Contents contents, List<String> fields) {
    private static final int MOST_FIELDS = 10_000;

    /** What an object holds besides its fields, because it extends a collection or map of the JDK. */
    enum Contents {
        NOTHING(0),
        ELEMENTS(1),
        ENTRIES(2);

        private final int number;

        Contents(int number) {
            this.number = number;
        }

        private static Contents ofNumber(int number) {
            return switch (number) {
                case 0 -> NOTHING;
                case 1 -> ELEMENTS;
                case 2 -> ENTRIES;
                default -> throw new DecodingException("unknown kind of class " + number);
            };
        }
    }

    void write(Encoder out) {
        out.writeByte(contents.number);
        out.writeCount(fields.size());
        for (String field : fields) {
            out.writeText(field);
        }
    }

    static Description read(Decoder in) {
        Contents contents = Contents.ofNumber(in.readByte());
        String[] fields = new String[in.readCount(1)];
        if (fields.length > MOST_FIELDS) {
            throw new DecodingException("a class of " + fields.length + " fields");
        }
        for (int i = 0; i < fields.length; i++) {
            fields[i] = in.readText();
        }
        return new Description(contents, Arrays.asList(fields));
    }
}
