package dev.weirpool.queue.protocol;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which of the tasks that a dead worker held is charged with its death. */
public sealed interface Blame {

    /** None: it was between two tasks. */
    record Nobody() implements Blame {}

    /** Not known, because its launcher is gone too: the oldest it held. */
    record Oldest() implements Blame {}

    /**
     * The task that was running.
     *
     * @param fence that of the task's envelope
     * @param record of the attempt
     * @param verdict what follows if it is not tried again
     */
    record Running(byte[] fence, byte[] record, @Nullable Verdict verdict) implements Blame {

        byte[] id() {
            return Envelope.idOf(fence);
        }
    }

    /**
     * The task is given up.
     *
     * @param result for the client that awaits it
     * @param keep how long the result is kept for anybody
     * @param uniqueKey the name that it held
     * @param run what its end means to the schedule that put it
     */
    record Verdict(byte[] result, Optional<Duration> keep, Optional<String> uniqueKey, Optional<ScheduledRun> run) {}
}
