package dev.weirpool.queue.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weirpool.queue.redis.ForeignDataException;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Keyring;
import dev.weirpool.queue.signing.Signer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Any replies at all, as {@code FuzzedBytesIT} has any bytes: read, or refused as what nobody of ours has made. */
class FuzzedRepliesIT {
    private static final Signer VERIFIER = Keyring.unsigned().signer(Direction.TASK, "queue");

    @FuzzTest(maxDuration = "1h", maxExecutions = 2_500_000)
    void reply(byte[] bytes) {
        var reply = parts(ByteBuffer.wrap(bytes));
        read(() -> Survey.counts(reply).oldestAge());
        read(() -> Survey.glimpses(reply));
        read(() -> Broker.pushReply(reply));
        read(() -> StepExchange.reply(reply, VERIFIER));
        read(() -> ScheduleBroker.dueReply(reply));
        read(() -> SharedQueueBroker.takeReply(reply));
        reply.stream().filter(byte[].class::isInstance).forEach(part -> read(() -> SharedQueueBroker.takeReply(part)));
    }

    private static void read(Supplier<Object> reader) {
        try {
            assertThat(reader.get()).isNotNull();
        } catch (ForeignDataException expected) {
            assertThat(expected.getMessage())
                    .containsAnyOf(
                            "Redis replied with", "not the state of a shared queue", "instead of one from 1 to 64");
        }
    }

    /** Each byte begins a part: nothing, a number, a list of those behind it, or text of that many bytes. */
    private static List<Object> parts(ByteBuffer bytes) {
        var parts = new ArrayList<Object>();
        while (bytes.hasRemaining()) {
            var kind = bytes.get() & 0xff;
            if (kind == 255) {
                parts.add(null);
            } else if (kind == 254 && bytes.remaining() >= Long.BYTES) {
                parts.add(bytes.getLong());
            } else if (kind >= 250) {
                var length = Math.min(bytes.remaining(), kind - 250);
                parts.add(parts(bytes.slice(bytes.position(), length)));
                bytes.position(bytes.position() + length);
            } else {
                var text = new byte[Math.min(bytes.remaining(), kind % 32)];
                bytes.get(text);
                parts.add(text);
            }
        }
        return Arrays.asList(parts.toArray());
    }
}
