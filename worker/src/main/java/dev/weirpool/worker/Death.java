package dev.weirpool.worker;

import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.Failure;
import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TimeLimitExceededException;
import dev.weirpool.queue.protocol.Blame;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.ScheduledRun;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a launcher knows of the end of one of its workers.
 *
 * @param where the process, for example {@code worker 4711 on build-3}
 * @param fence attempt byte and id of the task that ran, if one did
 * @param how the end, in words
 * @param exceededTimeLimit whether the launcher killed it because the task had reached its time limit
 * @param details what else is known, see {@link Attempt}
 */
record Death(
        String worker,
        String where,
        Optional<byte[]> fence,
        String how,
        boolean exceededTimeLimit,
        Map<String, String> details) {

    /** Decides what follows for the task that ran, which is among {@code inflight} unless it was settled already. */
    Blame blame(List<Envelope> inflight, TaskCodec codec) {
        return fence.flatMap(running -> inflight.stream()
                        .filter(task -> Arrays.equals(task.fence(), running))
                        .findFirst())
                .map(task -> blame(task, codec))
                .orElseGet(Blame.Nobody::new);
    }

    private Blame blame(Envelope task, TaskCodec codec) {
        if (!task.isReadable()) {
            return new Blame.Running(task.fence(), record(0).toBytes(), verdict(task, codec, failure(how)));
        }
        var exceeded = new TimeLimitExceededException("the task exceeded its time limit of "
                + codec.options(task).timeLimit().map(limit -> limit.toMillis()).orElse(0L) + " ms");
        var isLast = task.attempt() >= task.maxAttempts();
        if (exceededTimeLimit && (isLast || !codec.options(task).retriesOn(exceeded))) {
            return charge(task, verdict(task, codec, Failure.of(exceeded, where)));
        }
        if (!isLast) {
            return charge(task, null);
        }
        return charge(
                task,
                verdict(
                        task,
                        codec,
                        failure("gave up after " + Worker.attempts(task.maxAttempts())
                                + ": the worker died each time; the last, " + where + ", " + how)));
    }

    private Blame charge(Envelope task, Blame.@Nullable Verdict verdict) {
        return new Blame.Running(task.fence(), record(task.attempt()).toBytes(), verdict);
    }

    private Attempt record(int attempt) {
        return new Attempt(attempt, Instant.now(), where, how, details);
    }

    private Failure failure(String message) {
        return Failure.of(message, where);
    }

    private static Blame.Verdict verdict(Envelope task, TaskCodec codec, Failure failure) {
        var result = codec.encode(new Outcome.Threw(failure));
        if (!task.isReadable()) {
            return new Blame.Verdict(result, Optional.empty(), Optional.empty(), Optional.empty());
        }
        var options = codec.options(task);
        return new Blame.Verdict(result, options.keepResult(), options.uniqueKey(), ScheduledRun.of(task));
    }
}
