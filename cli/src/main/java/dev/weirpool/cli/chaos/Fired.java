package dev.weirpool.cli.chaos;

/**
 * One line of a worker's ledger: it has begun the task of a schedule.
 *
 * @param planned for which time it was put, in ms since 1970
 * @param revision which edit of the schedule it was put by
 * @param micros when it began, since 1970
 */
record Fired(int number, long planned, int revision, long micros) {

    static final String PREFIX = "fired-";

    static String fileName(long pid) {
        return PREFIX + pid;
    }

    String line() {
        return number + " " + planned + " " + revision + " " + micros;
    }

    static Fired of(String line) {
        var words = line.split(" ", -1);
        return new Fired(
                Integer.parseInt(words[0]),
                Long.parseLong(words[1]),
                Integer.parseInt(words[2]),
                Long.parseLong(words[3]));
    }
}
