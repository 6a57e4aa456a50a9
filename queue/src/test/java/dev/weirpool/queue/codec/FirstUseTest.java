package dev.weirpool.queue.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A worker process pays for the codec before its first task, so it loads little, and it leaves the console alone. */
class FirstUseTest {
    /** What runs in the other JVM. */
    public static final class Main {
        private Main() {}

        record Point(int x, String label) {}

        /** Encodes and decodes; with an argument, also what needs reflection, object creation and lambdas. */
        public static void main(String[] arguments) {
            Codec codec = new Codec();
            codec.decode(codec.encode(new Object[] {"a", 1}));
            if (arguments.length > 0) {
                codec.decode(codec.encode(new Object[] {
                    new Point(1, "a"),
                    new EverydayValues.Animal("Tom", 4),
                    EverydayValues.byLength(),
                    List.of(1),
                    EverydayValues.Color.GREEN
                }));
            }
        }
    }

    @Test
    void loadsFewClassesForSimpleArguments() throws Exception {
        List<String> loaded = run("-Xlog:class+load").stream()
                .filter(line -> line.contains("dev.weirpool") || line.contains("esotericsoftware"))
                .toList();

        // 9 of these are exceptions and enums that the verifier looks at
        assertThat(loaded).hasSizeLessThan(33);
        assertThat(loaded).noneMatch(line -> line.contains("kryo.Kryo ") || line.contains("kryo.util.Util"));
    }

    @Test
    void printsNothing() throws Exception {
        assertThat(run("-Dunused", "all")).isEmpty();
    }

    private static List<String> run(String flag, String... arguments) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                flag,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().collect(Collectors.toList());
    }
}
