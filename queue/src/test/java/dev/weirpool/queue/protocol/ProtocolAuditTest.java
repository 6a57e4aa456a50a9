package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** The audit sees what is wrong, so that its silence means something. */
final class ProtocolAuditTest extends BrokerFixture {
    @Test
    void tellsWhereTheTasksAre() {
        register("w");
        push(3);
        claim("w", 1);

        var containers = ProtocolAudit.check(redis, queue);

        assertThat(containers.inflight().get("w")).containsExactly(StoredTask.of(task(1)));
        assertThat(containers.ready().get(0)).containsExactly(StoredTask.of(task(2)), StoredTask.of(task(3)));
    }

    @Test
    void seesATaskThatIsInTwoPlaces() {
        push(1);
        redis.call("RPUSH", key("dead"), task(1).nextAttempt().raw());

        assertThatThrownBy(() -> ProtocolAudit.check(redis, queue)).hasMessageContaining("in two places");
    }

    @Test
    void seesTasksOfAWorkerThatIsNotRegistered() {
        redis.call("RPUSH", key("inflight:w"), task(1).raw());

        assertThatThrownBy(() -> ProtocolAudit.check(redis, queue)).hasMessageContaining("is not registered");
    }

    @Test
    void seesATaskThatItsProducersSequenceDoesNotCover() {
        push(1);
        redis.call("RPUSH", key("ready"), task(2).raw());

        assertThatThrownBy(() -> ProtocolAudit.check(redis, queue)).hasMessageContaining("only those up to 1");
    }

    @Test
    void seesAKeyThatStaysForEver() {
        broker.openResults(redis, PRODUCER, LEASE);
        redis.call("PERSIST", key("results:0000000000000007"));

        assertThatThrownBy(() -> ProtocolAudit.check(redis, queue))
                .hasMessageContaining("key results:0000000000000007 has neither an owner nor an end");
    }

    private byte[] key(String name) {
        return bytes("weirpool:{" + queue + "}:" + name);
    }
}
