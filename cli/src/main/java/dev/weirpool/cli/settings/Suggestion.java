package dev.weirpool.cli.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What somebody may have meant who has mistyped a name. */
public final class Suggestion {

    private static final int MOST_MISTAKES = 2;

    private Suggestion() {}

    /** The name that is nearest to {@code typed}, if it is near: two letters wrong, missing or too many at most. */
    public static Optional<String> among(Collection<String> names, String typed) {
        return names.stream()
                .filter(name -> mistakes(name, typed) <= MOST_MISTAKES)
                .min(Comparator.comparingInt(name -> mistakes(name, typed)));
    }

    /** How many letters must be changed, added or taken away to make one of the other. */
    private static int mistakes(String one, String other) {
        var row = new int[other.length() + 1];
        for (var j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (var i = 1; i <= one.length(); i++) {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j < row.length; j++) {
                var above = row[j];
                var changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[other.length()];
    }
}
