package dev.weirpool.examples;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.scheduler.Misfire;
import dev.weirpool.scheduler.Schedule;
import dev.weirpool.scheduler.ScheduleOptions;
import dev.weirpool.scheduler.Scheduler;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.io.IOException;
import java.time.Duration;

/** Makes a report each night at half past two in Berlin, also for nights when nothing ran; and one now, to see it. */
public final class NightlyReport {

    public static void main(String[] arguments) throws Exception {
        RedisOptions redis = RedisOptions.fromEnvironment();
        TaskOptions task = TaskOptions.DEFAULT
                .withRetryOn(IOException.class)
                .withTimeLimit(Duration.ofHours(1))
                .withKeepResult(Duration.ofDays(7));
        try (Launcher workers = Launcher.start(LauncherOptions.of(1, redis, "examples"));
                Scheduler scheduler = Scheduler.start(redis, "examples");
                TaskQueue queue = TaskQueue.connect(redis, "examples")) {
            scheduler.schedule(
                    "nightly-report",
                    Task.of(Reports::nightly, "eu"),
                    Schedule.cron("0 30 2 * * ?", "Europe/Berlin"),
                    ScheduleOptions.DEFAULT.withMisfire(Misfire.all(7)).withTask(task));
            System.out.println("next: " + scheduler.nextFires("nightly-report", 3));

            TaskId now = scheduler.triggerNow("nightly-report").orElseThrow();
            while (queue.result(now).isEmpty()) {
                Thread.sleep(100);
            }
            System.out.println("now: " + queue.result(now).get());
        }
    }

    private NightlyReport() {}
}
