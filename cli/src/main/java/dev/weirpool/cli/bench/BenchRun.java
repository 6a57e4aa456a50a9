package dev.weirpool.cli.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** All rows, measured one after the other. */
public final class BenchRun {

    private static final List<Integer> IDLE = List.of(1, 10, 100, 1000);

    private final int rounds;

    public BenchRun(int rounds) {
        this.rounds = rounds;
    }

    /**
     * What there is to measure.
     *
     * @param goal how long one measurement takes, where that can be chosen
     * @param longTask how long the one task takes that short ones must not wait behind
     * @param depths how many tasks are queued when the cost of one is measured
     */
    public static List<Row> rows(Bed bed, Duration goal, Duration longTask, List<Integer> depths) {
        var rows = new ArrayList<Row>();
        rows.addAll(new TaskRows(bed, goal, longTask).all());
        rows.addAll(new QueueRows(bed, goal).all());
        rows.addAll(new RedisRows(bed, depths, IDLE).all());
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
