package dev.weirpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirpool.queue.RedisOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code weirpool chaos}, briefly. */
@Tag("slow")
@Tag("chaos")
@Timeout(300)
final class ChaosIT {
    private static final Path WEIRPOOL = Path.of("target/weirpool/bin/weirpool").toAbsolutePath();

    @TempDir
    private Path directory;

    @Test
    void losesNothingAndCompletesNothingTwiceUnderFire() throws Exception {
        var ran = chaos("--tasks", "3000", "--minutes", "0.4", "--poison", "2", "--json");

        assertThat(ran.exitCode()).as(ran.out() + ran.err()).isZero();
        assertThat(ran.out()).contains("\"clean\":true", "\"left_behind\":[]");
        assertThat(number(ran, "lost")).isZero();
        assertThat(number(ran, "completed_twice")).isZero();
        assertThat(number(ran, "unwitnessed")).isLessThan(number(ran, "submitted") / 20);
        assertThat(number(ran, "completed") + number(ran, "poison_given_up"))
                .isPositive()
                .isEqualTo(number(ran, "submitted"));
        assertThat(number(ran, "worker_killed")).isPositive();
        assertThat(number(ran, "kills")).isGreaterThan(20);
    }

    @Test
    void leavesAGivenRedisAloneButForItsOwnConnections() throws Exception {
        try (var redis = RedisOptions.embedded().open()) {
            var bystander = redis.connect();
            var keysBefore = (Long) bystander.call("DBSIZE");

            var ran = chaos(
                    "--tasks",
                    "300",
                    "--minutes",
                    "0.1",
                    "--json",
                    "--redis",
                    redis.uri().toString());

            assertThat(ran.exitCode()).as(ran.out() + ran.err()).isZero();
            assertThat(number(ran, "redis_killed") + number(ran, "redis_frozen"))
                    .isZero();
            // what others have left there may lapse meanwhile
            assertThat((Long) bystander.call("DBSIZE")).isLessThanOrEqualTo(keysBefore);
        }
    }

    @Test
    void refusesWhatMakesNoSense() throws Exception {
        assertThat(chaos("--tasks", "0")).isEqualTo(new Ran(2, "", "weirpool: tasks must be at least 1, got 0\n"));
        assertThat(chaos("--tasks", "3", "--poison", "4").exitCode()).isEqualTo(2);
    }

    private static long number(Ran ran, String name) {
        var found = Pattern.compile('"' + name + "\":(\\d+)").matcher(ran.out());
        assertThat(found.find()).as(name + " in " + ran.out()).isTrue();
        return Long.parseLong(found.group(1));
    }

    private Ran chaos(String... arguments) throws Exception {
        var command = Stream.concat(Stream.of(WEIRPOOL.toString(), "chaos"), Stream.of(arguments));
        return Ran.of(directory, Map.of("LC_ALL", "C.UTF-8"), command.toArray(String[]::new));
    }
}
