package dev.weirpool.queue;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.signing.Keyring;
import dev.weirpool.queue.signing.MissingSecretException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever can write to Redis can take items away, and put old ones there again, and no others. */
@Timeout(60)
final class SharedQueueSignatureTest {
    private final Redis redis = RedisOptions.embedded().open();
    private final RedisConnection connection = redis.connect();
    private final RedisOptions options = RedisOptions.of(redis.uri().toString());
    private final String name = "signed-" + UUID.randomUUID();
    private final SharedQueue<String> queue =
            SharedQueue.connect(options.withSecret("a secret of this test alone"), name);

    @AfterEach
    void delete() {
        queue.delete();
        connection.close();
        redis.close();
    }

    @Test
    void dropsWhatIsNotGenuineUnreadAndGoesOnWithWhatIs() throws Exception {
        queue.putAll(List.of("genuine"));
        var genuine = stored().get(0);
        queue.poll();
        for (var i = 0; i < genuine.length * 8; i++) {
            var damaged = genuine.clone();
            damaged[i / 8] ^= (byte) (1 << i % 8);
            forge(damaged);
        }
        forge(new byte[0]);
        forge(bytes("nonsense"));
        forge(itemOf("another-" + name, options.withSecret("a secret of this test alone")));
        forge(itemOf(name, options.withSecret("a secret of somebody else")));
        forge(itemOf(name, options.unsigned()));

        assertThat(queue.peek()).isNull();
        assertThat(queue).isEmpty();
        queue.put("last");

        assertThat(queue.peek()).isEqualTo("last");
        assertThat(queue).containsExactly("last");
        assertThat(queue.contains("genuine")).isFalse();
        assertThat(queue.take()).isEqualTo("last");
        assertThat(queue.size()).isZero();
    }

    @Test
    void isNotHeldUpByForgedItemsHoweverItIsRead() throws Exception {
        forgeAndPut("a");
        assertThat(queue.poll()).isEqualTo("a");
        forgeAndPut("b");
        assertThat(queue.poll(10, TimeUnit.SECONDS)).isEqualTo("b");
        forgeAndPut("c");
        assertThat(queue.takeBatch(10)).containsExactly("c");
        forgeAndPut("d");
        var drained = new ArrayList<String>();
        assertThat(queue.drainTo(drained)).isEqualTo(1);
        assertThat(drained).containsExactly("d");
        forgeAndPut("e");
        try (var claim = queue.claim()) {
            assertThat(claim.value()).isEqualTo("e");
            assertThat(claim.done()).isTrue();
        }
        forge(bytes("forged"));
        assertThat(queue.poll(10, TimeUnit.MILLISECONDS)).isNull();
        forge(bytes("forged"));
        assertThat(queue.claim(Duration.ZERO)).isEmpty();
        assertThat(queue.size()).isZero();
    }

    @Test
    void countsAnItemAsDoneThatWasDamagedAndDropped() throws Exception {
        queue.put("damaged");
        var damaged = stored().get(0);
        damaged[20] ^= 1;
        connection.call("LSET", key(), bytes(0), damaged);

        assertThat(queue.poll()).isNull();

        assertThat(queue.join(Duration.ZERO)).isTrue();
    }

    @Test
    void takesWhatAnyOfItsSecretsHasSigned() throws Exception {
        var old = SharedQueue.<String>connect(options.withSecret("a secret of this test alone"), name);
        var both = SharedQueue.<String>connect(
                options.withSecret("the secret that comes after it", "a secret of this test alone"), name);
        var young = SharedQueue.<String>connect(options.withSecret("the secret that comes after it"), name);
        old.put("1");
        both.put("2");

        assertThat(both.take()).isEqualTo("1");
        assertThat(young.take()).isEqualTo("2");
    }

    @Test
    void takesNothingWithoutASecretAndStillTellsHowLongItIs() throws Exception {
        queue.put("stays");
        var blind = SharedQueue.<String>connect(options.withKeyring(Keyring.none()), name);

        assertThatThrownBy(blind::take).isInstanceOf(MissingSecretException.class);
        assertThatThrownBy(blind::poll).isInstanceOf(MissingSecretException.class);
        assertThatThrownBy(blind::claim).isInstanceOf(MissingSecretException.class);
        assertThatThrownBy(blind::peek).isInstanceOf(MissingSecretException.class);
        assertThatThrownBy(() -> blind.put("x")).isInstanceOf(MissingSecretException.class);
        assertThat(blind.size()).isEqualTo(1);
        assertThat(queue.take()).isEqualTo("stays");
    }

    @Test
    void goesWithoutSignaturesWhereThatIsAskedFor() throws Exception {
        var unsigned = SharedQueue.<String>connect(options.unsigned(), name);
        unsigned.put("plain");

        assertThat(stored().get(0)[0]).isZero();
        assertThat(unsigned.take()).isEqualTo("plain");
    }

    private void forgeAndPut(String item) throws InterruptedException {
        forge(bytes("forged"));
        queue.put(item);
    }

    private byte[] itemOf(String queue, RedisOptions signed) throws InterruptedException {
        var other = SharedQueue.<String>connect(signed, queue);
        other.put("from elsewhere");
        var item = (byte[]) connection.call("RPOP", bytes("weirpool:{" + queue + "}:shared:items"));
        other.clear();
        if (!queue.equals(name)) {
            other.delete();
        }
        return item;
    }

    private void forge(byte[] item) {
        connection.call("RPUSH", key(), item);
    }

    private List<byte[]> stored() {
        return ((List<?>) connection.call("LRANGE", key(), bytes(0), bytes(-1)))
                .stream().map(item -> (byte[]) item).toList();
    }

    private byte[] key() {
        return bytes("weirpool:{" + name + "}:shared:items");
    }
}
