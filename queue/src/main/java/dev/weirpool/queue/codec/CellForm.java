package dev.weirpool.queue.codec;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** {@link AtomicReference}. */
final class CellForm extends Form {
    CellForm() {
        super(Tag.ATOMIC_REFERENCE);
    }

    @Override
    void write(Encoder out, Object value) {
        out.write(((AtomicReference<?>) value).get());
    }

    @Override
    Object read(Decoder in, int number) {
        AtomicReference<@Nullable Object> cell = new AtomicReference<>();
        in.keep(number, cell);
        cell.set(in.read());
        return cell;
    }
}
