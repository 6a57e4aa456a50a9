package dev.weirpool.cli.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was measured of one row in one unit.
 *
 * @param samples of each contender, in the order in which they were taken, the first being ours
 */
public record Figure(String row, String title, String unit, Map<String, List<Double>> samples) {

    public Figure {
        samples = new LinkedHashMap<>(samples);
    }

    /** The median of a contender's samples, if it took part. */
    public Optional<Double> median(String contender) {
        return Optional.ofNullable(samples.get(contender)).map(Figure::median);
    }

    /** Ours as a multiple of another's: the median over the turns, since a machine changes more between them than within one. */
    public Optional<Double> ratio(String contender) {
        var ours = samples.get(Row.OURS);
        var theirs = samples.get(contender);
        if (ours == null || theirs == null) {
            return Optional.empty();
        }
        var turns = Math.min(ours.size(), theirs.size());
        return Optional.of(median(java.util.stream.IntStream.range(0, turns)
                .mapToObj(turn -> ours.get(turn) / theirs.get(turn))
                .toList()));
    }

    private static double median(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        var middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
