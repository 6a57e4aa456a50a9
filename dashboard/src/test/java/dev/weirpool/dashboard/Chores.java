package dev.weirpool.dashboard;

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

    static void render(String film) throws InterruptedException {
        TimeUnit.MINUTES.sleep(10);
    }
}
