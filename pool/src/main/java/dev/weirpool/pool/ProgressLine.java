package dev.weirpool.pool;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** How many results there are so far, with a bar, on one line that is written anew ten times a second at most. Any thread may call. */
final class ProgressLine {

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final String CLEAR = "\r\u001b[K";
    private static final int BAR = 20;

    private final PrintStream out;
    private final String name;
    private final long total;
    private final long since = System.nanoTime();

    // guarded by this
    private long shownAt = since - PERIOD_NANOS;
    private long done;
    private boolean ended;

    /** @param total how many there will be, 0 if that is not known */
    ProgressLine(PrintStream out, String name, long total) {
        this.out = out;
        this.name = name;
        this.total = total;
    }

    /** One on standard error, if that is a terminal that can take back what it shows. */
    static Optional<ProgressLine> onTerminal(String name, long total) {
        return isTerminal() && !"dumb".equals(System.getenv("TERM"))
                ? Optional.of(new ProgressLine(System.err, name, total))
                : Optional.empty();
    }

    @SuppressWarnings(
            "SystemConsoleNull") // from Java 22 on there always is one; where there is no /proc that is good enough
    private static boolean isTerminal() {
        var known = System.getProperty("weirpool.stderr.terminal");
        if (known != null) {
            return Boolean.parseBoolean(known);
        }
        try {
            var stderr = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return stderr.startsWith("/dev/pts/") || stderr.startsWith("/dev/tty");
        } catch (IOException e) {
            return System.console() != null;
        }
    }

    /** There are {@code count} results more. */
    synchronized void step(long count) {
        if (ended) {
            return;
        }
        done += count;
        var now = System.nanoTime();
        if (done == total) {
            end();
        } else if (now - shownAt >= PERIOD_NANOS) {
            shownAt = now;
            out.print(CLEAR + text(now));
            out.flush();
        }
    }

    /** There are no more: leaves the line as it is last, and ends it. */
    synchronized void end() {
        if (!ended) {
            ended = true;
            out.println(CLEAR + text(System.nanoTime()));
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
