package dev.weirpool.pool;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How many results there are so far, with a bar, how fast they come and how long the rest will take: on one line of standard error, written
 * anew ten times a second at most. Where that is no terminal, nothing is shown. For use by any number of threads.
 *
 * <p>{@link AsyncResult#showProgress} and {@link ResultIterator#showProgress} draw one by themselves. This is for a loop that prints lines
 * of its own, which must not be mixed with it.
 */
public final class ProgressLine implements AutoCloseable {

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final String CLEAR = "\r\u001b[K";
    private static final int BAR = 20;

    private final @Nullable PrintStream shown; // null: nowhere
    private final boolean isInTheWay; // of what is printed on standard output
    private final String name;
    private final long since = System.nanoTime();

    // guarded by this
    private long shownAt = since - PERIOD_NANOS;
    private long total;
    private long done;
    private boolean ended;

    ProgressLine(@Nullable PrintStream shown, boolean isInTheWay, String name, long total) {
        this.shown = shown;
        this.isInTheWay = isInTheWay;
        this.name = name;
        this.total = total;
    }

    /**
     * Begins one.
     *
     * @param total how many results there will be, 0 if that is not known
     */
    public static ProgressLine start(String name, long total) {
        var isShown = isTerminal("stderr", 2) && !"dumb".equals(System.getenv("TERM"));
        return new ProgressLine(isShown ? System.err : null, isShown && isTerminal("stdout", 1), name, total);
    }

    @SuppressWarnings(
            "SystemConsoleNull") // from Java 22 on there always is one; where there is no /proc that is good enough
    private static boolean isTerminal(String stream, int number) {
        var known = System.getProperty("weirpool." + stream + ".terminal");
        if (known != null) {
            return Boolean.parseBoolean(known);
        }
        try {
            var file =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty");
        } catch (IOException e) {
            return System.console() != null;
        }
    }

    /** It has become known how many results there will be. */
    public synchronized void expect(long count) {
        total = count;
    }

    /** There are {@code count} results more. */
    public synchronized void step(long count) {
        if (ended) {
            return;
        }
        done += count;
        var now = System.nanoTime();
        if (done == total) {
            close();
        } else if (now - shownAt >= PERIOD_NANOS) {
            show(now);
        }
    }

    /** There is one result more, which gave {@code line}: prints it to {@code out}, standard output or standard error, clear of this one. */
    public synchronized void print(PrintStream out, String line) {
        if (shown != null && (isInTheWay || out == System.err) && !ended) {
            shown.print(CLEAR);
            shown.flush();
            shownAt -= PERIOD_NANOS; // what was there is to be there again
        }
        out.println(line);
        step(1);
    }

    private void show(long now) {
        shownAt = now;
        if (shown != null) {
            shown.print(CLEAR + text(now));
            shown.flush();
        }
    }

    /** There are no more: leaves the line as it is last, and ends it. */
    @Override
    public synchronized void close() {
        if (!ended) {
            ended = true;
            if (shown != null) {
                shown.println(CLEAR + text(System.nanoTime()));
            }
        }
    }

    private String text(long now) {
        var seconds = Math.max(1e-3, (now - since) / 1e9);
        var text = name + " ";
        if (total > 0) {
            var full = (int) (BAR * Math.min(done, total) / total);
            text += "[" + "#".repeat(full) + "-".repeat(BAR - full) + "] ";
        }
        text += done;
        if (total > 0) {
            text += "/" + total + String.format(Locale.ROOT, " %.0f %%", 100.0 * done / total);
        }
        text += String.format(Locale.ROOT, ", %.1f/s", done / seconds);
        if (done > 0 && done < total) {
            text += String.format(Locale.ROOT, ", %.0f s left", (total - done) * seconds / done);
        }
        return text;
    }
}
