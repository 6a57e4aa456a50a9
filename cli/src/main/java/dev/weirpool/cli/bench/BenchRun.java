package dev.weirpool.cli.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** All rows, measured one after the other. */
public final class BenchRun {

    private final int rounds;

    public BenchRun(int rounds) {
        this.rounds = rounds;
    }

    /**
     * What there is to measure.
     *
     * @param goal how long one measurement takes, where that can be chosen
     */
    public static List<Row> rows(Bed bed, Duration goal, Duration longTask) {
        var rows = new ArrayList<Row>();
        rows.addAll(new TaskRows(bed, goal, longTask).all());
        rows.addAll(new QueueRows(bed, goal).all());
        return rows;
    }

    /** Measures {@code rows}; each is reported before it begins. */
    public Report run(Map<String, String> conditions, List<Row> rows, Consumer<Row> begun) throws Exception {
        var figures = new ArrayList<Figure>();
        for (var row : rows) {
            begun.accept(row);
            figures.addAll(row.measure(rounds));
        }
        return new Report(conditions, figures);
    }
}
