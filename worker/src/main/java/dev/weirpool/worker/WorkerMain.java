package dev.weirpool.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;

/**
 * The main class of a worker process, started by a {@link Launcher} and by nobody else: settings and commands come down its
 * standard input, and its end means that the launcher is gone.
 */
public final class WorkerMain {

    private WorkerMain() {}

    public static void main(String[] arguments) {
        var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        System.setIn(
                InputStream.nullInputStream()); // a task that reads or closes its standard input gets nothing of ours
        Worker worker;
        try {
            worker = Worker.boot(WorkerSettings.readFrom(in));
        } catch (IOException e) {
            exit(WorkerExit.ORPHANED);
            return;
        }
        var commands = new Thread(() -> obey(in, worker), "weirpool-commands");
        commands.setDaemon(true);
        commands.start();
        try {
            exit(worker.run());
        } catch (RuntimeException | Error e) {
            e.printStackTrace();
            exit(WorkerExit.BROKEN);
        }
    }

    private static void obey(BufferedReader in, Worker worker) {
        try {
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                var words = line.split(" ", 2);
                switch (words[0]) {
                    case "stop" -> worker.stop();
                    case "cancel" -> worker.cancel(words[1]);
                    case "threads" -> worker.takeDownThreads();
                    default -> System.err.println("weirpool: unknown command from the launcher: " + words[0]);
                }
            }
        } catch (IOException e) {
            // the pipe broke: the same as its end
        }
        worker.clearUpAsOrphan();
        exit(WorkerExit.ORPHANED);
    }

    /** Ends without shutdown hooks: whatever a task has left running must not keep a worker alive. */
    private static void exit(WorkerExit exit) {
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(exit.code);
    }
}
