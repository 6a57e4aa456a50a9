package dev.weirpool.queue.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.Progress;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.codec.Codec;
import dev.weirpool.queue.codec.DecodingException;
import dev.weirpool.queue.codec.Preview;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.Glimpse;
import dev.weirpool.queue.protocol.ScheduledRun;

/**
 * Any bytes at all, where bytes come out of Redis. As tests these run on the seeds in the resources; with {@code JAZZER_FUZZ=1} in the
 * environment Jazzer looks for others, guided by what they reach.
 */
class FuzzedBytesIT {
    private static final Codec CODEC = new Codec();
    private static final TaskCodec TASKS = new TaskCodec(
            () -> {
                throw new IllegalStateException("no Redis here");
            },
            "here");

    @FuzzTest(maxDuration = "1h", maxExecutions = 2_500_000)
    void value(byte[] bytes) {
        try {
            CODEC.decode(bytes);
        } catch (DecodingException expected) {
            assertThat(expected.getMessage()).doesNotContain("AssertionError", "OutOfMemory");
        }
        assertThat(Preview.of(bytes, 2)).hasSizeLessThan(5000);
    }

    @FuzzTest(maxDuration = "1h", maxExecutions = 2_500_000)
    void task(byte[] bytes) {
        var envelope = Envelope.stored(bytes);
        assertThat(envelope.fence()).hasSizeLessThanOrEqualTo(Envelope.FENCE_BYTES);
        assertThat(envelope.id()).hasSizeLessThanOrEqualTo(16);
        assertThat(envelope.sinceMillis()).isNotNull();
        ScheduledRun.of(envelope);
        Envelope.nameIn(bytes);
        TaskSummary.of(new Glimpse(bytes.length, bytes, 0), TaskState.READY);
        if (envelope.isReadable()) {
            assertThat(TASKS.options(envelope).headers()).isNotNull();
            try {
                assertThat(TASKS.decode(envelope).name()).contains("::");
            } catch (DecodingException expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            }
        }
    }

    @FuzzTest(maxDuration = "1h", maxExecutions = 2_500_000)
    void record(byte[] bytes) {
        assertThat(TASKS.decodeOutcome(bytes)).isNotNull();
        assertThat(Attempt.of(bytes).details()).isNotNull();
        assertThat(LauncherState.of("host.1.abc", bytes).workers()).isNotNull();
        assertThat(LauncherState.silent(
                        new String(bytes, java.nio.charset.StandardCharsets.UTF_8), java.util.List.of()))
                .isNotNull();
        Progress.of(bytes);
    }
}
