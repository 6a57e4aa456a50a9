package dev.weirpool.scheduler;

import dev.weirpool.queue.Task;
import java.util.regex.Pattern;

/**
 * A task and when it is put on its queue, under a name.
 *
 * @param name 1 to 128 letters, digits, {@code .}, {@code _}, {@code -}, {@code :} and {@code /}
 */
public record ScheduledTask(String name, Task<?> task, Schedule schedule, ScheduleOptions options) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.:/-]{1,128}");

    /**
     * @throws IllegalArgumentException if {@code name} is not a schedule name
     */
    public ScheduledTask {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "not a schedule name: '" + name + "'; use 1 to 128 letters, digits, '.', '_', '-', ':' and '/'");
        }
    }

    public static ScheduledTask of(String name, Task<?> task, Schedule schedule) {
        return new ScheduledTask(name, task, schedule, ScheduleOptions.DEFAULT);
    }
}
