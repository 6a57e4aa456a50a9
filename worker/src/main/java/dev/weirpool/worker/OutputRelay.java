package dev.weirpool.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Passes on what a worker prints, whole line by whole line, and remembers the last few. */
final class OutputRelay {

    private static final int REMEMBERED = 64;
    private static final Charset NATIVE = Charset.forName(System.getProperty("native.encoding", "UTF-8"));

    private final Deque<String> last = new ArrayDeque<>(); // guarded by itself
    private final Thread thread;

    private OutputRelay(String name, InputStream from, PrintStream to) {
        this.thread = new Thread(() -> copy(from, to), name);
        thread.setDaemon(true);
    }

    static OutputRelay start(String name, InputStream from, PrintStream to) {
        var relay = new OutputRelay(name, from, to);
        relay.thread.start();
        return relay;
    }

    private void copy(InputStream from, PrintStream to) {
        try (var lines = new BufferedReader(new InputStreamReader(from, NATIVE))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                to.println(line);
                synchronized (last) {
                    if (last.size() == REMEMBERED) {
                        last.removeFirst();
                    }
                    last.addLast(line);
                }
            }
        } catch (IOException e) {
            // the process was killed in the middle of a line
        }
    }

    /** Waits until all is passed on, but no longer than {@code millis}: a process started by the worker may hold its output open. */
    void await(long millis) {
        try {
            thread.join(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    List<String> lastLines() {
        synchronized (last) {
            return List.copyOf(last);
        }
    }
}
