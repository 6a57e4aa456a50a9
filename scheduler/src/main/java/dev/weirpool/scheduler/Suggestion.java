package dev.weirpool.scheduler;

import java.time.ZoneId;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** What was probably meant by a word that nobody knows. */
final class Suggestion {

    private Suggestion() {}

    /** {@code ; did you mean X?} with the one of {@code known} that is nearest to {@code word}, or nothing if none is near. */
    static String of(String word, Collection<String> known) {
        return nearest(word, known).map(Suggestion::asked).orElse("");
    }

    /** The same for the name of a time zone, whose region may be missing. */
    static String forZone(String name) {
        var known = ZoneId.getAvailableZoneIds();
        var city = name.replace(' ', '_').toLowerCase(Locale.ROOT);
        return known.stream()
                .filter(id -> id.toLowerCase(Locale.ROOT).endsWith("/" + city))
                .min(Comparator.comparing(String::length).thenComparing(Comparator.naturalOrder()))
                .map(Suggestion::asked)
                .orElseGet(() -> of(name, known));
    }

    private static String asked(String meant) {
        return "; did you mean " + meant + "?";
    }

    private static Optional<String> nearest(String word, Collection<String> known) {
        if (word.length() > 100) {
            return Optional.empty(); // nobody mistypes so much, and the comparison takes the square of it
        }
        var lower = word.toLowerCase(Locale.ROOT);
        return known.stream()
                .filter(candidate ->
                        distance(lower, candidate.toLowerCase(Locale.ROOT)) <= Math.max(1, word.length() / 3))
                .min(Comparator.<String>comparingInt(candidate -> distance(lower, candidate.toLowerCase(Locale.ROOT)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** How many letters have to be added, dropped, changed, or swapped with the next. */
    private static int distance(String a, String b) {
        var rows = new int[a.length() + 1][b.length() + 1];
        for (var i = 0; i <= a.length(); i++) {
            for (var j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    rows[i][j] = i + j;
                    continue;
                }
                var changed = rows[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                rows[i][j] = Math.min(changed, Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
                }
            }
        }
        return rows[a.length()][b.length()];
    }
}
