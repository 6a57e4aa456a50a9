package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.redis.ForeignDataException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What nobody of ours has written where a shared queue keeps how it is: counted as nothing, or named; no item is lost for it. */
@Timeout(60)
class ForgedSharedQueueTest extends SharedQueueFixture {

    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final long CLAIMANT = 7;

    private void hash(String part, String field, String value) {
        connection.call("HSET", key(part), bytes(field), bytes(value));
    }

    private void score(String part, String score, String member) {
        connection.call("ZADD", key(part), bytes(score), bytes(member));
    }

    private ClaimReply claim() {
        var session = Session.borrow();
        session.next();
        try {
            return broker.claim(connection, session, CLAIMANT, LEASE, false, false);
        } finally {
            session.giveBack();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "", "-1", "1.5", "1e400", "nan", "9223372036854775807", "9223372036854775808", "0x10", "<b>"
            })
    void noCountStopsAnybody(String forged) {
        broker.open(0);
        hash("state", "unfinished", forged);
        hash("state", "claims", forged);

        assertThat(broker.unfinished()).isNotNegative();
        assertThat(broker.put(items("a", "b", "c", "d"), unbounded, false)).isEqualTo(new PutReply.Accepted(4));
        assertThat(claim()).isInstanceOf(ClaimReply.Claimed.class);
        assertThat(claim()).isInstanceOf(ClaimReply.Claimed.class);
        hash("state", "unfinished", forged);
        broker.done();
        hash("state", "unfinished", forged);
        assertThat(broker.remove(bytes("c"))).isTrue();
        assertThat(taken(broker.take(10, false, false))).containsExactly("d");
        hash("state", "unfinished", forged);
        broker.clear();
        hash("state", "unfinished", forged);
        broker.shutdown(0, true);
        assertThat(broker.unfinished()).isNotNegative();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "",
                "open",
                "open ",
                "open x",
                "open 00",
                "open +5",
                "open -5",
                "open 4294967295",
                "shut",
                "OPEN 0"
            })
    void aStateThatIsNoneIsNamed(String forged) {
        hash("state", "state", forged);

        assertThatThrownBy(() -> broker.open(0))
                .isInstanceOf(ForeignDataException.class)
                .hasMessageContaining(forged);
        assertThatThrownBy(broker::state).isInstanceOf(ForeignDataException.class);
        assertThatThrownBy(() -> broker.put(items("a"), unbounded, false)).isInstanceOf(ForeignDataException.class);
        assertThatThrownBy(() -> broker.take(1, false, false)).isInstanceOf(ForeignDataException.class);
    }

    @Test
    void whatPutsOfSessionsWereIsNotBelieved() {
        var session = Session.borrow();
        session.next();
        var id = new String(session.id(), java.nio.charset.StandardCharsets.UTF_8);
        broker.open(0);
        score("sessions", "0", "x");
        score("sessions", "0", "");
        score("sessions", "0", "state x");

        hash("state", id, "x");
        assertThat(broker.put(connection, session, items("a"), unbounded, false))
                .isEqualTo(new PutReply.Accepted(1));
        connection.call("HDEL", key("state"), bytes(id));
        session.next();
        assertThat(broker.put(connection, session, items("b"), unbounded, false))
                .isEqualTo(new PutReply.Accepted(1));
        hash("state", id, "9000000000000000");
        session.next();
        assertThat(broker.put(connection, session, items("c"), unbounded, false))
                .isEqualTo(new PutReply.Accepted(1));
        session.giveBack();

        assertThat(waiting()).containsExactly("a", "b");
    }

    @Test
    void leasesThatAreNoneAreForgottenAndNoItemWithThem() {
        broker.open(0);
        broker.put(items("a", "b"), unbounded, false);
        claim();
        claim();
        for (var forged : new String[] {"x", "", "nan", "1e400", "5 ", "(7"}) {
            score("leases", "0", forged);
        }
        score("leases", "0", Long.toString(CLAIMANT));
        score("claims", Long.toString(CLAIMANT), "0000000000000000 a claim of nothing");
        hash("watch", "at", "x");

        while (broker.recover(LEASE) == 0) { // the first look only prolongs
            hash("watch", "at", "99999999999999");
            connection.call("ZADD", key("leases"), bytes("XX"), bytes("0"), bytes(Long.toString(CLAIMANT)));
        }

        assertThat(waiting()).containsExactly("a", "b");
        assertThat(broker.recover(LEASE)).isZero();
    }

    @Test
    void aClaimOfNothingIsSaidToBeNone() {
        broker.open(0);
        broker.put(items("a"), unbounded, false);
        var session = Session.borrow();
        session.next();
        assertThat(broker.claim(connection, session, CLAIMANT, LEASE, false, false))
                .isInstanceOf(ClaimReply.Claimed.class);
        connection.call("DEL", key("claimed"));

        assertThatThrownBy(() -> broker.claim(connection, session, CLAIMANT, LEASE, false, false))
                .isInstanceOf(ForeignDataException.class);
        session.giveBack();
    }
}
