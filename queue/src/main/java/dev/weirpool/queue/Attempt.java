package dev.weirpool.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One try of a task, as it is kept with the task: one that did not end well for 30 days, one that did as long as its result, if it has
 * printed anything.
 *
 * @param number from 1
 * @param where the process, for example {@code worker 4711 on build-3}
 * @param outcome what happened, in a line
 * @param details what else is known: {@code stack} of an exception; {@code stdout} and {@code stderr}, the last 64 lines that it
 *     has printed, 8 KiB of each at most, or of a worker that has died the last 64 of all; {@code threads}, taken before it
 *     was killed; {@code hs_err}, where the JVM left its report; {@code peak_rss} in bytes
 */
public record Attempt(int number, Instant endedAt, String where, String outcome, Map<String, String> details) {

    private static final int MAX_TEXT = 32 * 1024;

    public Attempt {
        details = Map.copyOf(details);
    }

    /** As it is stored: a line for each value, with line breaks escaped. */
    public byte[] toBytes() {
        var text = new StringBuilder();
        line(text, "number", Integer.toString(number));
        line(text, "ended", Long.toString(endedAt.toEpochMilli()));
        line(text, "where", where);
        line(text, "outcome", outcome);
        details.forEach((name, value) -> line(text, "+" + name, value));
        return text.toString().getBytes(UTF_8);
    }

    private static void line(StringBuilder text, String name, String value) {
        var capped = value.length() <= MAX_TEXT ? value : value.substring(0, MAX_TEXT) + "...";
        text.append(name)
                .append(' ')
                .append(capped.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r"))
                .append('\n');
    }

    /** Reads what {@link #toBytes} made; whatever is missing is empty. */
    public static Attempt of(byte[] bytes) {
        var values = new LinkedHashMap<String, String>();
        for (var line : new String(bytes, UTF_8).split("\n", -1)) {
            var space = line.indexOf(' ');
            if (space > 0) {
                values.put(line.substring(0, space), unescaped(line.substring(space + 1)));
            }
        }
        var details = new LinkedHashMap<String, String>();
        values.forEach((name, value) -> {
            if (name.startsWith("+")) {
                details.put(name.substring(1), value);
            }
        });
        return new Attempt(
                number(values.get("number")).intValue(),
                Instant.ofEpochMilli(number(values.get("ended"))),
                values.getOrDefault("where", ""),
                values.getOrDefault("outcome", ""),
                details);
    }

    private static Long number(@Nullable String text) {
        return text != null && text.matches("\\d{1,18}") ? Long.valueOf(text) : 0L;
    }

    private static String unescaped(String text) {
        var out = new StringBuilder();
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                i++;
                var next = text.charAt(i);
                out.append(next == 'n' ? '\n' : next == 'r' ? '\r' : next);
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
