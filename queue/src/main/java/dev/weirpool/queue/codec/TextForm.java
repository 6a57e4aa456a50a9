package dev.weirpool.queue.codec;

/** Long strings, string builders, and the plain {@link Object} that people lock on. */
@SuppressWarnings({"JdkObsolete", "UnnecessaryStringBuilder"}) // they are what was written
final class TextForm extends Form {
    TextForm(Tag tag) {
        super(tag);
    }

    @Override
    void write(Encoder out, Object value) {
        if (tag != Tag.PLAIN_OBJECT) {
            out.writeText(value.toString());
        }
    }

    @Override
    Object read(Decoder in, int number) {
        return switch (tag) {
            case LONG_STRING -> in.readText();
            case STRING_BUILDER -> new StringBuilder(in.readText());
            case STRING_BUFFER -> new StringBuffer(in.readText());
            default -> new Object();
        };
    }
}
