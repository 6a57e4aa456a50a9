package dev.weirpool.dashboard;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.redis.ForeignDataException;
import dev.weirpool.scheduler.ScheduleStatus;
import dev.weirpool.scheduler.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The schedules of all queues, read when they are asked for. */
final class Schedules implements AutoCloseable {

    private static final int FORESEEN = 5;
    private static final int MOST_QUEUES = 100;
    private static final int MOST = 500;
    private static final Duration LATE = Duration.ofSeconds(15);

    private final RedisOptions redis;
    private final ConcurrentHashMap<String, Scheduler> connected = new ConcurrentHashMap<>();

    Schedules(RedisOptions redis) {
        this.redis = redis;
    }

    /**
     * A schedule, and when it fires next.
     *
     * @param isLate whether nobody has fired it although it was due
     */
    record Planned(String queue, ScheduleStatus status, List<Instant> next, boolean isLate) {}

    /**
     * @param spoilt told of each queue whose schedules cannot be looked at, because its keys are not as Weirpool makes them; they are
     *     left out
     */
    List<Planned> all(List<String> queues, Instant now, Consumer<String> spoilt) {
        var all = new ArrayList<Planned>();
        for (var queue : queues.subList(0, Math.min(MOST_QUEUES, queues.size()))) {
            try {
                of(queue).list().stream()
                        .limit(MOST - all.size())
                        .forEach(status -> all.add(new Planned(queue, status, next(status), isLate(status, now))));
            } catch (ForeignDataException e) {
                spoilt.accept("the schedules of queue " + queue + " cannot be looked at: " + e.getMessage());
            }
        }
        return all;
    }

    private static boolean isLate(ScheduleStatus status, Instant now) {
        return status.next().filter(next -> next.plus(LATE).isBefore(now)).isPresent();
    }

    /** Those to come; after a fixed delay that begins with the end of a task only the first is known. */
    private static List<Instant> next(ScheduleStatus status) {
        if (status.isPaused()) {
            return List.of();
        }
        return Stream.iterate(
                        status.next(),
                        Optional::isPresent,
                        time -> status.schedule().afterCompletion()
                                ? Optional.<Instant>empty()
                                : status.schedule().next(time.orElseThrow()))
                .limit(FORESEEN)
                .map(Optional::orElseThrow)
                .toList();
    }

    /** Those of one queue, to be steered. */
    Scheduler of(String queue) {
        return connected.computeIfAbsent(queue, name -> Scheduler.connect(redis, name));
    }

    @Override
    public void close() {
        connected.values().forEach(Scheduler::close);
    }
}
