package dev.weirpool.worker;

import dev.weirpool.queue.protocol.Tally;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a launcher knows of its workers at one moment. The counts only grow, from when the launcher was started.
 *
 * @param queue whose tasks they run
 * @param wanted how many workers there are to be
 * @param ready how many can run tasks
 * @param busy how many run one
 * @param started how many worker processes were started
 * @param deaths how many ended, by reason: {@code recycled_tasks}, {@code recycled_memory} and {@code recycled_age} at their limits,
 *     {@code resized}, {@code renewed} and {@code stopped} as they were told, {@code killed} with the launcher, {@code time_limit},
 *     {@code memory_limit}, {@code cancelled} and {@code fenced} by force, {@code out_of_memory}, {@code not_initialized},
 *     {@code broken}, {@code signal_9} and {@code exit_1} by themselves
 * @param work how their attempts ended, how long they ran and waited, and how many workers died at one
 */
public record Census(
        String queue, int wanted, int ready, int busy, long started, Map<String, Long> deaths, Tally work) {

    public Census {
        deaths = new TreeMap<>(deaths);
    }

    /** How many lost their lease and were fenced off. */
    public long fenced() {
        return deaths.getOrDefault("fenced", 0L);
    }
}
