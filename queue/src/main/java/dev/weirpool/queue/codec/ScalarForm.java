package dev.weirpool.queue.codec;

/** Boxed primitives. */
final class ScalarForm extends Form {
    ScalarForm(Tag tag) {
        super(tag);
    }

    @Override
    void write(Encoder out, Object value) {
        switch (tag) {
            case BOOLEAN -> out.writeByte((Boolean) value ? 1 : 0);
            case BYTE -> out.writeByte((Byte) value);
            case SHORT -> out.writeInt((Short) value);
            case CHARACTER -> out.writeCount((Character) value);
            case INTEGER -> out.writeInt((Integer) value);
            case LONG -> out.writeLong((Long) value);
            case FLOAT -> out.writeFloat((Float) value);
            default -> out.writeDouble((Double) value);
        }
    }

    @Override
    @SuppressWarnings("StatementSwitchToExpressionSwitch") // the arms of one expression would all be widened to double
    Object read(Decoder in, int number) {
        switch (tag) {
            case BOOLEAN:
                return in.readByte() != 0;
            case BYTE:
                return (byte) in.readByte();
            case SHORT:
                return (short) in.readInt();
            case CHARACTER:
                return (char) in.readUnchecked();
            case INTEGER:
                return in.readInt();
            case LONG:
                return in.readLong();
            case FLOAT:
                return in.readFloat();
            default:
                return in.readDouble();
        }
    }
}
