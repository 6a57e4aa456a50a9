package dev.weirpool.examples;

import dev.weirpool.queue.TaskContext;
import java.time.Instant;

/** What the examples schedule. */
public final class Reports {

    /** Prints a line, and how late it is. */
    public static void tick(String text) {
        Instant planned = planned();
        System.out.printf(
                "%s, planned for %s, in process %d%n",
                text, planned, ProcessHandle.current().pid());
    }

    /** Makes the report of the day before its planned time: run a day late, it is still that day's. */
    public static String nightly(String region) {
        String day = planned().minusSeconds(86_400).toString().substring(0, 10);
        System.out.printf("the report of %s for %s%n", region, day);
        return region + "-" + day + ".pdf";
    }

    /** The planned time of a scheduled task is in its id. */
    static Instant planned() {
        long millis = TaskContext.current().id().sequence();
        return millis > 0 ? Instant.ofEpochMilli(millis) : Instant.now(); // put by hand
    }

    private Reports() {}
}
