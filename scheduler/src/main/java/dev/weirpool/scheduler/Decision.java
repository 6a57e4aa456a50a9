package dev.weirpool.scheduler;

import dev.weirpool.queue.protocol.ScheduledRun;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/**
 * What to do about a planned time that has come.
 *
 * @param fires the planned times to put a task for now
 * @param next what is planned then; empty if that was the last
 * @param missed how many planned times are dropped
 * @param deadline from then on something else would have to be done
 */
record Decision(List<Instant> fires, Optional<Instant> next, long missed, Instant deadline) {

    /** A planned time that is later than this was missed. */
    static final Duration GRACE = Duration.ofSeconds(10);

    /** The most tasks that are put at once; further ones follow at once. */
    static final int AT_ONCE = 500;

    /** Schedules that fire every second are counted for a day; then those in between are passed over. */
    private static final int MOST_COUNTED = 100_000;

    static Decision of(Schedule schedule, Instant planned, Instant now, Misfire misfire) {
        if (schedule.delay().isPresent()) {
            return afterRun(schedule, schedule.delay().get(), planned, now, misfire);
        }
        if (!now.isAfter(planned.plus(GRACE))) {
            return new Decision(List.of(planned), schedule.next(planned), 0, planned.plus(GRACE));
        }
        var latest = new ArrayDeque<Instant>();
        var passed = 0L;
        var next = Optional.of(planned);
        while (next.isPresent() && !next.get().isAfter(now)) {
            passed++;
            latest.add(next.get());
            if (latest.size() > misfire.most()) {
                latest.remove();
            }
            var after = next.get();
            if (passed == MOST_COUNTED && after.isBefore(now.minus(Duration.ofDays(1)))) {
                after = now.minus(Duration.ofDays(1));
            }
            next = schedule.next(after);
        }
        var missed = passed - latest.size();
        var deadline = next.orElse(now.plus(GRACE));
        var all = List.copyOf(latest);
        return all.size() <= AT_ONCE
                ? new Decision(all, next, missed, deadline)
                : new Decision(all.subList(0, AT_ONCE), Optional.of(all.get(AT_ONCE)), missed, deadline);
    }

    /** The next time is not known before the task has ended: until then the schedule is put off. */
    private static Decision afterRun(Schedule schedule, Duration delay, Instant planned, Instant now, Misfire misfire) {
        var proper = schedule.next(planned.minus(delay));
        if (proper.isEmpty()
                || proper.get().isAfter(planned)) { // the end of the run did not know of its bounds and days off
            return new Decision(List.of(), proper, 0, now.plus(GRACE));
        }
        var isMissed = now.isAfter(planned.plus(GRACE));
        if (isMissed && misfire.most() == 0) {
            return new Decision(List.of(), schedule.next(now), 1, now.plus(GRACE));
        }
        var putOff = Instant.ofEpochMilli(ScheduledRun.putOff(planned.toEpochMilli(), delay.toMillis()));
        return new Decision(List.of(planned), Optional.of(putOff), 0, isMissed ? now.plus(GRACE) : planned.plus(GRACE));
    }
}
