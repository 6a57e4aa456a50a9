package dev.weirpool.queue.inspect;

import dev.weirpool.queue.Progress;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.protocol.Blob;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.Glimpse;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * A task in a list of tasks.
 *
 * @param name for example {@code com.acme.Tasks::checksum}; empty if the envelope cannot be read
 * @param attempt which one runs or comes next, from 1; of a dead letter how many there were
 * @param size of the envelope in bytes, with what lies apart
 * @param keyId which key it says it is signed with, 0 for none; see {@link dev.weirpool.queue.signing.Keyring#hasKey}
 * @param due when it becomes ready, if it is delayed
 * @param worker who holds it, if it runs
 * @param since when it was begun, if it runs and its launcher has said so yet
 * @param progress how far it last said it was, if it runs
 */
public record TaskSummary(
        TaskId id,
        String name,
        TaskState state,
        int priority,
        int attempt,
        int maxAttempts,
        int size,
        int keyId,
        Optional<Instant> due,
        Optional<String> worker,
        Optional<Instant> since,
        Optional<Progress> progress) {

    /** How much of an envelope a summary needs. */
    static final int BYTES = 1024;

    static TaskSummary of(Glimpse glimpse, TaskState state) {
        // what is no envelope may be shorter
        var start = Arrays.copyOf(glimpse.beginning(), Math.max(Envelope.MIN_BYTES, glimpse.beginning().length));
        var envelope = Envelope.stored(start);
        return new TaskSummary(
                TaskId.of(envelope.id()),
                Envelope.nameIn(glimpse.beginning()),
                state,
                envelope.priority(),
                state == TaskState.DEAD ? envelope.attempt() - 1 : envelope.attempt(),
                envelope.maxAttempts(),
                glimpse.size() + envelope.blob().map(Blob::length).orElse(0),
                envelope.keyId(),
                state == TaskState.DELAYED ? Optional.of(Instant.ofEpochMilli(glimpse.score())) : Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    TaskSummary heldBy(String worker, Optional<Instant> since) {
        return new TaskSummary(
                id,
                name,
                state,
                priority,
                attempt,
                maxAttempts,
                size,
                keyId,
                due,
                Optional.of(worker),
                since,
                progress);
    }

    TaskSummary at(Optional<Progress> progress) {
        return new TaskSummary(
                id, name, state, priority, attempt, maxAttempts, size, keyId, due, worker, since, progress);
    }
}
