package dev.weirpool.cli.chaos;

import java.util.List;

/**
 * One thing that the monkey did.
 *
 * @param micros when, since 1970
 * @param workers the processes that died of it and may have been running a task
 */
record Strike(Kind kind, long micros, List<Long> workers) {

    /** What can be done, and how often in a hundred. */
    enum Kind {
        WORKER_KILLED("workers killed (-9)", 42),
        WORKER_FROZEN("workers frozen for 1 to 4 s", 8),
        LAUNCHER_KILLED("launchers killed (-9)", 7),
        LAUNCHER_FROZEN("launchers frozen for longer than their lease", 3),
        PRODUCER_KILLED("producers killed (-9)", 8),
        REDIS_KILLED("Redis killed (-9) and started again", 6),
        REDIS_FROZEN("Redis frozen for 0.5 to 3 s", 4),
        CONNECTION_KILLED("connections killed", 22);

        final String words;
        final int weight;

        Kind(String words, int weight) {
            this.words = words;
            this.weight = weight;
        }
    }
}
