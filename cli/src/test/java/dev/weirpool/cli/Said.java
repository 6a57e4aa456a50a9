package dev.weirpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the command said, called in this process. */
record Said(int exitCode, String out, String err) {

    static Said of(String... arguments) {
        return with("", arguments);
    }

    /** The same with {@code input} on its standard input. */
    static Said with(String input, String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var before = List.of(System.out, System.err);
        var in = System.in;
        System.setOut(new PrintStream(out, true, UTF_8));
        System.setErr(new PrintStream(err, true, UTF_8));
        System.setIn(new ByteArrayInputStream(input.getBytes(UTF_8)));
        try {
            var code = Main.execute(arguments);
            return new Said(code, out.toString(UTF_8), err.toString(UTF_8));
        } finally {
            System.setOut(before.get(0));
            System.setErr(before.get(1));
            System.setIn(in);
        }
    }

    /** The command line that calls it in a process of its own. */
    static List<String> commandLine(String... arguments) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var line = new ArrayList<>(List.of(
                java, "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Main.class.getName()));
        line.addAll(List.of(arguments));
        return line;
    }

    /** Its output, where it went well. */
    String output() {
        if (exitCode != 0) {
            throw new AssertionError("exit code " + exitCode + ":\n" + out + err);
        }
        return out;
    }

    JsonElement json() {
        return JsonParser.parseString(output());
    }
}
