package dev.weirpool.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.signing.Keyring;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The main class of a worker process, started by a {@link Launcher} and by nobody else: settings and commands come down its
 * standard input, and its end means that the launcher is gone.
 */
public final class WorkerMain {

    private static final Path STANDARD_INPUT = Path.of("/proc/self/fd/0");
    private static final String END = "end";

    private WorkerMain() {}

    public static void main(String[] arguments) {
        var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        System.setIn(
                InputStream.nullInputStream()); // a task that reads or closes its standard input gets nothing of ours
        var loading = new Thread(Keyring::load, "weirpool-signing"); // beside what else there is to load
        loading.setDaemon(true);
        loading.start();
        WorkerSettings settings;
        try {
            settings = WorkerSettings.readFrom(in);
        } catch (IOException e) {
            exit(WorkerExit.ORPHANED);
            return;
        }
        try {
            var worker = Worker.boot(settings);
            var commands = new Thread(() -> obey(in, worker), "weirpool-commands");
            commands.setDaemon(true);
            commands.start();
            end(worker.run(), commands);
        } catch (RuntimeException | Error e) {
            e.printStackTrace();
            exit(WorkerExit.BROKEN);
        }
    }

    private static void obey(BufferedReader in, Worker worker) {
        var orphaned = WorkerExit.ORPHANED
                .code; // known from now on: somebody may have deleted our jars by the time it is needed
        try {
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                obey(line, worker);
            }
        } catch (IOException e) {
            // the pipe broke: the same as its end
        }
        try {
            worker.clearUpAsOrphan();
        } finally {
            Runtime.getRuntime().halt(orphaned);
        }
    }

    private static void obey(String line, Worker worker) {
        var words = line.split(" ", 2);
        try {
            switch (words[0]) {
                case "stop" -> worker.stop();
                case "cancel" -> worker.cancel(words[1]);
                case "threads" -> worker.takeDownThreads();
                case "" -> {}
                case END -> exit(WorkerExit.valueOf(words[1]));
                default -> System.err.println("weirpool: unknown command from the launcher: " + words[0]);
            }
        } catch (RuntimeException | Error e) { // must not make it deaf: it would not hear that its launcher is gone
            System.err.println("weirpool: a fault at the command " + words[0] + ": " + e);
        }
    }

    /**
     * Has the thread that reads commands end this process. The JVM would wait a third of a second for a thread that is reading, so it
     * is woken: on Linux the standard input can also be opened for writing.
     */
    private static void end(WorkerExit exit, Thread commands) {
        try (var in = Files.newOutputStream(STANDARD_INPUT, StandardOpenOption.WRITE)) {
            in.write(("\n" + END + " " + exit + "\n").getBytes(UTF_8));
            commands.join(1000);
        } catch (IOException | InterruptedException e) {
            // another system, which takes its time
        }
        exit(exit);
    }

    /** Ends without shutdown hooks: whatever a task has left running must not keep a worker alive. */
    private static void exit(WorkerExit exit) {
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(exit.code);
    }
}
