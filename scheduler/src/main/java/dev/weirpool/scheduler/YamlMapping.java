package dev.weirpool.scheduler;

import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A mapping of a file, whose values are asked for by key. What is wrong goes to the problems, and is then as if it were not there. */
final class YamlMapping {

    private final Node node;
    private final Problems problems;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Node> keys = new LinkedHashMap<>();
    private final List<Map.Entry<String, Node>> entries = new ArrayList<>();

    private YamlMapping(Node node, Problems problems) {
        this.node = node;
        this.problems = problems;
    }

    /** The mapping that {@code node} should be, with any keys. */
    static YamlMapping of(Node node, String what, Problems problems) {
        var mapping = new YamlMapping(node, problems);
        if (!(node instanceof MappingNode pairs)) {
            problems.add(node, what + " must be a mapping of keys to values, got " + Yaml.kind(node));
            return mapping;
        }
        for (var pair : pairs.getValue()) {
            if (!(pair.getKeyNode() instanceof ScalarNode key)) {
                problems.add(
                        pair.getKeyNode(), "a key of " + what + " must be text, got " + Yaml.kind(pair.getKeyNode()));
                continue;
            }
            mapping.entries.add(Map.entry(key.getValue(), pair.getValueNode()));
            var first = mapping.keys.putIfAbsent(key.getValue(), key);
            if (first == null) {
                mapping.values.put(key.getValue(), pair.getValueNode());
            } else {
                problems.add(
                        key,
                        "'" + key.getValue() + "' comes twice in " + what
                                + first.getStartMark()
                                        .map(mark -> "; the first is in line " + (mark.getLine() + 1))
                                        .orElse("")
                                + ": rename or remove one");
            }
        }
        return mapping;
    }

    /** The mapping that {@code node} should be, with none but these keys. */
    static YamlMapping of(Node node, String what, Problems problems, List<String> known) {
        var mapping = of(node, what, problems);
        mapping.keys.forEach((key, where) -> {
            if (!known.contains(key)) {
                problems.add(
                        where,
                        "unknown key '" + Yaml.shortened(key) + "' in " + what + Suggestion.of(key, known)
                                + "; there are " + Words.list(known));
            }
        });
        mapping.values.keySet().retainAll(known);
        return mapping;
    }

    /** All keys and values; those whose key has come before, too. */
    List<Map.Entry<String, Node>> entries() {
        return entries;
    }

    /** The values by key, the first if there are more. */
    Map<String, Node> values() {
        return values;
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    Node key(String key) {
        return keys.getOrDefault(key, node);
    }

    /** The mapping that is the value of {@code key}, with any keys. */
    Optional<YamlMapping> mapping(String key) {
        return Optional.ofNullable(values.get(key)).map(value -> of(value, "'" + key + "'", problems));
    }

    /** The mapping that is the value of {@code key}, with none but these keys. */
    Optional<YamlMapping> mapping(String key, List<String> known) {
        return Optional.ofNullable(values.get(key)).map(value -> of(value, "'" + key + "'", problems, known));
    }

    /** The value of {@code key}, read by {@code reader}, whose complaint gets the place of the value. */
    <T> Optional<T> read(String key, Function<String, T> reader) {
        return Optional.ofNullable(values.get(key)).flatMap(value -> scalar(value, "'" + key + "'", reader));
    }

    /** The items of the list that is the value of {@code key}. */
    <T> List<T> list(String key, Function<String, T> reader) {
        var value = values.get(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof SequenceNode list)) {
            problems.add(value, "'" + key + "' must be a list, got " + Yaml.kind(value) + "; write [a, b]");
            return List.of();
        }
        var items = new ArrayList<T>();
        for (var item : list.getValue()) {
            scalar(item, "an item of '" + key + "'", reader).ifPresent(items::add);
        }
        return items;
    }

    private <T> Optional<T> scalar(Node value, String what, Function<String, T> reader) {
        if (!(value instanceof ScalarNode scalar) || scalar.getTag().equals(Tag.NULL)) {
            problems.add(value, what + " must be a single value, got " + Yaml.kind(value));
            return Optional.empty();
        }
        return attempt(value, what, () -> reader.apply(scalar.getValue()));
    }

    /** What {@code reading} makes; if it complains, that is a problem at {@code where}. */
    <T> Optional<T> attempt(Node where, String what, Supplier<@Nullable T> reading) {
        try {
            return Optional.ofNullable(reading.get());
        } catch (DateTimeException | IllegalArgumentException e) {
            problems.add(where, what + ": " + e.getMessage());
            return Optional.empty();
        }
    }
}
