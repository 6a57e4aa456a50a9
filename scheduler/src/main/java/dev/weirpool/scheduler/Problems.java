package dev.weirpool.scheduler;

import java.util.Comparator;
import java.util.Optional;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** What is wrong with a file, each with its place, so that all of it can be mended at once. */
final class Problems {

    private static final int MOST_SHOWN = 50;

    private record Problem(int line, int column, String message) {}

    private final String file;
    private final TreeSet<Problem> found = new TreeSet<>(Comparator.comparingInt(Problem::line)
            .thenComparingInt(Problem::column)
            .thenComparing(Problem::message));

    Problems(String file) {
        this.file = file;
    }

    void add(Node where, String message) {
        add(where.getStartMark(), message);
    }

    void add(Optional<Mark> where, String message) {
        found.add(new Problem(
                where.map(mark -> mark.getLine() + 1).orElse(1),
                where.map(mark -> mark.getColumn() + 1).orElse(1),
                message));
    }

    /**
     * Ends the reading if there are any.
     *
     * @throws IllegalArgumentException naming each with its line and column
     */
    void throwIfAny() {
        if (found.isEmpty()) {
            return;
        }
        var message = new StringBuilder(file + " has " + found.size() + (found.size() == 1 ? " mistake" : " mistakes")
                + "; nothing of it is used until " + (found.size() == 1 ? "it is" : "they are") + " mended");
        found.stream()
                .limit(MOST_SHOWN)
                .forEach(problem -> message.append("\n  ")
                        .append(file)
                        .append(':')
                        .append(problem.line)
                        .append(':')
                        .append(problem.column)
                        .append(": ")
                        .append(problem.message));
        if (found.size() > MOST_SHOWN) {
            message.append("\n  and ").append(found.size() - MOST_SHOWN).append(" more");
        }
        throw new IllegalArgumentException(message.toString());
    }
}
