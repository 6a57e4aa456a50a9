package dev.weirpool.dashboard;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.redis.RedisServer;
import dev.weirpool.scheduler.Schedule;
import dev.weirpool.scheduler.Scheduler;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

/** A small firm at work, to be looked at: three queues with tasks in every state. */
final class Gallery implements AutoCloseable {
    private final RedisOptions options;
    final TaskQueue images;
    final TaskQueue mail;
    final TaskQueue reports;
    final Scheduler scheduler;
    private final Launcher imageWorkers;
    private final Launcher mailWorkers;

    Gallery(RedisOptions redis) {
        options = redis;
        images = TaskQueue.connect(redis, "images");
        mail = TaskQueue.connect(redis, "mail");
        reports = TaskQueue.connect(redis, "reports");
        imageWorkers = Launcher.start(LauncherOptions.of(2, redis, "images"));
        mailWorkers = Launcher.start(LauncherOptions.of(1, redis, "mail"));
        scheduler = Scheduler.start(redis, "reports");
        scheduler.schedule(
                "monthly-figures",
                Task.of(Chores::resize, "figures.pdf", 1),
                Schedule.cron("0 30 6 1 * ?", "Europe/Berlin"));
        scheduler.schedule(
                "thumbnails", Task.of(Chores::resize, "all.png", 64), Schedule.every(Duration.ofMinutes(15)));
        scheduler.schedule(
                "old-import", Task.of(Chores::resize, "old.png", 1), Schedule.cron("0 0 3 ? * MON-FRI", "UTC"));
        scheduler.pause("old-import");
        for (var i = 0; i < 400; i++) {
            images.send(Task.of(Chores::resize, "holiday-" + i + ".jpg", 800));
        }
        images.send(Task.of(Chores::render, "the-mill.mov"));
        mail.send(Task.of(Chores::refuse, "no such mailbox: info@example.org"));
        mail.send(
                Task.of(Chores::refuse, "the mail server is busy"),
                TaskOptions.DEFAULT.withAttempts(3).withRetryOn(IllegalStateException.class));
        mail.send(Task.of(Chores::refuse, "later"), TaskOptions.DEFAULT.withDelay(Duration.ofHours(3)));
        for (var i = 0; i < 12; i++) {
            reports.send(Task.of(Chores::resize, "cover-" + i + ".png", 120));
        }
    }

    /** Shows a dashboard of it, on port 8089 or the one given, until it is killed. */
    public static void main(String[] arguments) throws Exception {
        var port = arguments.length > 0 ? arguments[0] : "8089";
        try (var server = RedisServer.start(Files.createTempDirectory("gallery"));
                var gallery = new Gallery(server.options());
                var reportWorkers = Launcher.start(LauncherOptions.of(1, server.options(), "reports"));
                var dashboard =
                        Dashboard.start(DashboardOptions.of(server.options()).withBind("127.0.0.1:" + port, null))) {
            System.out.println("http:/" + dashboard.address());
            for (var i = 0; ; i++) {
                gallery.images.send(Task.of(Chores::resize, "more-" + i + ".jpg", 800));
                if (i % 400 == 0) {
                    gallery.mail.send(Task.of(Chores::refuse, "no such mailbox: info@example.org"));
                }
                Thread.sleep(Math.round(60 + 40 * Math.sin(i / 700.0)));
            }
        }
    }

    @Override
    public void close() {
        scheduler.close();
        imageWorkers.close();
        mailWorkers.close();
        images.close();
        mail.close();
        reports.close();
        try (var redis = options.open()) { // what there was of schedules does not go away by itself
            redis.use(connection -> new Broker("reports").drop(connection, List.of()));
        }
    }
}
