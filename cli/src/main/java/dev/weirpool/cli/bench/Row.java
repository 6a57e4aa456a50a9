package dev.weirpool.cli.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Something that is measured in several ways, which take turns, so that all of them meet the same machine.
 *
 * @param id its name in the recorded data
 * @param contenders by who they are, the first being ours
 */
public record Row(String id, String title, Map<String, Contender> contenders) {

    /** The name of our own contender. */
    public static final String OURS = "weirpool";

    /** The name of the one that does the least that Redis can be asked for. */
    public static final String RAW = "raw";

    public Row {
        contenders = new LinkedHashMap<>(contenders);
    }

    static Row of(String id, String title, Contender ours) {
        return new Row(id, title, Map.of(OURS, ours));
    }

    static Row of(String id, String title, Contender ours, Contender raw) {
        return of(id, title, ours).against(RAW, raw);
    }

    /** The same, with one contender more. */
    public Row against(String name, Contender contender) {
        var all = new LinkedHashMap<>(contenders);
        all.put(name, contender);
        return new Row(id, title, all);
    }

    /** Measures all in turn, {@code rounds} times, when each has done it for as long as {@code warmUp}, which does not count. */
    public List<Figure> measure(int rounds, Duration warmUp) throws Exception {
        for (var contender : contenders.values()) {
            var since = System.nanoTime();
            do {
                contender.measure();
            } while (System.nanoTime() - since < warmUp.toNanos());
        }
        var samples = new LinkedHashMap<String, Map<String, List<Double>>>();
        for (var round = 0; round < rounds; round++) {
            for (var contender : contenders.entrySet()) {
                contender
                        .getValue()
                        .measure()
                        .forEach((unit, value) -> samples.computeIfAbsent(unit, key -> new LinkedHashMap<>())
                                .computeIfAbsent(contender.getKey(), key -> new ArrayList<>())
                                .add(value));
            }
        }
        var figures = new ArrayList<Figure>();
        samples.forEach((unit, bySource) -> figures.add(new Figure(id, title, unit, bySource)));
        return figures;
    }
}
