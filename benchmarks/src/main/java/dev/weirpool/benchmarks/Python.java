package dev.weirpool.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.cli.bench.Contender;
import dev.weirpool.cli.bench.Row;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A Python process that measures its own pool and queues; it is told what, a line each, and answers with a line. */
final class Python implements AutoCloseable {

    private static final String NAME = "python";

    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter requests;
    private final Set<String> rows;
    private final String version;

    private Python(Process process) throws IOException {
        this.process = process;
        this.answers = process.inputReader(UTF_8);
        this.requests = process.outputWriter(UTF_8);
        this.version = answers.readLine();
        this.rows = Set.of(answers.readLine().split(" "));
    }

    static Python start(String python, Path script, int processes, double goalSeconds) throws IOException {
        return new Python(
                new ProcessBuilder(python, script.toString(), Integer.toString(processes), Double.toString(goalSeconds))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
    }

    String version() {
        return version;
    }

    /** The row with Python taking its turn, where it has something of the kind. */
    Row in(Row row) {
        return rows.contains(row.id()) ? row.against(NAME, contender(row.id())) : row;
    }

    private Contender contender(String row) {
        return () -> {
            requests.write(row + "\n");
            requests.flush();
            var answer = answers.readLine();
            if (answer == null) {
                throw new IOException("Python has ended; what it said is above");
            }
            Map<String, Double> figures = new LinkedHashMap<>();
            for (var figure : answer.split(";")) {
                var parts = figure.split("=");
                figures.put(parts[0], Double.valueOf(parts[1]));
            }
            return figures;
        };
    }

    /** Ends it by the end of its input, so that it can end its own processes first. */
    @Override
    public void close() throws IOException, InterruptedException {
        requests.close();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
