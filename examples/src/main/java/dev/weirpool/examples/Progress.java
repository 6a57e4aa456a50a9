package dev.weirpool.examples;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** A progress bar on standard error, if that is a terminal, and lines that do not smear it. */
public final class Progress implements AutoCloseable {
    private static final String CLEAR_LINE = "\r\u001b[K";
    private static final int WIDTH = 80;

    private final @Nullable ProgressBar bar;

    private Progress(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    /** Progress of {@code total} steps. */
    public static Progress of(String name, long total) {
        if (!isTerminal()) {
            return new Progress(null);
        }
        return new Progress(new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(total)
                .setUpdateIntervalMillis(100)
                .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
                .build());
    }

    /** One step more, which gave {@code line}. */
    public void print(PrintStream out, String line) {
        if (bar == null) {
            out.println(line);
            return;
        }
        bar.step();
        System.err.print(CLEAR_LINE);
        System.err.flush();
        out.println(line);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }

    /** The launcher script knows; a JVM by itself only knows whether all its streams are one. */
    @SuppressWarnings("SystemConsoleNull") // from Java 22 on there always is one: good enough for a guess
    private static boolean isTerminal() {
        String known = System.getProperty("weirpool.stderr.terminal");
        return known != null ? Boolean.parseBoolean(known) : System.console() != null;
    }
}
