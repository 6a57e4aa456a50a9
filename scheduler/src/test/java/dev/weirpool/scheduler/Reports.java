package dev.weirpool.scheduler;

import java.util.List;

/** What the schedule files of the tests name. */
public final class Reports {

    static {
        // whoever only asks whether a task exists must not run any of it
        System.setProperty("dev.weirpool.scheduler.Reports", "initialized");
    }

    private Reports() {}

    public static String nightly(String region, int days) {
        return region + days;
    }

    public static void hourly() {}

    public static void all(List<String> regions, long limit) {}

    /** A class within a class. */
    public static final class Inner {
        private Inner() {}

        public static void run() {}
    }
}
