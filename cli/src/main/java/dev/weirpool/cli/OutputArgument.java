package dev.weirpool.cli;

import dev.weirpool.cli.output.Column;
import dev.weirpool.cli.output.Format;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option that says in which form to print. */
final class OutputArgument {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            defaultValue = "table",
            description = "table, or for programs json or jsonl, a line for each; ${DEFAULT-VALUE} by default.")
    private Format format = Format.TABLE;

    Format format() {
        return format;
    }

    <T> void rows(List<Column<T>> columns, List<T> things) {
        format.rows(System.out, columns, things);
    }

    <T> void one(List<Column<T>> columns, T thing) {
        format.one(System.out, columns, thing);
    }

    /** Says what was done: a sentence for people, values for programs. */
    void done(String sentence, Map<String, ?> values) {
        if (format.isJson()) {
            format.value(System.out, values);
        } else {
            System.out.println(sentence);
        }
    }

    /** Says something to people only. */
    void note(String line) {
        if (!format.isJson()) {
            System.out.println(line);
        }
    }
}
