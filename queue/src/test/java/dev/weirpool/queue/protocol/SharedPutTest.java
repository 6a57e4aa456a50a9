package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.redis.RedisFullException;
import dev.weirpool.queue.redis.Script;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SharedPutTest extends SharedQueueFixture {

    private static final Script PUT = Script.load(SharedQueueBroker.class, "shared-put");

    private final SharedQueueState three = SharedQueueState.open(3);

    @Test
    void appendsInOrder() {
        broker.open(0);

        var reply = broker.put(items("a", "b"), unbounded, false);
        broker.put(items("c"), unbounded, false);

        assertThat(reply).isEqualTo(new PutReply.Accepted(2));
        assertThat(waiting()).containsExactly("a", "b", "c");
        assertThat(value("unfinished")).isEqualTo("3");
    }

    @Test
    void acceptsAsManyAsThereIsRoomFor() {
        broker.open(3);

        assertThat(broker.put(items("a", "b"), three, false)).isEqualTo(new PutReply.Accepted(2));
        assertThat(broker.put(items("c", "d"), three, false)).isEqualTo(new PutReply.Accepted(1));
        assertThat(broker.put(items("d"), three, false)).isEqualTo(new PutReply.Accepted(0));
        assertThat(waiting()).containsExactly("a", "b", "c");
        assertThat(value("unfinished")).isEqualTo("3");
    }

    @Test
    void storesOnceWhatIsSentAgainBecauseTheReplyWasLost() {
        broker.open(0);
        lossy.put(items("a"), unbounded, false);
        proxy.loseOneReply();

        var reply = lossy.put(items("b", "c"), unbounded, false);

        assertThat(proxy.hasLostAll()).isTrue();
        assertThat(reply).isEqualTo(new PutReply.Accepted(2));
        assertThat(waiting()).containsExactly("a", "b", "c");
        assertThat(value("unfinished")).isEqualTo("3");
    }

    @Test
    void tellsAgainHowManyFitWhenTheReplyWasLost() {
        broker.open(3);
        lossy.put(items("a"), three, false);
        proxy.loseOneReply();

        var reply = lossy.put(items("b", "c", "d"), three, false);

        assertThat(reply).isEqualTo(new PutReply.Accepted(2));
        assertThat(waiting()).containsExactly("a", "b", "c");
    }

    @Test
    void saysThatItIsPutEvenIfTheQueueWasShutDownBeforeItWasSentAgain() {
        broker.open(0);
        var session = new Session();
        session.next();
        broker.put(connection, session, items("a"), unbounded, false);
        broker.shutdown(0, false);

        assertThat(broker.put(connection, session, items("a"), unbounded, false))
                .isEqualTo(new PutReply.Accepted(1));
        assertThat(waiting()).containsExactly("a");
    }

    @Test
    void ignoresALateCopyOfAnEarlierPut() {
        broker.open(0);
        send("cafe", 1, false, "a");
        send("cafe", 2, false, "b");

        send("cafe", 1, false, "a");

        assertThat(waiting()).containsExactly("a", "b");
    }

    @Test
    void doesNotPutLaterWhatItHasSaidFoundNoRoom() {
        broker.open(3);
        broker.put(items("a", "b", "c"), three, false);
        assertThat(send("cafe", 1, true, "d")).isEqualTo(0L); // the first copy of this is still on its way
        broker.take(1, true, false);

        send("cafe", 1, false, "d");

        assertThat(waiting()).containsExactly("b", "c");
    }

    @Test
    void forgetsASessionThatHasPutNothingForTenMinutes() {
        broker.open(0);
        send("cafe", 7, false, "a");
        assertThat(value("cafe")).isEqualTo("7169");
        letTenMinutesPass("cafe 7169");

        send("beef", 1, false, "b");

        assertThat(value("cafe")).isNull();
        assertThat(value("beef")).isEqualTo("1025");
        assertThat(sessions()).containsExactly("beef 1025");
    }

    @Test
    void remembersASessionThatHasPutSince() {
        broker.open(0);
        send("cafe", 7, false, "a");
        send("cafe", 8, false, "b");
        letTenMinutesPass("cafe 7169");

        send("beef", 1, false, "c");

        assertThat(value("cafe")).isEqualTo("8193");
        assertThat(sessions()).containsExactlyInAnyOrder("beef 1025", "cafe 8193");
    }

    private void letTenMinutesPass(String session) {
        var tenMinutesAgo = System.currentTimeMillis() - 600_001;
        assertThat(sessions()).contains(session);
        connection.call("ZADD", key("sessions"), bytes(tenMinutesAgo), bytes(session));
    }

    private List<String> sessions() {
        var all = (List<?>) requireNonNull(connection.call("ZRANGE", key("sessions"), bytes("0"), bytes("-1")));
        return all.stream().map(each -> new String((byte[]) each, UTF_8)).toList();
    }

    @Test
    void isRefusedWholeAtMaxmemory() {
        broker.open(0);
        broker.put(items("a"), unbounded, false);
        fillTheServer();

        assertThatThrownBy(() -> broker.put(items("b", "c"), unbounded, false)).isInstanceOf(RedisFullException.class);
        assertThat(waiting()).containsExactly("a");
        assertThat(value("unfinished")).isEqualTo("1");
    }

    @Test
    void saysThatThereIsNoRoomRatherThanNoMemory() {
        broker.open(1);
        var one = SharedQueueState.open(1);
        broker.put(items("a"), one, false);
        fillTheServer();

        assertThat(broker.put(items("b"), one, false)).isEqualTo(new PutReply.Accepted(0));
        assertThat(send("cafe", 1, true, one, "b")).isEqualTo(0L);
    }

    @Test
    void putsNothingWhenTheStateIsAnother() {
        broker.open(5);

        var reply = broker.put(items("a"), three, false);

        assertThat(reply)
                .isInstanceOfSatisfying(
                        PutReply.Refused.class,
                        refused -> assertThat(refused.state().maxSize()).isEqualTo(5));
        assertThat(waiting()).isEmpty();
    }

    @Test
    void putsNothingOnAQueueThatIsShutDown() {
        broker.open(0);
        broker.shutdown(0, false);

        var reply = broker.put(items("a"), unbounded, false);

        assertThat(reply)
                .isInstanceOfSatisfying(
                        PutReply.Refused.class,
                        refused -> assertThat(refused.state().isShut()).isTrue());
    }

    @Test
    void saysThatAQueueIsNotKnown() {
        var reply = broker.put(items("a"), unbounded, false);

        assertThat(reply)
                .isInstanceOfSatisfying(
                        PutReply.Refused.class,
                        refused -> assertThat(refused.state().isKnown()).isFalse());
        assertThat(keys()).isEmpty();
    }

    @Test
    void ringsTheBellOnceWhenTheQueueWasEmpty() {
        broker.open(0);

        broker.put(items("a"), unbounded, false);
        broker.put(items("b"), unbounded, false);
        assertThat(length("bell")).isEqualTo(1);

        broker.take(2, true, false);
        broker.put(items("c"), unbounded, false);
        assertThat(length("bell")).isEqualTo(1);
    }

    @Test
    void wakesTheNextWriterWhenThereIsMoreRoom() {
        broker.open(3);

        broker.put(items("a"), three, true);
        assertThat(length("room")).isEqualTo(1);
    }

    @Test
    void wakesTheNextWriterOfAQueueThatIsShutDown() {
        broker.open(3);
        broker.shutdown(0, false);
        connection.call("DEL", key("room")); // as if it had woken this writer

        broker.put(items("a"), three, true);

        assertThat(length("room")).isEqualTo(1);
    }

    @Test
    void wakesNobodyWhenItTookTheLastRoom() {
        broker.open(3);

        broker.put(items("a", "b", "c"), three, true);
        assertThat(length("room")).isZero();
    }

    @Test
    void clearsAnOldTokenWhenThereIsNoRoom() {
        broker.open(3);
        broker.put(items("a", "b", "c"), three, false);
        connection.call("RPUSH", key("room"), bytes("1"));

        broker.put(items("d"), three, false);

        assertThat(length("room")).isZero();
    }

    private @Nullable Object send(String session, long change, boolean again, String... texts) {
        var state = broker.state();
        return send(session, change, again, state, texts);
    }

    private @Nullable Object send(String session, long change, boolean again, SharedQueueState state, String... texts) {
        var arguments = new ArrayList<byte[]>(List.of(
                key("items"),
                key("state"),
                key("sessions"),
                key("bell"),
                key("room"),
                bytes(state.toString()),
                bytes(session),
                bytes(change),
                bytes(again ? "1" : "0"),
                bytes("0")));
        arguments.addAll(items(texts));
        return connection.run(PUT, 5, arguments);
    }
}
