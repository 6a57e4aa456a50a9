package dev.weirpool.worker;

import java.util.List;

/** A launcher gave up: its workers end before they are ready, each time. The message ends with the last words of one. */
public final class WorkersCannotStartException extends RuntimeException {

    WorkersCannotStartException(int births, List<String> lastWords) {
        super("no worker could start, " + births + " times in a row; "
                + (lastWords.isEmpty()
                        ? "the last one left no word"
                        : "the last one's words:\n  "
                                + String.join(
                                        "\n  ",
                                        lastWords.subList(Math.max(0, lastWords.size() - 12), lastWords.size()))));
    }
}
