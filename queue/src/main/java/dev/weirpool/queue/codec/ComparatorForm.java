package dev.weirpool.queue.codec;

import java.util.Collections;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** The JDK's comparators that can be recognized: natural and reverse order, ignoring case, another one reversed. */
final class ComparatorForm extends Form {
    private static final int REVERSED = 3;

    ComparatorForm() {
        super(Tag.COMPARATOR);
    }

    @Override
    void write(Encoder out, Object value) {
        Comparator<?> comparator = (Comparator<?>) value;
        if (comparator == Comparator.naturalOrder()) {
            out.writeByte(0);
        } else if (comparator == Comparator.reverseOrder()) {
            out.writeByte(1);
        } else if (comparator == String.CASE_INSENSITIVE_ORDER) {
            out.writeByte(2);
        } else {
            out.writeByte(REVERSED);
            out.write(comparator.reversed());
        }
    }

    @Override
    Object read(Decoder in, int number) {
        int kind = in.readByte();
        return switch (kind) {
            case 0 -> Comparator.naturalOrder();
            case 1 -> Comparator.reverseOrder();
            case 2 -> String.CASE_INSENSITIVE_ORDER;
            case REVERSED -> reversed(in.read(), in);
            default -> throw new DecodingException("unknown comparator " + kind);
        };
    }

    private static Object reversed(@Nullable Object comparator, Decoder in) {
        if (comparator instanceof Lost gone) {
            return in.lose(gone);
        }
        return Collections.reverseOrder((Comparator<?>) comparator);
    }
}
