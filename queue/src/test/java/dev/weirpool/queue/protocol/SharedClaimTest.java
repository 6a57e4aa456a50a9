package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The scripts of the reliable mode: claim, settle, return, renew and recover. */
class SharedClaimTest extends SharedQueueFixture {

    private static final Duration LEASE = Duration.ofMinutes(1);
    private static final Duration OVER = Duration.ofMillis(-1);
    private static final long ANN = 1;
    private static final long BOB = (1L << 52) - 1;

    private final Session session = new Session();

    @BeforeEach
    void fill() {
        broker.open(0);
        broker.put(items("a", "b", "c", "d"), unbounded, false);
    }

    @Test
    void givesTheOldestAndKeepsItInRedis() {
        assertThat(item(claim(ANN, LEASE))).isEqualTo("a");
        assertThat(item(claim(BOB, LEASE))).isEqualTo("b");

        assertThat(waiting()).containsExactly("c", "d");
        assertThat(value("unfinished")).isEqualTo("4");
        assertThat(claims()).isEqualTo(2);
    }

    @Test
    void saysWhyThereIsNone() {
        broker.clear();

        assertThat(claim(ANN, LEASE))
                .isInstanceOfSatisfying(
                        ClaimReply.Empty.class,
                        empty -> assertThat(empty.state()).hasToString("open 0"));
        assertThat(keys()).doesNotContain("shared:leases");
    }

    @Test
    void saysThatOthersMayGiveBackWhenTheQueueIsShut() {
        claim(ANN, LEASE);
        claim(ANN, LEASE);
        broker.shutdown(0, true);

        assertThat(claim(BOB, LEASE)).isEqualTo(new ClaimReply.HeldByOthers(2));
        assertThat(claim(ANN, LEASE)).isInstanceOf(ClaimReply.Empty.class);
    }

    @Test
    void givesTheSameToAClaimThatIsSentAgain() {
        session.next();
        var first = send(ANN, LEASE);
        var again = send(ANN, LEASE);

        assertThat(item(again)).isEqualTo(item(first)).isEqualTo("a");
        assertThat(name(again)).isEqualTo(name(first));
        assertThat(claims()).isEqualTo(1);
    }

    @Test
    void ignoresALateCopyOfAClaimThatIsSettled() {
        session.next();
        var claimed = send(ANN, LEASE);
        var settling = new Session();
        settling.next();
        assertThat(broker.settle(connection, settling, ANN, name(claimed))).isTrue();

        assertThat(send(ANN, LEASE)).isInstanceOf(ClaimReply.Empty.class);

        assertThat(waiting()).containsExactly("b", "c", "d");
        assertThat(claims()).isZero();
    }

    @Test
    void ignoresALateCopyOfAClaimThatFoundNothing() {
        broker.clear();
        session.next();
        send(ANN, LEASE);
        assertThat(send(ANN, LEASE)).isInstanceOf(ClaimReply.Empty.class); // sent again
        broker.put(items("x"), unbounded, false);

        assertThat(send(ANN, LEASE)).isInstanceOf(ClaimReply.Empty.class);

        assertThat(waiting()).containsExactly("x");
    }

    @Test
    void countsWhatIsSettledOnce() {
        var claimed = claim(ANN, LEASE);
        session.next();

        assertThat(broker.settle(connection, session, ANN, name(claimed))).isTrue();
        assertThat(broker.settle(connection, session, ANN, name(claimed))).isTrue(); // sent again
        session.next();
        assertThat(broker.settle(connection, session, ANN, name(claimed))).isFalse();

        assertThat(value("unfinished")).isEqualTo("3");
        assertThat(keys()).doesNotContain("shared:leases", "shared:claims", "shared:claimed");
    }

    @Test
    void ringsWhenTheLastIsSettled() {
        for (var i = 0; i < 4; i++) {
            var claimed = claim(ANN, LEASE);
            assertThat(length("joined")).isZero();
            session.next();
            broker.settle(connection, session, ANN, name(claimed));
        }

        assertThat(length("joined")).isEqualTo(1);
    }

    @Test
    void givesBackToTheFrontOnce() {
        var claimed = claim(ANN, LEASE);
        claim(BOB, LEASE);
        connection.call("DEL", key("bell"));

        assertThat(broker.giveBack(connection, ANN, name(claimed))).isTrue();
        assertThat(broker.giveBack(connection, ANN, name(claimed))).isFalse();

        assertThat(waiting()).containsExactly("a", "c", "d");
        assertThat(length("bell")).isEqualTo(1);
        assertThat(value("unfinished")).isEqualTo("4");
        session.next();
        assertThat(broker.settle(connection, session, ANN, name(claimed))).isFalse();
    }

