package dev.weirpool.cli.output;

import java.util.Optional;

/** Whether people sit at the other end; the launcher script knows, a JVM by itself does not. */
public final class Terminal {

    private static final int LINES = 24;

    private Terminal() {}

    /** Whether somebody can be asked. */
    public static boolean canAsk() {
        return Boolean.getBoolean("weirpool.stdin.terminal") && Boolean.getBoolean("weirpool.stderr.terminal");
    }

    /** Whether what is printed is looked at, and may be wiped away again. */
    public static boolean isLookedAt() {
        return Boolean.getBoolean("weirpool.stdout.terminal") && !"dumb".equals(System.getenv("TERM"));
    }

    /** How many lines it has. */
    public static int lines() {
        return Optional.ofNullable(System.getProperty("weirpool.terminal.lines"))
                .filter(lines -> lines.matches("[1-9]\\d{0,3}"))
                .map(Integer::valueOf)
                .orElse(LINES);
    }
}
