package dev.weirpool.queue.codec;

import java.util.List;

/**
 * An encoded value as text, as far as that can be told without the classes of the application: none of them is looked for, and nothing
 * of theirs runs.
 */
public final class Preview {

    private static final int MAX_TEXT = 1000;
    private static final int MAX_DEPTH = 50;
    private static final String MORE = "...";

    private final Forms forms = new Forms(AllowList.of(List.of()));
    private final Decoder in = new Decoder(forms);
    private final StringBuilder out = new StringBuilder();
    private int depth;

    private Preview() {}

    /**
     * The value at {@code index} of the array that {@code bytes} hold, cut at 1000 characters; it ends with three dots where it cannot
     * be told how it goes on.
     *
     * @param bytes what {@link Codec#encode} made; the end may be missing
     */
    public static String of(byte[] bytes, int index) {
        var preview = new Preview();
        try {
            preview.open(bytes);
            for (var i = 0; i < index; i++) {
                preview.value();
            }
            preview.out.setLength(0);
            preview.value();
            return preview.out.toString();
        } catch (RuntimeException
                | StackOverflowError e) { // the end is missing, it is damaged, or there is more than is shown
            preview.out.setLength(Math.min(preview.out.length(), MAX_TEXT));
            return preview.out + MORE;
        }
    }

    /** The whole value; if it is a text, that text, without quotation marks and uncut. */
    public static String of(byte[] bytes) {
        var preview = new Preview();
        try {
            preview.in.open(bytes);
            var isText = bytes.length > 1 && (bytes[1] == Tag.STRING.number || bytes[1] == Tag.LONG_STRING.number);
            if (isText) {
                preview.in.readUnchecked();
                return preview.in.readText();
            }
            preview.value();
            return preview.out.toString();
        } catch (RuntimeException | StackOverflowError e) { // as above
            preview.out.setLength(Math.min(preview.out.length(), MAX_TEXT));
            return preview.out + MORE;
        }
    }

    private void open(byte[] bytes) {
        in.open(bytes);
        if (in.readUnchecked() != Tag.OBJECTS.number) {
            throw new DecodingException("not an array");
        }
        in.readCount(1);
    }

    private void value() {
        if (out.length() > MAX_TEXT || ++depth > MAX_DEPTH) {
            throw new DecodingException("there is more than is shown");
        }
        var number = in.readUnchecked();
        if (number == Tag.STRING.number) {
            quoted(in.readText());
        } else if (number == Tag.NULL.number) {
            out.append("null");
        } else if (number == Tag.REFERENCE.number) {
            in.readUnchecked();
            out.append("(see before)");
        } else {
            content(Tag.ofNumber(number));
        }
        depth--;
    }

    private void content(Tag tag) {
        switch (tag.family) {
            case SCALAR, VALUE, TIME -> scalar(tag);
            case TEXT -> text(tag);
            case OBJECTS, COLLECTION -> elements(in.readCount(1), "[", "]");
            case FIXED -> {
                if (tag == Tag.COPIES) {
                    out.append(in.readUnchecked()).append(" times ");
                }
                elements(in.readCount(1), "[", "]");
            }
            case ARRAY -> {
                type();
                elements(in.readCount(1), "[", "]");
            }
            case SORTED -> {
                comparator();
                elements(in.readCount(1), "[", "]");
            }
            case SORTED_MAP -> {
                comparator();
                entries(in.readCount(2));
            }
            case MAP, FIXED_MAP -> entries(in.readCount(2));
            case PRIMITIVES -> primitives(tag);
            case ENUM -> {
                type();
                out.append(in.readText());
            }
            case APPLICATION -> object();
            default -> throw new DecodingException("not shown");
        }
    }

    private void scalar(Tag tag) {
        var before = in.input().position();
        var value = forms.of(tag).read(in, -1);
        // the digits of a number of megabytes take minutes
        if (value instanceof Number && in.input().position() - before > MAX_TEXT) {
            throw new DecodingException("not shown");
        }
        out.append(value);
    }

    private void text(Tag tag) {
        if (tag == Tag.PLAIN_OBJECT) {
            out.append("Object");
        } else {
            quoted(in.readText());
        }
    }

    private void quoted(String text) {
        out.append('"').append(text, 0, Math.min(text.length(), MAX_TEXT)).append('"');
    }

    private void elements(int count, String opening, String closing) {
        out.append(opening);
        for (var i = 0; i < count; i++) {
            out.append(i == 0 ? "" : ", ");
            value();
        }
        out.append(closing);
    }

    private void entries(int count) {
        out.append('{');
        for (var i = 0; i < count; i++) {
            out.append(i == 0 ? "" : ", ");
            value();
            out.append('=');
            value();
        }
        out.append('}');
    }

    /** Passes over the comparator of a sorted collection, if it is none or one of Java's own. */
    private void comparator() {
        var number = in.readUnchecked();
        if (number != Tag.NULL.number && (number != Tag.COMPARATOR.number || in.readByte() > 2)) {
            throw new DecodingException("not shown");
        }
    }

    private void primitives(Tag tag) {
        var array = forms.of(tag).read(in, -1);
        out.append(array.getClass().getComponentType())
                .append('[')
                .append(java.lang.reflect.Array.getLength(array))
                .append(']');
    }

    private void object() {
        var mention = in.readClass();
        var description = mention.description();
        if (description == null) {
            description = Description.read(in);
            mention.describe(description);
        }
        out.append(mention.name());
        fields(description.fields());
        switch (description.contents()) {
            case NOTHING -> {}
            case ELEMENTS -> elements(in.readCount(1), "[", "]");
            case ENTRIES -> entries(in.readCount(2));
        }
    }

    private void fields(List<String> names) {
        out.append('(');
        var separator = "";
        for (var name : names) {
            out.append(separator).append(name).append('=');
            separator = ", ";
            value();
        }
        out.append(')');
    }

    /** Passes over a type, of which no more than the name is needed. */
    private void type() {
        var number = in.readUnchecked();
        while (number == Tag.ARRAY.number) {
            number = in.readUnchecked();
        }
        if (number == Tag.OBJECT.number) {
            in.readClass();
        }
    }
}
