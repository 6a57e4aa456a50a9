package dev.weirpool.cli.chaos;

import dev.weirpool.queue.RedisOptions;
import java.time.Duration;
import java.util.Optional;

/**
 * What a run does.
 *
 * @param tasks how many, the poisonous ones included
 * @param limit for how long tasks are sent and things are killed, at most
 * @param processes workers of each launcher
 * @param producers processes that send tasks; where there are two or more, the last is one that may be killed
 * @param poison how many of the tasks end their worker's process
 * @param every how long from one kill to the next, on average
 * @param redis a server to leave alone, but for its connections; else the run has one of its own, and kills that, too
 */
public record ChaosOptions(
        int tasks,
        Duration limit,
        int processes,
        int launchers,
        int producers,
        int poison,
        Duration every,
        long seed,
        Optional<RedisOptions> redis) {

    public ChaosOptions {
        atLeastOne("tasks", tasks);
        atLeastOne("processes", processes);
        atLeastOne("launchers", launchers);
        atLeastOne("producers", producers);
        atLeastOne("minutes, in ms,", limit.toMillis());
        atLeastOne("the time between two kills, in ms,", every.toMillis());
        if (poison < 0 || poison > tasks) {
            throw new IllegalArgumentException("poison must be from 0 to the number of tasks, got " + poison);
        }
    }

    private static void atLeastOne(String what, long number) {
        if (number < 1) {
            throw new IllegalArgumentException(what + " must be at least 1, got " + number);
        }
    }

    /** Every so many tasks one is poison; 0 for none. */
    int poisonEvery() {
        return poison == 0 ? 0 : tasks / poison;
    }

    static boolean isPoison(int number, int poisonEvery) {
        return poisonEvery > 0 && number % poisonEvery == poisonEvery - 1;
    }
}
