package dev.weirpool.examples;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.scheduler.Schedule;
import dev.weirpool.scheduler.Scheduler;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.time.Duration;
import java.time.Instant;

/** Reminds once, in three seconds; the schedule is gone then. */
public final class Reminder {

    public static void main(String[] arguments) throws Exception {
        RedisOptions redis = RedisOptions.fromEnvironment();
        try (Launcher workers = Launcher.start(LauncherOptions.of(1, redis, "examples"));
                Scheduler scheduler = Scheduler.start(redis, "examples")) {
            Instant moment = Instant.now().plus(Duration.ofSeconds(3));
            scheduler.schedule("remind-me", Task.of(Reports::tick, "time for tea"), Schedule.at(moment));
            while (scheduler.find("remind-me").isPresent()) {
                Thread.sleep(100);
            }
            workers.stop(Duration.ofSeconds(10));
            workers.await(Duration.ofSeconds(20));
        }
    }

    private Reminder() {}
}
