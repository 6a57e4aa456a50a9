package dev.weirpool.dashboard;

import dev.weirpool.queue.protocol.Tally;
import dev.weirpool.queue.protocol.Tally.Count;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * What happened, step by step.
 *
 * @param starts when each step begins
 * @param steps what happened in each
 * @param all what happened in all of them
 * @param until when this was read, which is in the last step
 */
record Series(Range range, List<Instant> starts, List<Tally> steps, Tally all, Instant until) {

    Series {
        starts = List.copyOf(starts);
        steps = List.copyOf(steps);
    }

    static Series of(Range range, List<Instant> starts, List<Tally> periods, Instant now) {
        var firsts = new ArrayList<Instant>();
        var steps = new ArrayList<Tally>();
        var all = Tally.NOTHING;
        for (var i = 0; i < starts.size(); i += range.merged) {
            var step = Tally.NOTHING;
            for (var j = i; j < Math.min(starts.size(), i + range.merged); j++) {
                step = step.plus(periods.get(j));
            }
            firsts.add(starts.get(i));
            steps.add(step);
            all = all.plus(step);
        }
        return new Series(range, firsts, steps, all, now);
    }

    boolean isEmpty() {
        return all.isNothing();
    }

    List<Double> done() {
        return perMinute(step -> step.get(Count.DONE));
    }

    /** Attempts that did not end well. */
    List<Double> failed() {
        return perMinute(Series::failures);
    }

    static long failures(Tally tally) {
        return tally.get(Count.RETRIED) + tally.get(Count.DEAD) + tally.get(Count.DIED);
    }

    List<Double> waits(double part) {
        return steps.stream()
                .map(step -> seconds(step.waits().percentile(part)))
                .toList();
    }

    List<Double> runs(double part) {
        return steps.stream().map(step -> seconds(step.runs().percentile(part))).toList();
    }

    List<Double> depths() {
        return steps.stream().map(Tally::meanDepth).toList();
    }

    /** How many workers were at a task, on average. */
    List<Double> busy() {
        return perMillisecond(step -> step.get(Count.BUSY));
    }

    /** How many workers there were, on average. */
    List<Double> present() {
        return perMillisecond(step -> step.get(Count.PRESENT));
    }

    /** How many tasks ended well in the last minute, as far as its sixty seconds can be told from two calendar minutes. */
    double donePerMinuteNow() {
        return lastMinute(step -> step.get(Count.DONE));
    }

    double failedPerMinuteNow() {
        return lastMinute(Series::failures);
    }

    private double lastMinute(Function<Tally, Long> amount) {
        if (steps.size() < 2) {
            return 0;
        }
        var last = steps.size() - 1;
        var part = Math.min(1, Duration.between(starts.get(last), until).toMillis() / 60_000.0);
        return amount.apply(steps.get(last)) + amount.apply(steps.get(last - 1)) * (1 - part);
    }

    private List<Double> perMinute(Function<Tally, Long> amount) {
        return per(Duration.ofMinutes(1), amount);
    }

    private List<Double> perMillisecond(Function<Tally, Long> amount) {
        return per(Duration.ofMillis(1), amount);
    }

    private List<Double> per(Duration unit, Function<Tally, Long> amount) {
        var rates = new ArrayList<Double>();
        for (var i = 0; i < steps.size(); i++) {
            var end = starts.get(i).plus(range.step());
            var length = Duration.between(starts.get(i), end.isAfter(until) ? until : end);
            // of a step that has just begun little is known
            var millis = Math.max(length.toMillis(), range.step().toMillis() / 10);
            rates.add(amount.apply(steps.get(i)) * (double) unit.toMillis() / millis);
        }
        return rates;
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    /** The values as a line of 600 by 100, for browsers that run no scripts. */
    static String line(List<Double> values) {
        var highest = values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        var points = new StringBuilder();
        for (var i = 0; i < values.size(); i++) {
            points.append(String.format(
                    Locale.ROOT,
                    "%.0f,%.0f ",
                    values.size() < 2 ? 0 : 600.0 * i / (values.size() - 1),
                    highest == 0 ? 99 : 99 - 96 * values.get(i) / highest));
        }
        return points.toString().strip();
    }
}
