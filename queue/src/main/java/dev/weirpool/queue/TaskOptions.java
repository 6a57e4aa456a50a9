package dev.weirpool.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a task is to be run; {@link #DEFAULT} suits most.
 *
 * @param attempts how often it is started at most, counting those that ended with the death of their worker; 3 by default
 * @param delay how long it waits in Redis before it is ready
 * @param at when it is ready, by the clock of Redis; null for at once or after {@code delay}
 * @param priority 0, the default, is served first; 1, 2 and 3 wait until nothing is ahead of them
 * @param headers text that travels with the task, readable without its arguments
 */
public record TaskOptions(
        int attempts, Duration delay, @Nullable Instant at, int priority, Map<String, String> headers) {

    public static final TaskOptions DEFAULT = new TaskOptions(3, Duration.ZERO, null, 0, Map.of());

    public TaskOptions {
        if (attempts < 1 || attempts > 255) {
            throw new IllegalArgumentException("attempts must be from 1 to 255, got " + attempts);
        }
        if (delay.isNegative()) {
            throw new IllegalArgumentException("a delay must not be negative, got " + delay);
        }
        if (at != null && !delay.isZero()) {
            throw new IllegalArgumentException("give a delay or a time, not both: got " + delay + " and " + at);
        }
        if (priority < 0 || priority > 3) {
            throw new IllegalArgumentException("a priority must be from 0 (first) to 3 (last), got " + priority);
        }
        headers = Map.copyOf(headers);
        if (headers.containsKey("")) {
            throw new IllegalArgumentException("a header must have a name");
        }
    }

    public TaskOptions withAttempts(int attempts) {
        return new TaskOptions(attempts, delay, at, priority, headers);
    }

    public TaskOptions withDelay(Duration delay) {
        return new TaskOptions(attempts, delay, at, priority, headers);
    }

    public TaskOptions withAt(Instant at) {
        return new TaskOptions(attempts, delay, at, priority, headers);
    }

    public TaskOptions withPriority(int priority) {
        return new TaskOptions(attempts, delay, at, priority, headers);
    }

    public TaskOptions withHeaders(Map<String, String> headers) {
        return new TaskOptions(attempts, delay, at, priority, headers);
    }
}
