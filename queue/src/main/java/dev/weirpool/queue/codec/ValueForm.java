package dev.weirpool.queue.codec;

import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Currency;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TimeZone;
import java.util.UUID;
import java.util.regex.Pattern;

/** Immutable values of the JDK outside {@code java.time}. */
final class ValueForm extends Form {
    /** A longer one may take its reader minutes to compile. */
    private static final int MOST_PATTERN = 1 << 15;

    ValueForm(Tag tag) {
        super(tag);
    }

    @Override
    void write(Encoder out, Object value) {
        switch (tag) {
            case BIG_INTEGER -> out.writeBytes(((BigInteger) value).toByteArray());
            case BIG_DECIMAL -> {
                out.writeBytes(((BigDecimal) value).unscaledValue().toByteArray());
                out.writeInt(((BigDecimal) value).scale());
            }
            case MATH_CONTEXT -> {
                out.writeCount(((MathContext) value).getPrecision());
                out.writeText(((MathContext) value).getRoundingMode().name());
            }
            case UUID -> {
                out.output().writeLong(((UUID) value).getMostSignificantBits());
                out.output().writeLong(((UUID) value).getLeastSignificantBits());
            }
            case PATH -> writePath(out, (Path) value);
            case PATTERN -> {
                if ((((Pattern) value).flags() & Pattern.CANON_EQ) != 0) {
                    throw new Refusal(Pattern.class, "has the flag CANON_EQ and cannot travel", "pass its text");
                }
                if (((Pattern) value).pattern().length() > MOST_PATTERN) {
                    throw new Refusal(
                            Pattern.class,
                            "is longer than " + MOST_PATTERN + " characters and cannot travel",
                            "pass its text");
                }
                out.writeText(((Pattern) value).pattern());
                out.writeInt(((Pattern) value).flags());
            }
            case LOCALE -> writeLocale(out, (Locale) value);
            case CHARSET -> out.writeText(((Charset) value).name());
            case TIME_ZONE -> out.writeText(((TimeZone) value).getID());
            case OPTIONAL_INT -> {
                OptionalInt optional = (OptionalInt) value;
                out.write(optional.isPresent() ? optional.getAsInt() : null);
            }
            case OPTIONAL_LONG -> {
                OptionalLong optional = (OptionalLong) value;
                out.write(optional.isPresent() ? optional.getAsLong() : null);
            }
            case OPTIONAL_DOUBLE -> {
                OptionalDouble optional = (OptionalDouble) value;
                out.write(optional.isPresent() ? optional.getAsDouble() : null);
            }
            default -> out.writeText(value.toString()); // URI, FILE, CURRENCY
        }
    }

    private static void writePath(Encoder out, Path path) {
        if (path.getFileSystem() != FileSystems.getDefault()) {
            throw Refusal.of(path.getClass(), "pass a path of the default file system, or a URI");
        }
        out.writeText(path.toString());
    }

    /** A language tag, or the three parts of one of the old locales that have none, such as no_NO_NY. */
    private static void writeLocale(Encoder out, Locale locale) {
        String languageTag = locale.toLanguageTag();
        boolean exact = Locale.forLanguageTag(languageTag).equals(locale);
        out.writeByte(exact ? 1 : 0);
        out.writeText(exact ? languageTag : locale.getLanguage());
        if (!exact) {
            out.writeText(locale.getCountry());
            out.writeText(locale.getVariant());
        }
    }

    @Override
    Object read(Decoder in, int number) {
        return switch (tag) {
            case BIG_INTEGER -> new BigInteger(in.readBytes());
            case BIG_DECIMAL -> new BigDecimal(new BigInteger(in.readBytes()), in.readInt());
            case MATH_CONTEXT -> new MathContext(in.readUnchecked(), RoundingMode.valueOf(in.readText()));
            case UUID -> new UUID(in.input().readLong(), in.input().readLong());
            case URI -> URI.create(in.readText());
            case PATH -> Path.of(in.readText());
            case FILE -> new File(in.readText());
            case PATTERN -> pattern(in, in.readText(), in.readInt());
            case LOCALE ->
                in.readByte() != 0
                        ? Locale.forLanguageTag(in.readText())
                        : new Locale(in.readText(), in.readText(), in.readText());
            case CURRENCY -> Currency.getInstance(in.readText());
            case CHARSET -> Charset.forName(in.readText());
            case TIME_ZONE -> timeZone(in.readText());
            case OPTIONAL_INT -> in.read() instanceof Integer present ? OptionalInt.of(present) : OptionalInt.empty();
            case OPTIONAL_LONG -> in.read() instanceof Long present ? OptionalLong.of(present) : OptionalLong.empty();
            default -> in.read() instanceof Double present ? OptionalDouble.of(present) : OptionalDouble.empty();
        };
    }

    private static Pattern pattern(Decoder in, String text, int flags) {
        in.compile(text.length());
        // a text of thirty characters could take its compiler a year
        if ((flags & Pattern.CANON_EQ) != 0) {
            throw new DecodingException("a pattern with the flag CANON_EQ cannot travel");
        }
        return Pattern.compile(text, flags);
    }

    private static TimeZone timeZone(String id) {
        TimeZone zone = TimeZone.getTimeZone(id);
        // an unknown zone would silently become GMT
        if (!zone.getID().equals(id)) {
            throw new DecodingException("this JDK has no time zone " + id);
        }
        return zone;
    }
}
