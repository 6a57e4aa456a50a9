package dev.weirpool.queue.codec;

import java.util.BitSet;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.TimeZone;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Mutable objects that hold only numbers. */
@SuppressWarnings("JavaUtilDate") // people use them
final class MutableForm extends Form {
    MutableForm(Tag tag) {
        super(tag);
    }

    @Override
    void write(Encoder out, Object value) {
        switch (tag) {
            case ATOMIC_BOOLEAN -> out.writeByte(((AtomicBoolean) value).get() ? 1 : 0);
            case ATOMIC_INTEGER -> out.writeInt(((AtomicInteger) value).get());
            case ATOMIC_LONG -> out.writeLong(((AtomicLong) value).get());
            case LONG_ADDER -> out.writeLong(((LongAdder) value).sum());
            case DATE -> out.writeLong(((Date) value).getTime());
            case GREGORIAN_CALENDAR -> write(out, (GregorianCalendar) value);
            default -> out.writeBytes(((BitSet) value).toByteArray());
        }
    }

    private static void write(Encoder out, GregorianCalendar calendar) {
        out.writeLong(calendar.getTimeInMillis());
        out.writeLong(calendar.getGregorianChange().getTime());
        out.writeByte(calendar.isLenient() ? 1 : 0);
        out.writeInt(calendar.getFirstDayOfWeek());
        out.writeInt(calendar.getMinimalDaysInFirstWeek());
        out.write(calendar.getTimeZone());
    }

    @Override
    Object read(Decoder in, int number) {
        return switch (tag) {
            case ATOMIC_BOOLEAN -> new AtomicBoolean(in.readByte() != 0);
            case ATOMIC_INTEGER -> new AtomicInteger(in.readInt());
            case ATOMIC_LONG -> new AtomicLong(in.readLong());
            case LONG_ADDER -> {
                LongAdder adder = new LongAdder();
                adder.add(in.readLong());
                yield adder;
            }
            case DATE -> new Date(in.readLong());
            case GREGORIAN_CALENDAR -> readCalendar(in);
            default -> BitSet.valueOf(in.readBytes());
        };
    }

    private static GregorianCalendar readCalendar(Decoder in) {
        GregorianCalendar calendar = new GregorianCalendar();
        long millis = in.readLong();
        calendar.setGregorianChange(new Date(in.readLong()));
        calendar.setLenient(in.readByte() != 0);
        calendar.setFirstDayOfWeek(in.readInt());
        calendar.setMinimalDaysInFirstWeek(in.readInt());
        calendar.setTimeZone((TimeZone) in.read());
        calendar.setTimeInMillis(millis);
        return calendar;
    }
}
