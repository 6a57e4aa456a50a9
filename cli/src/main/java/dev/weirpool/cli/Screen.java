package dev.weirpool.cli;

import dev.weirpool.cli.output.Terminal;

/** A picture that is shown again and again: in the same place on a terminal, one below the other elsewhere. */
final class Screen {
    private static final String CLEAR = "\u001b[H\u001b[2J";
    private static boolean isFirst = true;

    private Screen() {}

    /** Makes room for the next picture. */
    static void next() {
        if (Terminal.isLookedAt()) {
            System.out.print(CLEAR);
        } else if (!isFirst) {
            System.out.println();
        }
        isFirst = false;
    }
}
