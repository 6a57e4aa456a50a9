package dev.weirpool.queue.inspect;

import dev.weirpool.queue.Attempt;
import java.util.List;

/** What came of looking for a task. */
public sealed interface Search {

    /** There it is. */
    record Found(TaskDetail task) implements Search {}

    /**
     * It has ended, and its result is kept.
     *
     * @param attempts as far as they are kept
     */
    record Ended(Ending ending, List<Attempt> attempts) implements Search {
        public Ended {
            attempts = List.copyOf(attempts);
        }
    }

    /** It is not on the queue: it has ended, was deleted, or never was. */
    record Absent() implements Search {}

    /**
     * It is not among the tasks that were looked at; there are more.
     *
     * @param looked at so many
     * @param total of so many
     */
    record GaveUp(long looked, long total) implements Search {}
}
