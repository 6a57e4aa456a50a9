package dev.weirpool.cli.chaos;

import dev.weirpool.queue.TaskContext;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the workers run: every execution leaves a line in the ledger of its process, before anything else. */
final class ChaosTasks {

    private static final int EXIT_CODE_OF_POISON = 42;

    private static @Nullable Ledger ledger; // of this process; used by the one thread that runs tasks

    private ChaosTasks() {}

    /** Takes some milliseconds and returns what {@link #expected} says. */
    static long work(int number, int millis, String directory) throws InterruptedException {
        record(number, directory);
        TimeUnit.MILLISECONDS.sleep(millis);
        return expected(number);
    }

    /** Takes its worker down with it. */
    static long poison(int number, String directory) {
        record(number, directory);
        Runtime.getRuntime().halt(EXIT_CODE_OF_POISON);
        return expected(number);
    }

    /** Writes down for which planned time it was put. */
    static void fired(int number, int revision, String directory) {
        ledger(Fired.fileName(ProcessHandle.current().pid()), directory)
                .append(new Fired(number, TaskContext.current().id().sequence(), revision, Ledger.micros()).line());
    }

    static long expected(int number) {
        return 31L * number + 7;
    }

    private static void record(int number, String directory) {
        var pid = ProcessHandle.current().pid();
        var task = TaskContext.current();
        ledger(Execution.fileName(pid), directory)
                .append(new Execution(number, task.attempt(), task.fence(), pid, Ledger.micros()).line());
    }

    private static Ledger ledger(String name, String directory) {
        var open = ledger;
        if (open == null) {
            open = Ledger.open(Path.of(directory, name));
            ledger = open;
        }
        return open;
    }
}
