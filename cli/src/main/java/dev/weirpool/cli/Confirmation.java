package dev.weirpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.cli.output.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The option that answers yes to the question whether something is to be destroyed. */
final class Confirmation {
    @Option(names = "--yes", description = "Do not ask; without a terminal to ask on this is needed.")
    private boolean yes;

    /**
     * Asks whether to go on.
     *
     * @param deed what would be done, with a count
     * @throws IllegalArgumentException if nobody can be asked
     */
    boolean isGiven(String deed) {
        if (yes) {
            return true;
        }
        if (!Terminal.canAsk()) {
            throw new IllegalArgumentException(
                    "would " + deed + ", and there is no terminal to ask on: add --yes to do it");
        }
        System.err.print("weirpool: " + deed + "? [y/N] ");
        System.err.flush();
        try {
            var answer = new BufferedReader(new InputStreamReader(System.in, UTF_8)).readLine();
            return answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the answer", e);
        }
    }
}
