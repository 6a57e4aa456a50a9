package dev.weirpool.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.util.List;

/** One worker process, as its launcher sees it. */
final class Child {

    private static final long OUTPUT_LIMIT_MILLIS = 500;

    private final String worker;
    private final Process process;
    private final Board board;
    private final Writer commands;
    private final OutputRelay output;
    private final OutputRelay errors;

    private Child(String worker, Process process, Board board) {
        this.worker = worker;
        this.process = process;
        this.board = board;
        this.commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), UTF_8));
        this.output = OutputRelay.start("weirpool-stdout-" + process.pid(), process.getInputStream(), System.out);
        this.errors = OutputRelay.start("weirpool-stderr-" + process.pid(), process.getErrorStream(), System.err);
    }

    static Child start(ProcessBuilder command, WorkerSettings settings, Board board) throws IOException {
        var child = new Child(settings.worker(), command.start(), board);
        try {
            settings.writeTo(child.commands);
        } catch (IOException e) {
            // it is dead already: its exit, with its last words, tells more than the broken pipe
        }
        return child;
    }

    String worker() {
        return worker;
    }

    Process process() {
        return process;
    }

    long pid() {
        return process.pid();
    }

    boolean isReady() {
        return board.isReady();
    }

    /** Asks it to finish its task and end. */
    void stop() {
        command("stop");
    }

    /** Asks it to end the task with that id, if it runs it. */
    void cancel(String task) {
        command("cancel " + task);
    }

    private void command(String line) {
        try {
            commands.write(line + "\n");
            commands.flush();
        } catch (IOException e) {
            // it is dead already, and its exit is on its way to the launcher
        }
    }

    /** Ends it now. */
    void kill() {
        process.destroyForcibly();
    }

    /** Clears up behind it when it has exited; what it printed has been passed on when this returns. */
    void bury() {
        output.await(OUTPUT_LIMIT_MILLIS);
        errors.await(OUTPUT_LIMIT_MILLIS);
        board.delete();
        try {
            commands.close();
        } catch (IOException e) {
            // the other end is gone, as it should be
        }
    }

    List<String> lastWords() {
        return errors.lastLines();
    }
}
