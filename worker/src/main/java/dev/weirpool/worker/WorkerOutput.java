package dev.weirpool.worker;

import java.util.Optional;

/** Where the lines go that workers print. */
@FunctionalInterface
public interface WorkerOutput {

    /** Standard output goes to standard output, and errors to errors, as they are. */
    WorkerOutput PLAIN = line -> (line.isError() ? System.err : System.out).println(line.text());

    /** Takes one line; called by a thread for each stream of each worker, so that it has to be safe for use by many. */
    void print(Line line);

    /**
     * A line that a worker has printed.
     *
     * @param pid of the worker
     * @param task the id of the task that it was running about then, or had just run
     * @param isError whether it was printed on standard error
     * @param text without its end; cut if it was very long
     */
    record Line(long pid, Optional<String> task, boolean isError, String text) {}
}