    @Test
    void recoversWhatClaimantsHoldWhoseLeaseIsOverInOrder() {
        look();
        claim(ANN, OVER);
        claim(BOB, OVER);
        claim(ANN, OVER);
        connection.call("DEL", key("bell"));

        assertThat(broker.recover(LEASE)).isEqualTo(3);
        assertThat(broker.recover(LEASE)).isZero();

        assertThat(waiting()).containsExactly("a", "b", "c", "d");
        assertThat(length("bell")).isEqualTo(1);
        assertThat(keys()).doesNotContain("shared:leases", "shared:claims", "shared:claimed");
    }

    @Test
    void recoversNothingWhoseLeaseLasts() {
        look();
        claim(ANN, LEASE);
        claim(BOB, OVER);

        assertThat(broker.recover(LEASE)).isEqualTo(1);
        assertThat(waiting()).containsExactly("b", "c", "d");
    }

    @Test
    void recoversNothingWhoseLeaseIsRenewed() {
        look();
        claim(ANN, OVER);

        assertThat(broker.renew(connection, ANN, LEASE)).isTrue();

        assertThat(broker.recover(LEASE)).isZero();
    }

    @Test
    void renewsNothingThatIsNotHeld() {
        assertThat(broker.renew(connection, ANN, LEASE)).isFalse();
        assertThat(keys()).doesNotContain("shared:leases", "shared:watch");
    }

    @Test
    void prolongsALeaseOnceWhenNobodyHasLookedForLong() {
        claim(BOB, LEASE); // so that there is something to look at
        claim(ANN, OVER);
        nobodyHasLookedForLong();

        assertThat(broker.recover(Duration.ZERO)).isZero();
        nobodyHasLookedForLong();
        assertThat(broker.recover(Duration.ZERO)).isEqualTo(1);
    }

    @Test
    void prolongsALeaseAgainWhenItWasRenewedSince() {
        claim(ANN, OVER);
        nobodyHasLookedForLong();
        assertThat(broker.recover(Duration.ZERO)).isZero();

        broker.renew(connection, ANN, OVER);
        nobodyHasLookedForLong();

        assertThat(broker.recover(Duration.ZERO)).isZero();
        assertThat(broker.recover(LEASE)).isEqualTo(1);
    }

    @Test
    void prolongsALeaseWhenTheClockHasStepped() {
        claim(ANN, OVER);
        connection.call("HSET", key("watch"), bytes("at"), bytes(System.currentTimeMillis() + 3_600_000));

        assertThat(broker.recover(Duration.ZERO)).isZero();
        assertThat(broker.recover(LEASE)).isEqualTo(1);
    }

    @Test
    void passesOnAFullServer() {
        look();
        fillTheServer();

        var settled = claim(ANN, LEASE);
        var givenBack = claim(ANN, LEASE);
        claim(BOB, OVER);
        session.next();

        assertThat(broker.settle(connection, session, ANN, name(settled))).isTrue();
        assertThat(broker.giveBack(connection, ANN, name(givenBack))).isTrue();
        assertThat(item(claim(ANN, LEASE))).isEqualTo("b");
        assertThat(broker.renew(connection, ANN, LEASE)).isTrue();
        assertThat(broker.recover(LEASE)).isEqualTo(1);
        assertThat(waiting()).containsExactly("c", "d");
    }

    @Test
    void ringsForRoomOnlyWhenThereMayBeABound() {
        claim(ANN, LEASE);
        assertThat(length("room")).isZero();

        session.next();
        broker.claim(connection, session, ANN, LEASE, true, false);
        assertThat(length("room")).isEqualTo(1);
    }

    @Test
    void wakesTheNextReaderWhileThereAreItems() {
        connection.call("DEL", key("bell")); // as if it had woken this reader
        session.next();

        broker.claim(connection, session, ANN, LEASE, false, true);

        assertThat(length("bell")).isEqualTo(1);
    }

    /** Has a lease looked at now, so that the next look is soon after. */
    private void look() {
        connection.call("HSET", key("watch"), bytes("at"), bytes(System.currentTimeMillis()));
    }

    private void nobodyHasLookedForLong() {
        connection.call("HSET", key("watch"), bytes("at"), bytes(System.currentTimeMillis() - 3_600_000));
    }

    private ClaimReply claim(long claimant, Duration lease) {
        session.next();
        return send(claimant, lease);
    }

    private ClaimReply send(long claimant, Duration lease) {
        return broker.claim(connection, session, claimant, lease, false, false);
    }

    private static String item(ClaimReply reply) {
        return reply instanceof ClaimReply.Claimed claimed ? new String(claimed.item(), UTF_8) : "none";
    }

    private static byte[] name(ClaimReply reply) {
        return reply instanceof ClaimReply.Claimed claimed ? claimed.claim() : new byte[0];
    }

    private long claims() {
        return connection.call("ZCARD", key("claims")) instanceof Long count ? count : -1;
    }
}
