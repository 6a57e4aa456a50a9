package dev.weirpool.dashboard;

import dev.weirpool.queue.TaskContext;
import java.util.concurrent.TimeUnit;

/** What the tests have workers do. */
final class Chores {
    private Chores() {}

    static int resize(String picture, int width) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(5 + Math.floorMod(picture.hashCode(), 40));
        return width;
    }

    static void refuse(String why) {
        System.err.println("about to refuse");
        throw new IllegalStateException(why);
    }

    static void shoutAndBeKilled() throws Exception {
        System.out.println("told to stdout");
        System.err.println("told to stderr");
        new ProcessBuilder("kill", "-9", "" + ProcessHandle.current().pid()).start();
        TimeUnit.MINUTES.sleep(1);
    }

    /** Six minutes of work, the second half of a film, a step more every tenth of a second. */
    static void render(String film) throws InterruptedException {
        for (var frame = 2501; frame <= 6000; frame++) {
            TaskContext.current().progress(frame, 6000, film);
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }
}
