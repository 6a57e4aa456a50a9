package dev.weirpool.cli;

import dev.weirpool.cli.output.Terminal;
import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar on standard error, with rate and remaining time, if that is a terminal; lines that are printed do not smear it. */
final class Bar implements AutoCloseable {
    private static final String CLEAR_LINE = "\r\u001b[K";
    private static final int WIDTH = 79;

    private final @Nullable ProgressBar bar;

    private Bar(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    static Bar start(String name) {
        if (!Boolean.getBoolean("weirpool.stderr.terminal") || "dumb".equals(System.getenv("TERM"))) {
            return new Bar(null);
        }
        return new Bar(new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(-1)
                .setStyle(ProgressBarStyle.ASCII)
                .showSpeed()
                .setUpdateIntervalMillis(200)
                .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
                .build());
    }

    /** So many steps are known of; what remains can be told once that {@code isAll}. Any thread may call. */
    void expect(long count, boolean isAll) {
        if (bar != null && isAll) {
            bar.maxHint(count);
        }
    }

    /** One step more, which gave {@code line}. */
    void print(PrintStream out, String line) {
        if (bar == null) {
            out.println(line);
            return;
        }
        bar.step();
        if (Terminal.isLookedAt() || out == System.err) { // else the line goes elsewhere
            System.err.print(CLEAR_LINE);
            System.err.flush();
        }
        out.println(line);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
