package dev.weirpool.queue.protocol;

import java.time.Duration;

/** What else happens, in the same step, when the settlements of a step are taken. */
public sealed interface Effect {

    Envelope task();

    /** A record of the attempt is kept with the task, for as long as it lives. */
    record NoteAttempt(Envelope task, byte[] record, Duration life) implements Effect {

        private static final Duration LIFE = Duration.ofDays(30);

        /** A record that is kept for 30 days. */
        public NoteAttempt(Envelope task, byte[] record) {
            this(task, record, LIFE);
        }
    }

    /** The records of the task's attempts are dropped: it has ended well. */
    record ForgetAttempts(Envelope task) implements Effect {}

    /** The body of the task, which lies apart, is dropped: nobody needs it any more. */
    record DropBlob(Envelope task, Blob blob) implements Effect {}

    /** The result can be read by anybody, for as long as it lives. */
    record KeepResult(Envelope task, byte[] result, Duration life) implements Effect {}

    /** Another task may hold the name now. */
    record ReleaseName(Envelope task, String name) implements Effect {}

    /** The task counts no longer among those of its schedule that run. */
    record Leave(Envelope task, ScheduledRun run) implements Effect {}

    /** The schedule that has waited for the end of this task goes on. */
    record Again(Envelope task, ScheduledRun run) implements Effect {}
}
