package dev.weirpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The Docker engine of this machine, by its command. */
final class Engine {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private Engine() {}

    /** Skips the tests of {@code who}, or fails where they must not be skipped, if there is none. */
    static void require(String who) throws Exception {
        String reason = "no Docker engine can be reached";
        if (!isThere("docker")) {
            assertThat(System.getenv("WEIRPOOL_REQUIRE_DOCKER"))
                    .describedAs(reason)
                    .isNotEqualTo("1");
            System.err.println(
                    who + " is skipped: " + reason); // the build's log gives only the number of those skipped
            Assumptions.abort(reason);
        }
    }

    static boolean isThere(String command) throws InterruptedException {
        try {
            return run(Map.of(), List.of((command + " version").split(" "))).exitCode() == 0;
        } catch (IOException e) {
            return false; // there is no such program
        }
    }

    /** Makes an image of the distribution that the build has left. */
    static void buildImage(String name) throws Exception {
        docker("build", "--build-arg", "FROM=built", "-t", name, ".").output();
    }

    static Ran docker(String... arguments) throws IOException, InterruptedException {
        return run(
                Map.of(),
                Stream.concat(Stream.of("docker"), Stream.of(arguments)).toList());
    }

    static Ran run(Map<String, String> environment, List<String> command) throws IOException, InterruptedException {
        return Ran.of(ROOT, environment, command.toArray(String[]::new));
    }
}
