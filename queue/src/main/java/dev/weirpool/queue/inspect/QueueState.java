package dev.weirpool.queue.inspect;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a queue is.
 *
 * @param at when it was looked at, on the clock of Redis, as all moments here are
 * @param readyByPriority how many tasks wait for a worker, of priority 0 to 3
 * @param delayed how many are not due yet
 * @param running how many workers hold a task
 * @param dead how many were given up and are kept
 * @param workers how many serve it
 * @param paused whether workers may begin no task
 * @param claims how often a task was claimed, ever
 * @param nextDue when the first of the delayed is due; past if no launcher is there to make it ready
 * @param oldestAge how long the task has waited that has waited longest for its worker, give or take what a few before it waited; empty
 *     if neither a launcher nor the task itself can tell
 * @param schedules how many schedules it has that are not paused
 * @param nextFire when the first of them fires; past if no scheduler runs
 * @param lastServed when a launcher last looked after it; they do ten times a second
 * @param waitingBytes what the ready and the delayed tasks take; 0 if nobody has counted
 * @param maxWaiting how many tasks may wait before it takes no more; 0 for any number
 * @param maxWaitingBytes how many bytes may; 0 for any number
 * @param partitions over how many it is spread
 */
public record QueueState(
        String name,
        Instant at,
        List<Long> readyByPriority,
        long delayed,
        long running,
        long dead,
        long workers,
        boolean paused,
        long claims,
        Optional<Instant> nextDue,
        Optional<Duration> oldestAge,
        long schedules,
        Optional<Instant> nextFire,
        Optional<Instant> lastServed,
        long waitingBytes,
        long maxWaiting,
        long maxWaitingBytes,
        int partitions) {

    private static final Duration SILENCE = Duration.ofSeconds(5);

    public QueueState {
        readyByPriority = List.copyOf(readyByPriority);
    }

    /** How many tasks wait for a worker. */
    public long ready() {
        return readyByPriority.stream().mapToLong(Long::longValue).sum();
    }

    /** Whether tasks wait, or will, and nobody is there to run them. */
    public boolean isAbandoned() {
        return ready() + delayed > 0
                && workers == 0
                && lastServed.filter(beat -> beat.plus(SILENCE).isAfter(at)).isEmpty();
    }

    /** Whether a schedule should have fired, and nobody is there to fire it. */
    public boolean lacksScheduler() {
        return nextFire.filter(fire -> fire.plus(SILENCE).isBefore(at)).isPresent();
    }

    /** Whether as much waits as may, so that who sends tasks waits, too. */
    public boolean isFull() {
        return (maxWaiting > 0 && ready() + delayed >= maxWaiting)
                || (maxWaitingBytes > 0 && waitingBytes >= maxWaitingBytes);
    }

    /** Whether there is anything of it. */
    public boolean exists() {
        return ready() + delayed + dead + workers + claims + schedules > 0 || lastServed.isPresent() || partitions > 1;
    }
}
