package dev.weirpool.queue.codec;

import org.jspecify.annotations.Nullable;

/** Values that travel as other data: the name of the surrogate's type, then the data. */
final class SurrogateForm extends Form {
    private final @Nullable Surrogate<?, ?> surrogate;

    /** The surrogate is needed only for writing; when reading, the message says which it is. */
    SurrogateForm(@Nullable Surrogate<?, ?> surrogate) {
        super(Tag.SURROGATE);
        this.surrogate = surrogate;
    }

    @Override
    void write(Encoder out, Object value) {
        if (surrogate == null) {
            throw new AssertionError("made for reading");
        }
        out.writeText(surrogate.type().getName());
        out.write(surrogate.toData(value));
    }

    @Override
    Object read(Decoder in, int number) {
        String name = in.readText();
        Object data = in.read();
        Surrogate<?, ?> here = in.forms().surrogate(name);
        if (here == null) {
            return in.lose(new Lost("the codec on this side has no surrogate for " + name));
        }
        if (data == null) {
            throw new DecodingException("the data for " + name + " is missing");
        }
        return data instanceof Lost gone ? in.lose(gone) : here.fromData(data);
    }
}
