package dev.weirpool.scheduler;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.signing.Direction;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What nobody of ours has written where schedules are kept: counted as nothing, or passed over; the others fire all the same. */
@Tag("slow")
final class ForgedScheduleTest extends SchedulerFixture {
    private static final Schedule SECONDLY = Schedule.every(Duration.ofSeconds(1));

    private void hash(String name, String field, String value) {
        redis.call("HSET", key(name), bytes(field), bytes(value));
    }

    private long fired(String name) {
        return editor.find(name).orElseThrow().fired();
    }

    private void awaitFires(String name, int more) {
        var before = fired(name);
        await().atMost(LIMIT).until(() -> fired(name) >= before + more);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "every PT0.001S",
                "every PT0S",
                "every -PT1S",
                "delay PT0.001S",
                "every PT1S x",
                "cron * * * * * ? x",
                ""
            })
    void aPeriodThatNobodyMayHaveFiresNothing(String forged) {
        editor.schedule("genuine", task(), SECONDLY);
        editor.schedule("forged", task(), SECONDLY);
        var name = "forged".getBytes(UTF_8);
        var signer = server.keyring().signer(Direction.SCHEDULE, queue);
        var stored = signer.open(name, (byte[]) redis.call("HGET", key("schedules:definitions"), name));
        var genuine = SECONDLY.toString().getBytes(UTF_8);
        var line = forged.getBytes(UTF_8);
        var definition = ByteBuffer.allocate(stored.length - genuine.length + line.length)
                .put(stored, 0, 9)
                .putInt(line.length)
                .put(line)
                .put(stored, 13 + genuine.length, stored.length - 13 - genuine.length);
        redis.call("HSET", key("schedules:definitions"), name, signer.seal(name, definition.array()));

        start();
        awaitFires("genuine", 1);

        assertThat(editor.find("forged")).isEmpty();
        assertThat(ready()).allMatch(task -> task.producer() == Definition.producer("genuine"));
        editor.schedule("forged", task(), SECONDLY);
        awaitFires("forged", 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "", "-1", "1.5", "1e400", "nan", "9223372036854775807", "9223372036854775808", "<b>"})
    void countsThatAreNoNumbersBeginAnew(String forged) {
        editor.schedule("spoilt", task(), SECONDLY);
        editor.schedule("other", task(), SECONDLY);
        for (var count : List.of("fired", "skipped", "missed")) {
            hash("schedules:counts", "spoilt " + count, forged);
        }
        hash("producers", "!load", forged);
        hash("schedules:versions", "spoilt", forged);

        start();

        awaitFires("spoilt", 1);
        await().atMost(LIMIT).until(() -> fired("other") >= 1);
        assertThat(editor.triggerNow("spoilt")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-inf", "+inf", "1e300", "-1e300", "0", "-1", "1.5", "9007199254740991"})
    void aPlannedTimeThatNoScheduleHasIsMendedOrEdited(String forged) {
        editor.schedule("spoilt", task(), SECONDLY);
        editor.schedule("other", task(), SECONDLY);
        redis.call("ZADD", key("schedules"), bytes(forged), bytes("spoilt"));

        start();
        awaitFires("other", 1);
        assertThat(editor.list()).hasSize(2);
        editor.pause("spoilt");
        editor.resume("spoilt");

        awaitFires("spoilt", 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "", "-1", "1.5", "1e400", "9223372036854775807"})
    void aNumberOfEditsThatIsNoneKeepsNobodyFromEditing(String forged) {
        editor.schedule("first", task(), SECONDLY);
        redis.call("SET", key("schedules:edits"), bytes(forged));

        editor.schedule("second", task(), SECONDLY);
        editor.remove("first");

        assertThat(editor.list()).extracting(ScheduleStatus::name).containsExactly("second");
    }

    @Test
    void aScheduleOfWhichOnlyTheTimeIsThereIsPassedOver() {
        editor.schedule("other", task(), SECONDLY);
        for (var name : List.of("nothing", "", "<script>", "x".repeat(10_000), "a\nb")) {
            redis.call("ZADD", key("schedules"), bytes("1"), bytes(name));
            hash("schedules:sources", name, "x");
        }

        start();
        awaitFires("other", 2);

        assertThat(editor.list()).extracting(ScheduleStatus::name).containsExactly("other");
    }
}
