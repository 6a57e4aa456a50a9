package dev.weirpool.queue.protocol;

import java.time.Duration;
import java.util.List;

/**
 * How much a queue holds.
 *
 * @param ready tasks that wait for a worker, by priority
 * @param delayed tasks that are not due yet
 * @param dead dead letters
 * @param workers worker processes that are registered, on all machines
 * @param oldest for how long the first ready task could have been run; zero if there is none
 */
public record Depth(List<Long> ready, long delayed, long dead, long workers, Duration oldest) {

    public Depth {
        ready = List.copyOf(ready);
    }
}
