package dev.weirpool.pool;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** How many results there are so far, on one line that is written anew ten times a second at most. */
final class ProgressLine {

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final String CLEAR = "\r\u001b[K";

    private final PrintStream out;
    private final String name;
    private final long total;
    private final long since = System.nanoTime();
    private long shownAt = since - PERIOD_NANOS;
    private long done;
    private boolean ended;

    /** @param total how many there will be, 0 if that is not known */
    ProgressLine(PrintStream out, String name, long total) {
        this.out = out;
        this.name = name;
        this.total = total;
    }

    /** One on standard error, if that is a terminal. */
    @SuppressWarnings("SystemConsoleNull") // from Java 22 on there always is one: good enough for a guess
    static Optional<ProgressLine> onTerminal(String name, long total) {
        var known = System.getProperty("weirpool.stderr.terminal");
        var isTerminal = known != null ? Boolean.parseBoolean(known) : System.console() != null;
        return isTerminal ? Optional.of(new ProgressLine(System.err, name, total)) : Optional.empty();
    }

    /** There is one result more. */
    void step() {
        done++;
        var now = System.nanoTime();
        if (now - shownAt >= PERIOD_NANOS) {
            shownAt = now;
            out.print(CLEAR + text(now));
            out.flush();
        }
    }

    /** There are no more: leaves the line as it is last, and ends it. */
    void end() {
        if (!ended) {
            ended = true;
            out.println(CLEAR + text(System.nanoTime()));
        }
    }

    private String text(long now) {
        var seconds = Math.max(1e-3, (now - since) / 1e9);
        var text = name + " " + done;
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
