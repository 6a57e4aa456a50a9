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
    private final Duration warmUp;

    /**
     * @param rounds how often each contender of a row takes its turn
     * @param warmUp how long each goes on before that
     */
    public BenchRun(int rounds, Duration warmUp) {
        this.rounds = rounds;
        this.warmUp = warmUp;
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
        rows.get(0).measure(1, warmUp.multipliedBy(2)); // the JVMs are cold yet, and not only for this row
        var figures = new ArrayList<Figure>();
        for (var row : rows) {
            begun.accept(row);
            figures.addAll(row.measure(rounds, warmUp));
        }
        return new Report(conditions, figures);
    }
}
