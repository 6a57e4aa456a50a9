package dev.weirpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands that run tasks of ours, for a user who allows his own and no others. */
@Tag("slow")
@Timeout(300)
final class OwnTasksIT {
    private static final String WEIRPOOL =
            Path.of("target/weirpool/bin/weirpool").toAbsolutePath().toString();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "bench --row round-trip --row take --rounds 1 --millis 50, submit to result",
        "chaos --tasks 100 --minutes 0.05, nothing was lost",
        "chaos --schedules --fires 50 --minutes 0.1, none was missed",
        "demo pool, -----end-----",
        "demo queue, wrote"
    })
    void runsWhateverElseIsAllowed(String line, String said) throws Exception {
        var command = new ArrayList<>(List.of(WEIRPOOL));
        command.addAll(List.of(line.split(" ")));
        var allowed = "com.acme.";
        for (var environment : List.of(
                Map.of("WEIRPOOL_ALLOW", allowed), Map.of("WEIRPOOL_JAVA_OPTS", "-Dweirpool.allow=" + allowed))) {
            var ran = Ran.of(directory, environment, command.toArray(String[]::new));

            assertThat(ran.output()).containsIgnoringCase(said);
        }
    }
}
