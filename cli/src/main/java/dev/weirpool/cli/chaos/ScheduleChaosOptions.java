package dev.weirpool.cli.chaos;

import dev.weirpool.queue.RedisOptions;
import java.time.Duration;
import java.util.Optional;

/**
 * What a run with schedules does.
 *
 * @param fires how many planned times there are to be
 * @param limit for how long things are killed
 * @param replicas scheduler processes beside each other
 * @param every how long from one strike to the next, on average
 * @param redis a server to leave alone; else the run has one of its own, and kills that, too
 */
public record ScheduleChaosOptions(
        int fires, Duration limit, int replicas, Duration every, long seed, Optional<RedisOptions> redis) {

    public ScheduleChaosOptions {
        if (fires < 1 || limit.toMillis() < 1000 || every.toMillis() < 1) {
            throw new IllegalArgumentException("there must be a fire at least, a second, and 1 ms between strikes");
        }
        if (replicas < 2) {
            throw new IllegalArgumentException("replicas must be at least 2, so that one is left, got " + replicas);
        }
    }

    /** Each fires once a second. */
    int schedules() {
        return Math.toIntExact(Math.max(1, (fires * 1000L + limit.toMillis() - 1) / limit.toMillis()));
    }
}
