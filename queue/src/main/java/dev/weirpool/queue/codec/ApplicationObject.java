package dev.weirpool.queue.codec;

/** Reads the beginning of any object of the application, up to where its class is known. */
final class ApplicationObject extends Form {
    ApplicationObject() {
        super(Tag.OBJECT);
    }

    @Override
    void write(Encoder out, Object value) {
        throw new AssertionError("made for reading");
    }

    @Override
    Object read(Decoder in, int number) {
        ClassMention mention = in.readClass();
        Description description = mention.description();
        if (description == null) {
            description = Description.read(in);
            mention.describe(description);
        }
        Class<?> type = in.load(mention);
        if (type == null) {
            return readLost(in, mention, description);
        }
        return form(in, type).read(in, number, description);
    }

    private static ApplicationForm form(Decoder in, Class<?> type) {
        try {
            if (in.form(type) instanceof ApplicationForm form) {
                return form;
            }
        } catch (Refusal refusal) {
            throw new DecodingException(String.valueOf(refusal.asException().getMessage()), refusal);
        }
        throw new DecodingException(
                type.getName() + " is not the class of an ordinary object here, but was to the writer");
    }

    private static Object readLost(Decoder in, ClassMention mention, Description description) {
        for (int i = 0; i < description.fields().size(); i++) {
            in.read();
        }
        if (description.contents() == Description.Contents.ELEMENTS) {
            ObjectsForm.readAll(in);
        } else if (description.contents() == Description.Contents.ENTRIES) {
            MapForm.readAll(in, Effort.Search.BY_ORDER);
        }
        return new Lost("there is no class " + mention.name() + " here, but the message contains one");
    }
}
