package dev.weirpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code weirpool chaos --schedules}, briefly. */
@Tag("slow")
@Tag("chaos")
@Timeout(300)
final class ScheduleChaosIT {
    private static final String WEIRPOOL =
            Path.of("target/weirpool/bin/weirpool").toAbsolutePath().toString();

    @TempDir
    private Path directory;

    @Test
    void missesNothingAndFiresNothingTwiceWhileSchedulersAreKilled() throws Exception {
        var ran = Ran.of(
                directory,
                Map.of("LC_ALL", "C.UTF-8"),
                WEIRPOOL,
                "chaos",
                "--schedules",
                "--fires",
                "500",
                "--minutes",
                "0.4",
                "--json");

        assertThat(ran.exitCode()).as(ran.out() + ran.err()).isZero();
        assertThat(number(ran, "missed")).isZero();
        assertThat(number(ran, "doubled")).isZero();
        assertThat(number(ran, "unplanned")).isZero();
        assertThat(number(ran, "fires")).isGreaterThanOrEqualTo(400);
        assertThat(number(ran, "scheduler_killed")).isPositive();
        assertThat(number(ran, "schedule_edited")).isPositive();
    }

    @Test
    void refusesWhatMakesNoSense() throws Exception {
        var ran = Ran.of(directory, Map.of("LC_ALL", "C.UTF-8"), WEIRPOOL, "chaos", "--schedules", "--replicas", "1");

        assertThat(ran)
                .isEqualTo(new Ran(2, "", "weirpool: replicas must be at least 2, so that one is left, got 1\n"));
    }

    private static long number(Ran ran, String name) {
        var found = Pattern.compile('"' + name + "\":(\\d+)").matcher(ran.out());
        assertThat(found.find()).as(name + " in " + ran.out()).isTrue();
        return Long.parseLong(found.group(1));
    }
}
