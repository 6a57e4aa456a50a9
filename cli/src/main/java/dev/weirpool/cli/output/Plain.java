package dev.weirpool.cli.output;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Values as people read them on a terminal. Nothing that was put into Redis can steer the terminal. */
public final class Plain {

    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

    private Plain() {}

    /** A value on one line. */
    public static String of(@Nullable Object value) {
        if (value == null) {
            return "-";
        }
        if (value instanceof Optional<?> optional) {
            return of(optional.orElse(null));
        }
        if (value instanceof Duration duration) {
            return of(duration);
        }
        if (value instanceof Instant moment) {
            return MOMENT.format(moment);
        }
        if (value instanceof Column.Bytes bytes) {
            return bytes(bytes.count());
        }
        if (value instanceof Boolean truth) {
            return truth ? "yes" : "no";
        }
        if (value instanceof Long || value instanceof Integer) {
            return String.format(Locale.ROOT, "%,d", ((Number) value).longValue());
        }
        if (value instanceof Double number) {
            return String.format(Locale.ROOT, "%,.1f", number);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Plain::of).collect(Collectors.joining(", "));
        }
        var text = value.toString();
        return text.isEmpty() ? "-" : line(text);
    }

    /** A duration in its two largest units: {@code 350 ms}, {@code 12.5 s}, {@code 3 min 20 s}, {@code 2 d 4 h}. */
    public static String of(Duration duration) {
        if (duration.isNegative()) {
            return "-" + of(duration.negated());
        }
        if (duration.toSeconds() < 1) {
            return duration.toMillis() + " ms";
        }
        if (duration.toSeconds() < 60) {
            return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
        }
        if (duration.toMinutes() < 60) {
            return duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
        }
        return duration.toHours() < 48
                ? duration.toHours() + " h " + duration.toMinutesPart() + " min"
                : duration.toDays() + " d " + duration.toHoursPart() + " h";
    }

    private static String bytes(long count) {
        if (count == 0) {
            return "-";
        }
        double amount = count;
        var unit = 0;
        while (amount >= 1024 && unit < UNITS.size() - 1) {
            amount /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, amount < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", amount, UNITS.get(unit));
    }

    /** Text with all that a terminal would obey, line breaks too, in the form {@code \\u001b}. */
    public static String line(String text) {
        return escaped(text, false);
    }

    /** Text of several lines, which stay; the rest as for {@link #line}. */
    public static String lines(String text) {
        return escaped(text, true);
    }

    private static String escaped(String text, boolean keepsLines) {
        var out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (keepsLines && (c == '\n' || c == '\t')) {
                out.append((char) c);
            } else if (isObeyed(c)) {
                out.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }

    /** Control characters, those that change the direction of writing, and halves of characters. */
    static boolean isObeyed(int c) {
        var type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.SURROGATE;
    }
}
