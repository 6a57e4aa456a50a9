package dev.weirpool.queue.protocol;

import java.util.Optional;

/**
 * What Redis knows of one schedule.
 *
 * @param definition what it is, as its owner wrote it
 * @param version number of the edit that made it so
 * @param planned when it fires next in ms; empty if it is paused
 * @param fired how many tasks it has put
 * @param skipped how many it has not put because others of it ran
 * @param missed how many planned times were dropped because they were noticed too late
 */
public record StoredSchedule(
        String name,
        byte[] definition,
        long version,
        String source,
        boolean isPaused,
        Optional<Long> planned,
        long fired,
        long skipped,
        long missed) {}
