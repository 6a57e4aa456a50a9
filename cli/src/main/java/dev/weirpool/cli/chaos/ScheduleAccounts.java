package dev.weirpool.cli.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What the workers have received, held against what was planned.
 *
 * @param received every execution, the earliest first
 */
record ScheduleAccounts(List<Fired> received) {

    private record Time(int number, long planned) {}

    static ScheduleAccounts read(Stage stage) {
        try (var files = Files.list(stage.directory())) {
            return new ScheduleAccounts(
                    files.filter(file -> file.getFileName().toString().startsWith(Fired.PREFIX))
                            .flatMap(file -> Ledger.lines(file).stream())
                            .map(Fired::of)
                            .sorted(Comparator.comparingLong(Fired::micros))
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the ledgers", e);
        }
    }

    private Map<Time, Integer> counts() {
        var counts = new HashMap<Time, Integer>();
        received.forEach(fired -> counts.merge(new Time(fired.number(), fired.planned()), 1, Integer::sum));
        return counts;
    }

    /** Different planned times that workers have received. */
    int fires() {
        return counts().size();
    }

    /** Planned times that were received more than once. */
    long doubled() {
        return counts().values().stream().filter(count -> count > 1).count();
    }

    /**
     * Planned times that nobody has received.
     *
     * @param first the first planned time in ms of each schedule, one a second from then on
     * @param next when each would have fired next, in the end
     */
    long missed(List<Long> first, List<Long> next) {
        var counts = counts();
        var missed = 0L;
        for (var number = 0; number < first.size(); number++) {
            for (var planned = first.get(number); planned < next.get(number); planned += 1000) {
                missed += counts.containsKey(new Time(number, planned)) ? 0 : 1;
            }
        }
        return missed;
    }

    /** What was received though it was not planned, by the same measure. */
    long unplanned(List<Long> first, List<Long> next) {
        return counts().keySet().stream()
                .filter(time -> time.planned < first.get(time.number)
                        || time.planned >= next.get(time.number)
                        || (time.planned - first.get(time.number)) % 1000 != 0)
                .count();
    }

    /** How long after its planned time each was begun, in ms, sorted. */
    List<Double> lateness(Predicate<Fired> which) {
        return received.stream()
                .filter(which)
                .map(fired -> fired.micros() / 1000.0 - fired.planned())
                .sorted()
                .toList();
    }
}
