package dev.weirpool.queue;

import java.lang.reflect.Executable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Arguments given as text, turned into what a method's parameters ask for. */
final class TextArguments {

    private static final Map<Class<?>, Function<String, Object>> READERS = Map.ofEntries(
            Map.entry(int.class, Integer::valueOf),
            Map.entry(Integer.class, Integer::valueOf),
            Map.entry(long.class, Long::valueOf),
            Map.entry(Long.class, Long::valueOf),
            Map.entry(double.class, Double::valueOf),
            Map.entry(Double.class, Double::valueOf),
            Map.entry(float.class, Float::valueOf),
            Map.entry(Float.class, Float::valueOf),
            Map.entry(short.class, Short::valueOf),
            Map.entry(Short.class, Short::valueOf),
            Map.entry(byte.class, Byte::valueOf),
            Map.entry(Byte.class, Byte::valueOf),
            Map.entry(boolean.class, TextArguments::bool),
            Map.entry(Boolean.class, TextArguments::bool),
            Map.entry(BigInteger.class, BigInteger::new),
            Map.entry(BigDecimal.class, BigDecimal::new),
            Map.entry(Path.class, Path::of),
            Map.entry(URI.class, URI::create),
            Map.entry(UUID.class, UUID::fromString),
            Map.entry(Duration.class, Duration::parse),
            Map.entry(Instant.class, Instant::parse),
            Map.entry(LocalDate.class, LocalDate::parse),
            Map.entry(LocalDateTime.class, LocalDateTime::parse));

    private TextArguments() {}

    static @Nullable Object[] convert(Executable method, @Nullable Object[] arguments) {
        var parameters = method.getParameters();
        var converted = new Object[arguments.length];
        for (var i = 0; i < arguments.length; i++) {
            var type = parameters[i].getType();
            converted[i] = arguments[i] instanceof String text && type != String.class
                    ? read(text, type, parameters[i].getName())
                    : arguments[i];
        }
        return converted;
    }

    /** Refuses arguments that the method would refuse when it is called. */
    static void check(Executable method, @Nullable Object[] arguments) {
        var converted = convert(method, arguments);
        var parameters = method.getParameters();
        for (var i = 0; i < converted.length; i++) {
            var type = parameters[i].getType();
            var value = converted[i];
            if (value == null ? type.isPrimitive() : !type.isPrimitive() && !type.isInstance(value)) {
                throw new IllegalArgumentException("parameter " + parameters[i].getName() + " of type "
                        + type.getSimpleName() + " cannot be "
                        + (value == null
                                ? "null"
                                : "of type " + value.getClass().getSimpleName()));
            }
        }
    }

    private static Object read(String text, Class<?> type, String parameter) {
        if (type.isInstance(text)) {
            return text; // Object, CharSequence
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .filter(constant -> ((Enum<?>) constant).name().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(() -> unreadable(text, type, parameter, null));
        }
        var reader = READERS.get(type);
        if (reader == null) {
            throw unreadable(text, type, parameter, null);
        }
        try {
            return reader.apply(text);
        } catch (RuntimeException e) {
            throw unreadable(text, type, parameter, e);
        }
    }

    private static Object bool(String text) {
        if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
            return Boolean.valueOf(text);
        }
        throw new IllegalArgumentException("neither true nor false");
    }

    private static IllegalArgumentException unreadable(
            String text, Class<?> type, String parameter, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "cannot read '" + text + "' as " + type.getSimpleName() + " for parameter " + parameter, cause);
    }
}
