package dev.weirpool.queue.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weirpool.queue.redis.ForeignDataException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Any replies at all, as {@code FuzzedBytesIT} has any bytes: read, or refused as what nobody of ours has made. */
class FuzzedRepliesIT {

    @FuzzTest(maxDuration = "1h", maxExecutions = 2_500_000)
    void reply(byte[] bytes) {
        var reply = parts(ByteBuffer.wrap(bytes));
        try {
            assertThat(Survey.counts(reply).oldestAge()).isNotNull();
        } catch (ForeignDataException expected) {
            assertThat(expected).hasMessageStartingWith("Redis replied with");
        }
        try {
            assertThat(Broker.pushReply(reply)).isNotNull();
        } catch (ForeignDataException expected) {
            assertThat(expected).hasMessageStartingWith("Redis replied with");
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
