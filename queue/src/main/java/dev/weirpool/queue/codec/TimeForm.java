package dev.weirpool.queue.codec;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/** The values of {@code java.time}. */
@SuppressWarnings({"JavaInstantGetSecondsGetNano", "JavaDurationGetSecondsGetNano", "JavaPeriodGetDays"}) // all parts
final class TimeForm extends Form {
    TimeForm(Tag tag) {
        super(tag);
    }

    @Override
    void write(Encoder out, Object value) {
        switch (tag) {
            case INSTANT -> {
                out.writeLong(((Instant) value).getEpochSecond());
                out.writeInt(((Instant) value).getNano());
            }
            case DURATION -> {
                out.writeLong(((Duration) value).toSeconds());
                out.writeInt(((Duration) value).getNano());
            }
            case LOCAL_DATE -> out.writeLong(((LocalDate) value).toEpochDay());
            case LOCAL_TIME -> out.writeLong(((LocalTime) value).toNanoOfDay());
            case LOCAL_DATE_TIME -> write(out, (LocalDateTime) value);
            case ZONE_OFFSET -> out.writeInt(((ZoneOffset) value).getTotalSeconds());
            case ZONE_REGION -> out.writeText(((ZoneId) value).getId());
            case OFFSET_TIME -> {
                out.writeLong(((OffsetTime) value).toLocalTime().toNanoOfDay());
                out.writeInt(((OffsetTime) value).getOffset().getTotalSeconds());
            }
            case OFFSET_DATE_TIME -> {
                write(out, ((OffsetDateTime) value).toLocalDateTime());
                out.writeInt(((OffsetDateTime) value).getOffset().getTotalSeconds());
            }
            case ZONED_DATE_TIME -> {
                write(out, ((ZonedDateTime) value).toLocalDateTime());
                out.writeText(((ZonedDateTime) value).getZone().getId());
                out.writeInt(((ZonedDateTime) value).getOffset().getTotalSeconds());
            }
            case YEAR -> out.writeInt(((Year) value).getValue());
            case YEAR_MONTH -> {
                out.writeInt(((YearMonth) value).getYear());
                out.writeInt(((YearMonth) value).getMonthValue());
            }
            case MONTH_DAY -> {
                out.writeInt(((MonthDay) value).getMonthValue());
                out.writeInt(((MonthDay) value).getDayOfMonth());
            }
            default -> {
                out.writeInt(((Period) value).getYears());
                out.writeInt(((Period) value).getMonths());
                out.writeInt(((Period) value).getDays());
            }
        }
    }

    private static void write(Encoder out, LocalDateTime value) {
        out.writeLong(value.toLocalDate().toEpochDay());
        out.writeLong(value.toLocalTime().toNanoOfDay());
    }

    @Override
    Object read(Decoder in, int number) {
        return switch (tag) {
            case INSTANT -> Instant.ofEpochSecond(in.readLong(), in.readInt());
            case DURATION -> Duration.ofSeconds(in.readLong(), in.readInt());
            case LOCAL_DATE -> LocalDate.ofEpochDay(in.readLong());
            case LOCAL_TIME -> LocalTime.ofNanoOfDay(in.readLong());
            case LOCAL_DATE_TIME -> readDateTime(in);
            case ZONE_OFFSET -> readOffset(in);
            case ZONE_REGION -> ZoneId.of(in.readText());
            case OFFSET_TIME -> OffsetTime.of(LocalTime.ofNanoOfDay(in.readLong()), readOffset(in));
            case OFFSET_DATE_TIME -> OffsetDateTime.of(readDateTime(in), readOffset(in));
            // the offset tells the two passes through the hour apart that is repeated in autumn
            case ZONED_DATE_TIME -> ZonedDateTime.ofLocal(readDateTime(in), readZone(in), readOffset(in));
            case YEAR -> Year.of(in.readInt());
            case YEAR_MONTH -> YearMonth.of(in.readInt(), in.readInt());
            case MONTH_DAY -> MonthDay.of(in.readInt(), in.readInt());
            default -> Period.of(in.readInt(), in.readInt(), in.readInt());
        };
    }

    private static LocalDateTime readDateTime(Decoder in) {
        return LocalDateTime.of(LocalDate.ofEpochDay(in.readLong()), LocalTime.ofNanoOfDay(in.readLong()));
    }

    private static ZoneOffset readOffset(Decoder in) {
        return ZoneOffset.ofTotalSeconds(in.readInt());
    }

    private static ZoneId readZone(Decoder in) {
        return ZoneId.of(in.readText());
    }
}
