package dev.weirpool.cli.chaos;

/**
 * One line of a worker's ledger: it has begun a task.
 *
 * @param micros when, since 1970
 */
record Execution(int number, int attempt, long fence, long pid, long micros) {

    static final String PREFIX = "executed-";

    static String fileName(long pid) {
        return PREFIX + pid;
    }

    String line() {
        return number + " " + attempt + " " + fence + " " + pid + " " + micros;
    }

    static Execution of(String line) {
        var words = line.split(" ", -1);
        return new Execution(
                Integer.parseInt(words[0]),
                Integer.parseInt(words[1]),
                Long.parseLong(words[2]),
                Long.parseLong(words[3]),
                Long.parseLong(words[4]));
    }
}
