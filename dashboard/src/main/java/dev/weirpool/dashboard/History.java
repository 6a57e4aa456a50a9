package dev.weirpool.dashboard;

import dev.weirpool.queue.inspect.OperatedQueue;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.protocol.Tally;
import dev.weirpool.queue.redis.ForeignDataException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happened on the queues, read from the statistics that launchers leave in Redis, and kept for a while for all who ask. */
final class History {
    private static final Logger log = LoggerFactory.getLogger(History.class);

    private static final int MOST_KEPT = 500;
    private static final int MOST_QUEUES = 200;

    /** A reading is kept for so many times as long as it took: it takes Redis a twentieth of its time at most. */
    private static final int FACTOR = 20;

    private final Operator operator;
    private final Clock clock;
    private final ConcurrentHashMap<Key, Reading> kept = new ConcurrentHashMap<>();

    History(Operator operator, Clock clock) {
        this.operator = operator;
        this.clock = clock;
    }

    /** Of one queue. */
    Series of(Range range, String queue) {
        return read(range, queue, List.of(queue));
    }

    /** Of several queues together. */
    Series of(Range range, List<String> queues) {
        return read(range, null, queues.subList(0, Math.min(MOST_QUEUES, queues.size())));
    }

    /** Of one queue, the current minute and the one before, read now. */
    Series lastMinutes(String queue) {
        var now = clock.instant();
        var starts = Range.HOUR.period.last(2, now);
        return Series.of(Range.HOUR, starts, operator.queue(queue).statistics(Range.HOUR.period, starts), now);
    }

    private Series read(Range range, @Nullable String queue, List<String> queues) {
        if (kept.size() > MOST_KEPT) {
            kept.clear();
        }
        // who asks for the same meanwhile waits for this answer
        return kept.compute(
                        new Key(range, queue == null ? String.join(" ", queues) : queue),
                        (key, last) ->
                                last != null && System.nanoTime() - last.until < 0 ? last : reading(range, queues))
                .series;
    }

    private Reading reading(Range range, List<String> queues) {
        var began = System.nanoTime();
        var now = clock.instant();
        var starts = range.period.last(range.periods, now);
        var sums =
                new ArrayList<Tally>(starts.stream().map(start -> Tally.NOTHING).toList());
        for (var name : queues) {
            try {
                add(sums, operator.queue(name), range, starts);
            } catch (ForeignDataException e) {
                log.debug("{}; queue {} is left out of the history", e.getMessage(), name);
            }
        }
        var end = System.nanoTime();
        var life = Math.max(Duration.ofSeconds(1).toNanos(), FACTOR * (end - began));
        return new Reading(Series.of(range, starts, sums, now), end + life);
    }

    private static void add(List<Tally> sums, OperatedQueue queue, Range range, List<Instant> starts) {
        var tallies = queue.statistics(range.period, starts);
        for (var i = 0; i < tallies.size(); i++) {
            if (!tallies.get(i).isNothing()) {
                sums.set(i, sums.get(i).plus(tallies.get(i)));
            }
        }
    }

    private record Key(Range range, String queues) {}

    private record Reading(Series series, long until) {}
}
