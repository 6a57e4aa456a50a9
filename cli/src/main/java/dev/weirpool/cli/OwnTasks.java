package dev.weirpool.cli;

/** What a command runs that is not its user's, but a part of Weirpool. */
final class OwnTasks {

    private OwnTasks() {}

    /**
     * Has this process, and the workers that it starts, take tasks of that package and no others, whatever its user allows elsewhere: our
     * jars are libraries to everybody else, and queues of such tasks hold nothing of the user's.
     */
    static void allow(String packageName) {
        System.setProperty("weirpool.allow", packageName + ".");
    }
}
