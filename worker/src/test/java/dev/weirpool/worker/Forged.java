package dev.weirpool.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** Bytes as somebody would write them who knows the format and means no good. */
final class Forged {
    static final int NULL = 0;
    static final int REFERENCE = 1;
    static final int OBJECT = 2;
    static final int ARRAY = 3;
    static final int ENUM = 4;
    static final int LAMBDA = 5;
    static final int SURROGATE = 6;
    static final int STRING = 7;
    static final int OBJECTS = 17;
    static final int BYTES = 19;
    static final int LONGS = 21;
    static final int STRING_BUILDER = 28;
    static final int ARRAY_LIST = 30;
    static final int HASH_SET = 33;
    static final int PRIORITY_QUEUE = 47;
    static final int HASH_MAP = 61;
    static final int HASHTABLE = 64;
    static final int ENUM_SET = 87;

    private static final byte FORMAT = 1;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Forged() {}

    static Forged value() {
        return new Forged();
    }

    /** The body of a call with one argument, whose bytes follow. */
    static Forged call(String descriptor) {
        return new Forged()
                .number(0)
                .number(FORMAT)
                .number(OBJECTS)
                .number(3)
                .string(descriptor)
                .number(OBJECTS)
                .number(0)
                .number(OBJECTS)
                .number(1);
    }

    /** A tag, a count, or anything else that is a number of as many bytes as it needs. */
    Forged number(int value) {
        var rest = value;
        for (; (rest & ~0x7f) != 0; rest >>>= 7) {
            out.write(rest & 0x7f | 0x80);
        }
        out.write(rest);
        return this;
    }

    Forged numbers(int... values) {
        for (var value : values) {
            number(value);
        }
        return this;
    }

    /** A text without a tag. */
    Forged text(String text) {
        var bytes = text.getBytes(UTF_8);
        return number(bytes.length << 1).raw(bytes);
    }

    Forged string(String text) {
        return number(STRING).text(text);
    }

    /** An object of a class that is mentioned for the first time, with its fields; their values follow. */
    Forged object(String className, String... fields) {
        number(OBJECT).number(0).text(className).number(0).number(fields.length);
        for (var field : fields) {
            text(field);
        }
        return this;
    }

    /** A lambda as it says of itself. */
    Forged lambda(String capturing, String function, String implClass, String implMethod, String implSignature) {
        return number(LAMBDA)
                .number(0)
                .text(capturing)
                .text(function)
                .text("apply")
                .text("(Ljava/lang/Object;)Ljava/lang/Object;")
                .number(6)
                .text(implClass)
                .text(implMethod)
                .text(implSignature)
                .text("(Ljava/lang/Object;)Ljava/lang/Object;")
                .number(0);
    }

    Forged raw(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    Forged repeat(int times, Forged what) {
        var bytes = what.bytes();
        for (var i = 0; i < times; i++) {
            out.writeBytes(bytes);
        }
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
