package dev.weirpool.queue.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weirpool.queue.redis.RedisServer;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The scripts of schedules do what they must, and each of their guards is needed for that. */
@Tag("slow")
final class ScheduleBrokerTest {
    private static final String FIRE = "schedule-fire";
    private static final String EDIT = "schedule-edit";

    @TempDir
    private static Path directory;

    private static RedisServer server;

    @BeforeAll
    static void start() throws Exception {
        server = RedisServer.start(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    static List<Guard> guards() {
        return List.of(
                new Guard(FIRE, "is not early", "planned and planned > now", "false", false),
                new Guard(FIRE, "compares the planned time", "planned and moment(current) ~= planned", "false", false),
                new Guard(
                        FIRE,
                        "compares the version",
                        "whole(redis.call('HGET', versions, name)) ~= version",
                        "false",
                        false),
                new Guard(FIRE, "heeds the deadline", "now > deadline", "false", false),
                new Guard(
                        FIRE,
                        "puts by hand once",
                        "triggered and redis.call('EXISTS', triggered) == 1",
                        "false",
                        false),
                new Guard(FIRE, "counts what runs", "redis.call('ZCARD', running) < limit", "true", false),
                new Guard(
                        FIRE,
                        "is refused whole",
                        "add(counts, name .. ' fired', 0)",
                        "redis.call('ZREM', workers, '')",
                        false),
                new Guard(
                        FIRE,
                        "goes on soon when nothing was put",
                        "if put == 0 and instead ~= '' then next = now + instead end",
                        "",
                        false),
                new Guard(
                        EDIT,
                        "compares the number of edits",
                        "if whole(redis.call('GET', KEYS[6])) ~= tonumber(ARGV[1]) then return 0 end",
                        "",
                        false),
                new Guard(
                        EDIT,
                        "compares the planned time",
                        "if moment(redis.call('ZSCORE', schedules, ARGV[i])) ~= tonumber(ARGV[i + 1]) then return 0 end",
                        "",
                        false),
                new Guard(
                        EDIT,
                        "passes on a full server",
                        "if ARGV[2] == '1' then redis.call('HDEL', sources, '') end",
                        "",
                        false));
    }

    @ParameterizedTest
    @EnumSource
    void holds(ScheduleScenario scenario) {
        scenario.run(uri());
    }

    @ParameterizedTest
    @MethodSource("guards")
    void missesAGuardThatIsGone(Guard guard) throws Exception {
        assertThat(guard.mutant()).isNotEqualTo(Guard.text(guard.script()));
        var scenarios = new MutantLoader(guard.script(), guard.mutant()).loadClass(ScheduleScenario.class.getName());
        var runAll = scenarios.getDeclaredMethod("runAll", URI.class);
        runAll.setAccessible(true);
        try {
            runAll.invoke(null, uri());
        } catch (InvocationTargetException e) {
            assertThat(e.getCause()).isInstanceOf(AssertionError.class);
            return;
        }
        fail("nobody notices that '" + guard.words() + "' is missing");
    }

    private static URI uri() {
        return URI.create(server.options().toString());
    }
}
