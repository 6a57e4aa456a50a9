package dev.weirpool.scheduler;

import java.time.Instant;
import java.util.Optional;

/**
 * A schedule as it stands.
 *
 * @param task the name of its task, for example {@code com.acme.Tasks::checksum}
 * @param source who owns it: the name it was applied under, or nothing if it was made by {@link Scheduler#schedule}
 * @param isPaused whether it does not fire until it is resumed
 * @param next when it fires next; empty if it is paused. While the task of a schedule with fixed delay runs, this is when it would be
 *     taken for lost
 * @param fired how many tasks it has put on the queue
 * @param skipped how many it has not put, because as many as may ran
 * @param missed how many planned times were dropped, because they were noticed too late
 */
public record ScheduleStatus(
        String name,
        String task,
        Schedule schedule,
        Misfire misfire,
        int maxConcurrent,
        String source,
        boolean isPaused,
        Optional<Instant> next,
        long fired,
        long skipped,
        long missed) {}
