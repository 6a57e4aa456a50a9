package dev.weirpool.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What was measured.
 *
 * @param conditions what it was measured on
 */
public record Report(Map<String, String> conditions, List<Figure> figures) {

    public Report {
        conditions = new LinkedHashMap<>(conditions);
        figures = List.copyOf(figures);
    }

    /** A line for each figure: medians, and how ours compares. */
    public String table() {
        var others = new LinkedHashSet<String>();
        figures.forEach(figure -> others.addAll(figure.samples().keySet()));
        others.remove(Row.OURS);
        var lines = new ArrayList<String>();
        conditions.forEach((name, value) -> lines.add(name + ": " + value));
        lines.add("");
        var head = new StringBuilder(String.format(Locale.ROOT, "%-62s %-10s %12s", "median of each", "", Row.OURS));
        others.forEach(other -> head.append(String.format(Locale.ROOT, " %12s %6s", other, "ratio")));
        lines.add(head.toString());
        for (var figure : figures) {
            var line = new StringBuilder(String.format(Locale.ROOT, "%-62s %-10s", figure.title(), figure.unit())
                    + median(figure, Row.OURS));
            for (var other : others) {
                line.append(median(figure, other));
                line.append(figure.ratio(other)
                        .map(ratio -> String.format(Locale.ROOT, " %6.2f", ratio))
                        .orElse(" ".repeat(7)));
            }
            lines.add(line.toString().stripTrailing());
        }
        return String.join("\n", lines);
    }

    private static String median(Figure figure, String contender) {
        return figure.median(contender)
                .map(value -> String.format(Locale.ROOT, value < 1000 ? " %12.1f" : " %,12.0f", value))
                .orElse(" ".repeat(13));
    }

    /** All samples, as one JSON object. */
    public String json() {
        var rows = figures.stream()
                .map(figure -> "  {\"row\": " + quoted(figure.row()) + ", \"title\": " + quoted(figure.title())
                        + ", \"unit\": " + quoted(figure.unit()) + ", \"samples\": {"
                        + figure.samples().entrySet().stream()
                                .map(samples -> quoted(samples.getKey()) + ": " + numbers(samples.getValue()))
                                .collect(Collectors.joining(", "))
                        + "}}")
                .collect(Collectors.joining(",\n"));
        var about = conditions.entrySet().stream()
                .map(condition -> quoted(condition.getKey()) + ": " + quoted(condition.getValue()))
                .collect(Collectors.joining(", "));
        return "{\"conditions\": {" + about + "},\n \"figures\": [\n" + rows + "\n]}";
    }

    private static String numbers(List<Double> values) {
        return values.stream()
                .map(value -> String.format(Locale.ROOT, value < 1000 ? "%.2f" : "%.0f", value))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
