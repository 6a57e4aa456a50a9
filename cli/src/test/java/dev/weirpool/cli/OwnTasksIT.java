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

    /** Either way to say so is read at one place; each command is tried with one. */
    @ParameterizedTest
    @CsvSource({
        "WEIRPOOL_ALLOW=com.acme., bench --row round-trip --row take --rounds 1 --millis 50, submit to result",
        "WEIRPOOL_JAVA_OPTS=-Dweirpool.allow=com.acme., chaos --tasks 100 --minutes 0.05, nothing was lost",
        "WEIRPOOL_ALLOW=com.acme., chaos --schedules --fires 50 --minutes 0.1, none was missed",
        "WEIRPOOL_JAVA_OPTS=-Dweirpool.allow=com.acme., demo pool, -----end-----",
        "WEIRPOOL_ALLOW=com.acme., demo queue, wrote"
    })
    void runsWhateverElseIsAllowed(String variable, String line, String said) throws Exception {
        var command = new ArrayList<>(List.of(WEIRPOOL));
        command.addAll(List.of(line.split(" ")));
        var pair = variable.split("=", 2);

        var ran = Ran.of(directory, Map.of(pair[0], pair[1]), command.toArray(String[]::new));

        assertThat(ran.output()).containsIgnoringCase(said);
    }
}
