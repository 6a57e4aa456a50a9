package dev.weirpool.cli.chaos;

import java.time.Duration;
import java.util.List;

/**
 * One thing that the monkey did.
 *
 * @param begun when, in microseconds since 1970
 * @param over when what was struck was back
 * @param workers the processes that died of it and may have been running a task
 */
record Strike(Kind kind, long begun, long over, List<Long> workers) {

    /** Whoever waited for a reply goes on so long after Redis or a launcher is back. */
    private static final long AFTERMATH_MICROS = Duration.ofSeconds(3).toNanos() / 1000;

    /** What can be done, and how often in a hundred. */
    enum Kind {
        WORKER_KILLED("workers killed (-9)", 42),
        WORKER_FROZEN("workers frozen for 1 to 4 s", 8),
        LAUNCHER_KILLED("launchers killed (-9)", 7),
        LAUNCHER_FROZEN("launchers frozen for longer than a lease", 3),
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

        private boolean stopsRecovery() {
            return this == LAUNCHER_KILLED || this == LAUNCHER_FROZEN || this == REDIS_KILLED || this == REDIS_FROZEN;
        }
    }

    static Strike now(Kind kind, List<Long> workers) {
        var now = Ledger.micros();
        return new Strike(kind, now, now, workers);
    }

    /** Whether Redis or a launcher was down, frozen or just back at the time, or soon after: then others recover. */
    boolean isDisturbedBy(List<Strike> all) {
        return all.stream()
                .filter(other -> other != this && other.kind.stopsRecovery())
                .anyMatch(other -> other.begun < begun + AFTERMATH_MICROS && other.over + AFTERMATH_MICROS > begun);
    }
}
