package dev.weirpool.metrics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What Prometheus reads, held against its grammar (text format 0.0.4); anything else is refused. */
public final class PrometheusText {
    private static final Pattern META = Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
    private static final Pattern SAMPLE = Pattern.compile(
            "([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (NaN|[+-]Inf|[+-]?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(?:,|$)");
    private static final Set<String> TYPES = Set.of("counter", "gauge", "histogram", "summary", "untyped");

    private final Map<String, String> types = new HashMap<>();
    private final Map<String, Double> samples = new LinkedHashMap<>();
    private final Set<String> names = new HashSet<>();

    public static PrometheusText parse(String text) {
        if (!text.endsWith("\n")) {
            throw new AssertionError("the last line does not end");
        }
        var parsed = new PrometheusText();
        var current = "";
        var ended = new HashSet<String>();
        for (var line : text.split("\n", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            var family = line.startsWith("#") ? parsed.meta(line) : parsed.sample(line);
            if (!family.equals(current)) {
                require(ended.add(family), "the lines of " + family + " are not together: " + line);
                current = family;
            }
        }
        parsed.requireWholeHistograms();
        return parsed;
    }

    private String meta(String line) {
        var meta = META.matcher(line);
        require(meta.matches(), "no comment of a metric: " + line);
        if (meta.group(1).equals("TYPE")) {
            require(TYPES.contains(meta.group(3)), "no type: " + line);
            require(types.put(meta.group(2), meta.group(3)) == null, "a second type: " + line);
        }
        return meta.group(2);
    }

    private String sample(String line) {
        var sample = SAMPLE.matcher(line);
        require(sample.matches(), "no sample: " + line);
        var labels = sample.group(2) == null ? Map.<String, String>of() : labels(sample.group(2), line);
        require(
                samples.put(sample.group(1) + new java.util.TreeMap<>(labels), number(sample.group(3))) == null,
                "a second sample: " + line);
        names.add(sample.group(1));
        var family = family(sample.group(1));
        require(types.containsKey(family), "a sample without a type: " + line);
        return family;
    }

    private String family(String name) {
        for (var suffix : List.of("_bucket", "_sum", "_count")) {
            var base = name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
            var type = types.get(base);
            if (!base.equals(name) && ("histogram".equals(type) || "summary".equals(type))) {
                return base;
            }
        }
        return name;
    }

    private static Map<String, String> labels(String text, String line) {
        var labels = new LinkedHashMap<String, String>();
        var label = LABEL.matcher(text);
        var at = 0;
        while (at < text.length()) {
            require(label.find(at) && label.start() == at, "no label: " + line);
            require(labels.put(label.group(1), label.group(2)) == null, "a second label: " + line);
            at = label.end();
        }
        return labels;
    }

    /** Buckets grow, and the last is what was counted. */
    private void requireWholeHistograms() {
        types.forEach((name, type) -> {
            if (!type.equals("histogram")) {
                return;
            }
            var counts = new HashMap<String, List<Double>>();
            samples.forEach((key, value) -> {
                if (key.startsWith(name + "_bucket{")) {
                    var rest = key.replaceFirst("le=[^,}]+(, )?", "").replaceFirst(", }", "}");
                    counts.computeIfAbsent(rest, none -> new ArrayList<>()).add(value);
                    require(key.contains("le="), "a bucket without a bound: " + key);
                }
            });
            require(!counts.isEmpty(), "a histogram without buckets: " + name);
            counts.forEach((key, values) -> {
                require(values.equals(values.stream().sorted().toList()), "buckets that shrink: " + key + values);
                var count = samples.get(key.replace("_bucket{", "_count{"));
                require(values.get(values.size() - 1).equals(count), "buckets that do not add up: " + key + count);
            });
        });
    }

    private static double number(String text) {
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    /** The value of a sample, its labels in the order of their names, as in {@code name{a=1, b=2}}. */
    public double value(String sample) {
        var value = samples.get(sample.contains("{") ? sample : sample + "{}");
        require(value != null, "no sample " + sample + " among " + samples.keySet());
        return value;
    }

    public Set<String> names() {
        return names;
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
