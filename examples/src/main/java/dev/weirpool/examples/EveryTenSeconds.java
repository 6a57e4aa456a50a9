package dev.weirpool.examples;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.scheduler.Schedule;
import dev.weirpool.scheduler.ScheduleOptions;
import dev.weirpool.scheduler.Scheduler;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.time.Duration;

/** Prints a line every ten seconds, never two at a time, until it is ended. */
public final class EveryTenSeconds {

    public static void main(String[] arguments) throws Exception {
        RedisOptions redis = RedisOptions.fromEnvironment();
        try (Launcher workers = Launcher.start(LauncherOptions.of(2, redis, "examples"));
                Scheduler scheduler = Scheduler.start(redis, "examples")) {
            scheduler.schedule(
                    "tick",
                    Task.of(Reports::tick, "ten seconds have passed"),
                    Schedule.every(Duration.ofSeconds(10)),
                    ScheduleOptions.DEFAULT.withNoOverlap());
            System.out.println("next: " + scheduler.nextFires("tick", 3));
            workers.await(Duration.ofDays(1));
        }
    }

    private EveryTenSeconds() {}
}
