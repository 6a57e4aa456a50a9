package dev.weirpool.scheduler;

import dev.weirpool.queue.TaskOptions;

/**
 * How a schedule fires. {@link #DEFAULT} suits most: of the times it has missed the latest is fired, and any number of its tasks may
 * run at once.
 *
 * @param misfire what becomes of times that it has missed
 * @param maxConcurrent how many of its tasks may wait or run at a time, on all machines together; 0 for any number
 * @param task how its tasks are run
 */
public record ScheduleOptions(Misfire misfire, int maxConcurrent, TaskOptions task) {

    public static final ScheduleOptions DEFAULT = new ScheduleOptions(Misfire.ONCE, 0, TaskOptions.DEFAULT);

    /**
     * @throws IllegalArgumentException if the number is negative, or the task's options say when it starts or have it hold a unique key
     */
    public ScheduleOptions {
        if (maxConcurrent < 0) {
            throw new IllegalArgumentException(
                    "at least 1 task of a schedule must be allowed to run, got " + maxConcurrent);
        }
        if (task.at().isPresent() || !task.delay().isZero()) {
            throw new IllegalArgumentException(
                    "a scheduled task cannot have a delay or a time of its own; the schedule says when it starts");
        }
        if (task.uniqueKey().isPresent()) {
            throw new IllegalArgumentException("a scheduled task cannot have the unique key '"
                    + task.uniqueKey().get() + "'; use withNoOverlap()");
        }
    }

    public ScheduleOptions withMisfire(Misfire misfire) {
        return new ScheduleOptions(misfire, maxConcurrent, task);
    }

    /** Puts no task while one of the same schedule waits or runs; counts those that it does not put. */
    public ScheduleOptions withNoOverlap() {
        return withMaxConcurrent(1);
    }

    /**
     * Puts no task while {@code most} of the same schedule wait or run; counts those that it does not put.
     *
     * @throws IllegalArgumentException if that is less than 1
     */
    public ScheduleOptions withMaxConcurrent(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("at least 1 task of a schedule must be allowed to run, got " + most);
        }
        return new ScheduleOptions(misfire, most, task);
    }

    /**
     * How the tasks are run.
     *
     * @throws IllegalArgumentException if they say when a task starts, or have it hold a unique key
     */
    public ScheduleOptions withTask(TaskOptions task) {
        return new ScheduleOptions(misfire, maxConcurrent, task);
    }
}
