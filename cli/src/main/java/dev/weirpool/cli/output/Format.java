package dev.weirpool.cli.output;

import com.google.gson.stream.JsonWriter;
import dev.weirpool.queue.Progress;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** In which form something is printed. */
public enum Format {
    /** For people. */
    TABLE,
    /** One JSON value. */
    JSON,
    /** One JSON value on each line. */
    JSONL;

    private static final int MOST_IN_CELL = 100;

    public boolean isJson() {
        return this != TABLE;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Prints things of one kind, a row for each. */
    public <T> void rows(PrintStream out, List<Column<T>> columns, List<T> things) {
        switch (this) {
            case TABLE -> table(out, Column.narrow(columns), things);
            case JSON ->
                out.println(json(
                        things.stream().map(thing -> values(columns, thing)).toList(), "  "));
            case JSONL -> things.forEach(thing -> out.println(json(values(columns, thing), "")));
        }
    }

    /** Prints one thing, a line for each of its values. */
    public <T> void one(PrintStream out, List<Column<T>> columns, T thing) {
        if (isJson()) {
            out.println(json(values(columns, thing), this == JSON ? "  " : ""));
            return;
        }
        var width = columns.stream()
                .mapToInt(column -> column.name().length())
                .max()
                .orElse(0);
        for (var column : Column.narrow(columns)) {
            var name = column.name().replace('_', ' ');
            out.println(name + " ".repeat(width - name.length()) + "  "
                    + Plain.of(column.value().apply(thing)));
        }
    }

    /** Prints one JSON value; not for tables. */
    public void value(PrintStream out, Object value) {
        out.println(json(value, this == JSON ? "  " : ""));
    }

    /** The values of one thing by name, as they go into JSON. */
    public static <T> Map<String, @Nullable Object> values(List<Column<T>> columns, T thing) {
        var values = new LinkedHashMap<String, @Nullable Object>();
        columns.forEach(column -> values.put(column.name(), column.value().apply(thing)));
        return values;
    }

    private static <T> void table(PrintStream out, List<Column<T>> columns, List<T> things) {
        var rows = new ArrayList<List<String>>();
        rows.add(columns.stream().map(Column::heading).toList());
        for (var thing : things) {
            rows.add(columns.stream()
                    .map(column -> cut(Plain.of(column.value().apply(thing))))
                    .toList());
        }
        var widths = new int[columns.size()];
        var isText = new boolean[columns.size()];
        for (var i = 0; i < widths.length; i++) {
            var at = i;
            widths[i] =
                    rows.stream().mapToInt(row -> row.get(at).length()).max().orElse(0);
            isText[i] = things.stream()
                    .anyMatch(thing -> isText(columns.get(at).value().apply(thing)));
        }
        rows.forEach(row -> out.println(line(row, widths, isText)));
    }

    private static String line(List<String> row, int[] widths, boolean[] isText) {
        var line = new StringBuilder();
        for (var i = 0; i < widths.length; i++) {
            var padding = " ".repeat(widths[i] - row.get(i).length());
            line.append(i == 0 ? "" : "  ").append(isText[i] ? row.get(i) + padding : padding + row.get(i));
        }
        return line.toString().stripTrailing();
    }

    private static boolean isText(@Nullable Object value) {
        var present = value instanceof Optional<?> optional ? optional.orElse(null) : value;
        return present instanceof String
                || present instanceof Progress
                || present instanceof Enum<?>
                || present instanceof List<?>;
    }

    private static String cut(String cell) {
        return cell.length() <= MOST_IN_CELL ? cell : cell.substring(0, MOST_IN_CELL - 3) + "...";
    }

    /** As JSON, indented by {@code indent} or all on one line; nothing in it steers a terminal. */
    static String json(@Nullable Object value, String indent) {
        var text = new StringWriter();
        try (var writer = new JsonWriter(text)) {
            writer.setHtmlSafe(false);
            writer.setIndent(indent);
            write(writer, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // within strings only: elsewhere JSON has no such characters but line breaks
        return text.toString()
                .codePoints()
                .mapToObj(c -> c != '\n' && Plain.isObeyed(c) ? unicode(c) : Character.toString(c))
                .collect(Collectors.joining());
    }

    private static String unicode(int c) {
        return Character.toString(c)
                .chars()
                .mapToObj(unit -> String.format(Locale.ROOT, "\\u%04x", unit))
                .collect(Collectors.joining());
    }

    private static void write(JsonWriter out, @Nullable Object value) throws IOException {
        if (value == null) {
            out.nullValue();
        } else if (value instanceof Optional<?> optional) {
            write(out, optional.orElse(null));
        } else if (value instanceof Number number) {
            out.value(number);
        } else if (value instanceof Boolean truth) {
            out.value(truth);
        } else if (value instanceof Column.Bytes bytes) {
            out.value(bytes.count());
        } else if (value instanceof Duration duration) {
            out.value(duration.toMillis() / 1000.0);
        } else if (value instanceof Instant moment) {
            out.value(moment.toString());
        } else if (value instanceof Enum<?> constant) {
            out.value(constant.toString());
        } else if (value instanceof Progress progress) {
            out.beginObject();
            out.name("done").value(progress.done());
            out.name("total").value(progress.total());
            out.name("note").value(progress.note());
            out.name("at").value(progress.at().toString());
            out.endObject();
        } else if (value instanceof List<?> list) {
            out.beginArray();
            for (var each : list) {
                write(out, each);
            }
            out.endArray();
        } else if (value instanceof Map<?, ?> map) {
            out.beginObject();
            for (var entry : map.entrySet()) {
                out.name(String.valueOf(entry.getKey()));
                write(out, entry.getValue());
            }
            out.endObject();
        } else {
            out.value(value.toString());
        }
    }
}
