package dev.weirpool.scheduler;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeType;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** A YAML text as a tree whose nodes know their place, no larger than a person would write. */
final class Yaml {

    static final int MAX_CHARACTERS = 4 << 20;
    private static final int MAX_DEPTH = 30;
    private static final int MAX_NODES = 1_000_000;

    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setAllowDuplicateKeys(true) // they are refused later, with both places
            .setMaxAliasesForCollections(MAX_NODES) // what they unfold to is counted instead
            .setCodePointLimit(MAX_CHARACTERS)
            .build();

    private Yaml() {}

    /** The tree, or null if {@code problems} has learned why there is none. */
    static @Nullable Node read(String text, Problems problems) {
        if (text.length() > MAX_CHARACTERS) {
            problems.add(
                    Optional.empty(),
                    "it has " + text.length() + " characters; the limit is " + MAX_CHARACTERS
                            + ": make several files of it");
            return null;
        }
        try {
            if (isTooDeep(text, problems)) {
                return null;
            }
            var root = new Composer(SETTINGS, parser(text)).getSingleNode();
            if (root.isEmpty()) {
                problems.add(Optional.empty(), "it is empty; for no schedules write 'schedules: {}'");
                return null;
            }
            if (size(root.get(), 0, 0) > MAX_NODES) {
                problems.add(root.get(), "its aliases unfold to more than " + MAX_NODES + " values; write fewer");
                return null;
            }
            return root.get();
        } catch (MarkedYamlEngineException e) {
            problems.add(e.getProblemMark(), "not YAML: " + e.getProblem() + hint(e.getProblemMark()));
            return null;
        } catch (YamlEngineException e) {
            problems.add(Optional.empty(), "not YAML: " + e.getMessage());
            return null;
        }
    }

    private static Parser parser(String text) {
        return new ParserImpl(SETTINGS, new StreamReader(SETTINGS, text));
    }

    /** Asked of the events, because making the tree takes a frame of the stack for each level. */
    private static boolean isTooDeep(String text, Problems problems) {
        var depth = 0;
        var events = parser(text);
        while (events.hasNext()) {
            var event = events.next();
            if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
                problems.add(event.getStartMark(), "nested more than " + MAX_DEPTH + " deep");
                return true;
            }
            if (event instanceof CollectionEndEvent) {
                depth--;
            }
        }
        return false;
    }

    /** How many values there are with aliases written out, counted no further than the limit; a value within itself has no end. */
    private static int size(Node node, int counted, int depth) {
        var count = depth > MAX_DEPTH * 2 ? MAX_NODES + 1 : counted + 1;
        if (node instanceof SequenceNode list) {
            for (var item : list.getValue()) {
                count = count > MAX_NODES ? count : size(item, count, depth + 1);
            }
        } else if (node instanceof MappingNode map) {
            for (var entry : map.getValue()) {
                count = count > MAX_NODES ? count : size(entry.getKeyNode(), count, depth + 1);
                count = count > MAX_NODES ? count : size(entry.getValueNode(), count, depth + 1);
            }
        }
        return count;
    }

    /** The usual reason: a cron expression or a macro that begins with what is special to YAML. */
    private static String hint(Optional<Mark> where) {
        return where.filter(mark -> {
                            for (var at = Math.max(0, mark.getPointer() - 1); at <= mark.getPointer(); at++) {
                                if (at < mark.getBuffer().length && "*@%`".indexOf(mark.getBuffer()[at]) >= 0) {
                                    return true;
                                }
                            }
                            return false;
                        })
                        .isPresent()
                ? "; put a value that begins so in quotes, as in \"*/5 * * * *\""
                : "";
    }

    /** The value of {@code node} as plain Java objects. */
    static @Nullable Object value(Node node) {
        return new StandardConstructor(SETTINGS).constructSingleDocument(Optional.of(node));
    }

    /** What {@code node} is, for messages. */
    static String kind(Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue().isEmpty() ? "nothing" : "'" + shortened(scalar.getValue()) + "'";
        }
        return node.getNodeType() == NodeType.SEQUENCE ? "a list" : "a mapping";
    }

    static String shortened(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
