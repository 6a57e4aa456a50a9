package dev.weirpool.queue.inspect;

import java.util.List;
import java.util.Optional;

/**
 * A part of a list of tasks. Tasks come and go while it is read: the next page may repeat or miss some.
 *
 * @param total how many there are in all
 * @param next where the next page begins; empty if this is the last
 */
public record TaskPage(List<TaskSummary> tasks, long total, Optional<String> next) {

    public TaskPage {
        tasks = List.copyOf(tasks);
    }
}
