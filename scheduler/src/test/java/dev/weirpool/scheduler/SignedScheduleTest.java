package dev.weirpool.scheduler;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Keyring;
import dev.weirpool.queue.signing.MissingSecretException;
import dev.weirpool.queue.signing.WrongSignatureException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever can write to Redis can have a schedule fire at other times or not at all, and put no task of their own into it. */
final class SignedScheduleTest extends SchedulerFixture {

    @Test
    void refusesADefinitionWithOneBitFlippedOrForAnotherNameOrQueue() {
        editor.schedule("hourly", task(), Schedule.every(Duration.ofHours(1)));
        var stored = stored("hourly");
        var verifier = server.keyring().signer(Direction.SCHEDULE, queue);

        assertThat(Definition.of(stored, "hourly", verifier).limit()).isZero();
        for (var i = 0; i < stored.length * 8; i++) {
            var damaged = stored.clone();
            damaged[i / 8] ^= (byte) (1 << i % 8);
            assertThatThrownBy(() -> Definition.of(damaged, "hourly", verifier))
                    .as("bit %s", i)
                    .isInstanceOf(WrongSignatureException.class);
        }
        assertThatThrownBy(() -> Definition.of(stored, "daily", verifier)).isInstanceOf(WrongSignatureException.class);
        assertThatThrownBy(
                        () -> Definition.of(stored, "hourly", server.keyring().signer(Direction.SCHEDULE, queue + "2")))
                .isInstanceOf(WrongSignatureException.class);
        assertThatThrownBy(
                        () -> Definition.of(stored, "hourly", Keyring.random().signer(Direction.SCHEDULE, queue)))
                .isInstanceOf(WrongSignatureException.class);
    }

    @Test
    void firesGenuineTasksAndPassesOverAForgedSchedule() {
        editor.schedule("genuine", task(), Schedule.every(Duration.ofSeconds(1)));
        editor.schedule("forged", task(), Schedule.every(Duration.ofSeconds(1)));
        var forged = stored("forged");
        forged[forged.length - 1] ^= 1;
        redis.call("HSET", definitions(), bytes("forged"), forged);
        var before = editor.find("genuine").orElseThrow().fired();

        start();

        await().atMost(LIMIT).until(() -> editor.find("genuine").orElseThrow().fired() > before + 1);
        assertThat(editor.find("forged")).isEmpty();
        var verifier = server.keyring().signer(Direction.TASK, queue);
        var tasks = ((List<?>) redis.call("LRANGE", bytes("weirpool:{" + queue + "}:ready"), bytes(0), bytes(-1)))
                .stream().map(raw -> Envelope.received((byte[]) raw, verifier)).toList();
        assertThat(tasks)
                .isNotEmpty()
                .allMatch(Envelope::isReadable)
                .allMatch(task -> task.producer() == Definition.producer("genuine"));

        editor.schedule("forged", task(), Schedule.every(Duration.ofSeconds(1)));
        await().atMost(LIMIT).until(() -> editor.find("forged").orElseThrow().fired() > 0);
    }

    @Test
    void signsAScheduleAgainThatIsAppliedWithAnotherSecret() {
        editor.schedule("hourly", task(), Schedule.every(Duration.ofHours(1)));
        var planned = editor.find("hourly").orElseThrow().next();
        var options = RedisOptions.of(server.uri().toString());
        try (var other = Scheduler.connect(options.withSecret("the secret that comes after it"), queue)) {
            assertThat(other.find("hourly")).isEmpty();

            other.schedule("hourly", task(), Schedule.every(Duration.ofHours(1)));

            assertThat(other.find("hourly").orElseThrow().next()).isPresent();
            assertThat(editor.find("hourly")).isEmpty();
            assertThat(planned).hasValueSatisfying(next -> assertThat(next).isAfter(Instant.EPOCH));
        }
    }

    @Test
    void showsSchedulesWithoutASecretAndChangesOrFiresNone() {
        editor.schedule("hourly", task(), Schedule.every(Duration.ofHours(1)));
        var blind = RedisOptions.of(server.uri().toString()).withKeyring(Keyring.none());

        try (var viewer = Scheduler.connect(blind, queue)) {
            assertThat(viewer.list()).extracting(ScheduleStatus::name).containsExactly("hourly");
            viewer.pause("hourly");
            assertThatThrownBy(() -> viewer.resume("hourly")).isInstanceOf(MissingSecretException.class);
            assertThatThrownBy(() -> viewer.triggerNow("hourly")).isInstanceOf(MissingSecretException.class);
            assertThatThrownBy(() -> viewer.schedule("other", task(), Schedule.every(Duration.ofHours(1))))
                    .isInstanceOf(MissingSecretException.class);
        }
        assertThatThrownBy(() -> Scheduler.start(blind, queue)).isInstanceOf(MissingSecretException.class);
        editor.resume("hourly");
    }

    private byte[] stored(String name) {
        return (byte[]) redis.call("HGET", definitions(), bytes(name));
    }

    private byte[] definitions() {
        return bytes("weirpool:{" + queue + "}:schedules:definitions");
    }
}
