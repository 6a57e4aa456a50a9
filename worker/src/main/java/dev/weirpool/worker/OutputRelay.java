package dev.weirpool.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Passes on what a worker prints, whole line by whole line, and remembers the last few. A very long line is cut. */
final class OutputRelay {

    static final int MAX_LINE = 64 * 1024;

    private static final int REMEMBERED = 64;
    private static final int MAX_REMEMBERED = 32 * 1024;
    private static final Charset NATIVE = Charset.forName(System.getProperty("native.encoding", "UTF-8"));

    private final Deque<String> last = new ArrayDeque<>(); // guarded by itself
    private int lastLength; // guarded by last
    private final Thread thread;

    private OutputRelay(String name, InputStream from, Consumer<String> to) {
        this.thread = new Thread(() -> copy(from, to), name);
        thread.setDaemon(true);
    }

    /** @param to given one line at a time, without its end, on this relay's thread */
    static OutputRelay start(String name, InputStream from, Consumer<String> to) {
        var relay = new OutputRelay(name, from, to);
        relay.thread.start();
        return relay;
    }

    private void copy(InputStream from, Consumer<String> to) {
        var line = new StringBuilder();
        try (var in = new BufferedReader(new InputStreamReader(from, NATIVE))) {
            while (read(in, line)) {
                pass(line, to);
            }
        } catch (IOException e) {
            // the process was killed in the middle of a line
            if (!line.isEmpty()) {
                pass(line, to);
            }
        }
    }

    private void pass(StringBuilder line, Consumer<String> to) {
        var text = line.length() <= MAX_LINE ? line.toString() : line.substring(0, MAX_LINE) + "... (cut)";
        line.setLength(0);
        to.accept(text);
        synchronized (last) {
            last.addLast(text);
            lastLength += text.length();
            while (last.size() > REMEMBERED || (lastLength > MAX_REMEMBERED && last.size() > 1)) {
                lastLength -= last.removeFirst().length();
            }
        }
    }

    /** The next line, or what there is of it before the end; false if there is nothing. */
    private static boolean read(Reader in, StringBuilder line) throws IOException {
        for (var c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                if (!line.isEmpty() && line.length() <= MAX_LINE && line.charAt(line.length() - 1) == '\r') {
                    line.setLength(line.length() - 1);
                }
                return true;
            }
            if (line.length() <= MAX_LINE) { // one more than is passed on tells that it was cut
                line.append((char) c);
            }
        }
        return !line.isEmpty();
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
