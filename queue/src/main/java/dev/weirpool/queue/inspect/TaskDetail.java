package dev.weirpool.queue.inspect;

import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.TaskOptions;
import java.util.List;
import java.util.Map;

/**
 * All that is known of a task without running its code.
 *
 * @param headers the user's
 * @param options what it is run with
 * @param attempts how its attempts ended that did not end well, in order
 * @param argumentsPreview its arguments as text, as far as they can be told without their classes; cut at 1000 characters
 */
public record TaskDetail(
        TaskSummary task,
        Map<String, String> headers,
        TaskOptions options,
        List<Attempt> attempts,
        String argumentsPreview) {

    public TaskDetail {
        headers = Map.copyOf(headers);
        attempts = List.copyOf(attempts);
    }
}
