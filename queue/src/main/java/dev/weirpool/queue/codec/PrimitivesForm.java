package dev.weirpool.queue.codec;

/** Arrays of primitives, each element in its full width. */
final class PrimitivesForm extends Form {
    PrimitivesForm(Tag tag) {
        super(tag);
    }

    @Override
    void write(Encoder out, Object value) {
        out.writeCount(java.lang.reflect.Array.getLength(value));
        switch (tag) {
            case BYTES -> out.output().writeBytes((byte[]) value);
            case BOOLEANS -> out.output().writeBooleans((boolean[]) value, 0, ((boolean[]) value).length);
            case CHARS -> out.output().writeChars((char[]) value, 0, ((char[]) value).length);
            case SHORTS -> out.output().writeShorts((short[]) value, 0, ((short[]) value).length);
            case INTS -> out.output().writeInts((int[]) value, 0, ((int[]) value).length);
            case LONGS -> out.output().writeLongs((long[]) value, 0, ((long[]) value).length);
            case FLOATS -> out.output().writeFloats((float[]) value, 0, ((float[]) value).length);
            default -> out.output().writeDoubles((double[]) value, 0, ((double[]) value).length);
        }
    }

    @Override
    Object read(Decoder in, int number) {
        return switch (tag) {
            case BYTES -> in.readBytes();
            case BOOLEANS -> in.input().readBooleans(in.readCount(1));
            case CHARS -> in.input().readChars(in.readCount(2));
            case SHORTS -> in.input().readShorts(in.readCount(2));
            case INTS -> in.input().readInts(in.readCount(4));
            case LONGS -> in.input().readLongs(in.readCount(8));
            case FLOATS -> in.input().readFloats(in.readCount(4));
            default -> in.input().readDoubles(in.readCount(8));
        };
    }
}
