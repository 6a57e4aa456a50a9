package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Keyring;
import dev.weirpool.queue.signing.MissingSecretException;
import dev.weirpool.queue.signing.Signer;
import dev.weirpool.queue.signing.WrongSignatureException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whoever can write to Redis cannot have anything read that was not signed. */
final class SignatureTest extends BrokerFixture {
    private static final Keyring OURS = Keyring.of(List.of("a secret of this test alone"));
    private static final Set<Integer> MUTABLE_BITS = Set.of(11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    private static final Duration SOON = Duration.ofMillis(100);

    private final Redis ours = new Redis(server.uri(), Duration.ofSeconds(5), Duration.ZERO, OURS);

    @Test
    void refusesATaskWithOneBitFlippedButForThoseThatChangeWhileItIsStored() {
        var raw = signed(1).raw();

        for (var i = 0; i < raw.length * 8; i++) {
            var damaged = raw.clone();
            damaged[i / 8] ^= (byte) (1 << i % 8);
            var received = Envelope.received(damaged, tasks(OURS));
            assertThat(received.isReadable()).as("bit %s", i).isEqualTo(MUTABLE_BITS.contains(i));
        }
        assertThat(Envelope.received(raw, tasks(OURS)).name()).isEqualTo("Tasks::run");
    }

    @Test
    void refusesATaskThatWasCutShortOrGoesOn() {
        var raw = signed(1).raw();

        for (var length = 0; length < raw.length; length++) {
            assertThat(Envelope.received(Arrays.copyOf(raw, length), tasks(OURS))
                            .isReadable())
                    .isFalse();
        }
        assertThat(Envelope.received(Arrays.copyOf(raw, raw.length + 1), tasks(OURS))
                        .isReadable())
                .isFalse();
    }

    @Test
    void refusesATaskThatWasSignedForAnythingElse() {
        var raw = signed(1).raw();

        assertRefused(raw, OURS.signer(Direction.TASK, "another"), "its signature is wrong");
        assertRefused(raw, OURS.signer(Direction.RESULT, queue), "its signature is wrong");
        assertRefused(raw, tasks(Keyring.random()), "which no secret of this process has");
        assertRefused(task(1).raw(), tasks(OURS), "it is not signed");
    }

    private static void assertRefused(byte[] raw, Signer verifier, String why) {
        var task = Envelope.received(raw, verifier);
        assertThatThrownBy(task::requireReadable)
                .isInstanceOf(WrongSignatureException.class)
                .hasMessageContaining(why);
        assertThatThrownBy(task::name).isInstanceOf(WrongSignatureException.class);
        assertThatThrownBy(task::headers).isInstanceOf(WrongSignatureException.class);
        assertThatThrownBy(task::body).isInstanceOf(WrongSignatureException.class);
        assertThat(task.hasHeaders()).isFalse();
    }

    @Test
    void tellsThatThereIsNoSecretRatherThanThatATaskIsWrong() {
        var task = Envelope.received(signed(1).raw(), tasks(Keyring.none()));

        assertThatThrownBy(task::isReadable).isInstanceOf(MissingSecretException.class);
        assertThat(task.sequence()).isEqualTo(1);
    }

    @Test
    void signsAgainWhatGetsAnotherId() {
        var template = task(0);

        var task = template.withId(PRODUCER, 3, tasks(OURS));

        assertThat(Envelope.received(task.raw(), tasks(OURS)).isReadable()).isTrue();
        assertThat(template.raw()[20]).isZero();
    }

    @Test
    void keepsUnsignedTasksApartByTheirBytes() {
        var one = draft().seal(PRODUCER, 1, 0, tasks(Keyring.unsigned())).raw();
        var two = draft().seal(PRODUCER, 2, 0, tasks(Keyring.unsigned())).raw();

        assertThat(one[20]).isZero();
        assertThat(Arrays.copyOfRange(one, 29, 45)).isNotEqualTo(Arrays.copyOfRange(two, 29, 45));
    }

    @Test
    void staysGenuineWhenItIsTriedAgainAndPutBack() {
        try (var connection = ours.connect()) {
            broker.register(connection, "w", LEASE);
            broker.push(connection, PRODUCER, 0, List.of(signed(1)), List.of());
            var first = claim(connection);
            broker.step(
                    connection,
                    "w",
                    new StepRequest(0, 1, false, List.of(new Settlement.Retry(first, Duration.ZERO)), List.of()));
            broker.tick(connection, GAP, LEASE);
            var second = claim(connection);
            broker.step(
                    connection,
                    "w",
                    new StepRequest(0, 1, false, List.of(new Settlement.Bury(second, bytes("why"))), List.of()));
            broker.requeue(connection, broker.dead(connection, 0, 1).get(0), java.util.UUID.randomUUID());
            var third = claim(connection);

            assertThat(second.attempt()).isEqualTo(2);
            assertThat(third.attempt()).isEqualTo(1);
            assertThat(List.of(first, second, third)).allMatch(Envelope::isReadable);
        }
    }

    private Envelope claim(RedisConnection connection) {
        return claimed(broker.step(connection, "w", new StepRequest(1, 0, false, List.of(), List.of())))
                .get(0);
    }

    @Test
    void givesAClientTheResultsThatOurWorkersHaveSignedAndNoOthers() {
        try (var connection = ours.connect()) {
            var genuine = deliver(connection, 2);

            assertThat(read(connection).results())
                    .extracting(ResultEntry::sequence)
                    .containsExactly(1L, 2L);

            for (var i = 0; i < genuine.length * 8; i++) {
                var damaged = genuine.clone();
                damaged[i / 8] ^= (byte) (1 << i % 8);
                add(damaged);
            }
            add(new byte[0]);
            add(ours(PRODUCER + 1, "another").seal(Envelope.id(PRODUCER, 1), bytes("other queue")));
            add(new ResultPack(Keyring.random(), queue).seal(Envelope.id(PRODUCER, 1), bytes("other secret")));
            add(new ResultPack(OURS, queue).seal(PRODUCER + 1, Signer.unverified(genuine)));
            add(new ResultPack(Keyring.unsigned(), queue).seal(Envelope.id(PRODUCER, 1), bytes("unsigned")));

            var all = 0;
            var reply = read(connection);
            for (var cursor = ""; !cursor.equals(reply.cursor()); reply = read(connection, reply.cursor())) {
                cursor = reply.cursor();
                all += reply.refused().size();
                assertThat(reply.results().size())
                        .isEqualTo(all <= 32 ? reply.results().size() : 0);
            }
            assertThat(all).isEqualTo(genuine.length * 8 + 5);
        }
    }

    private static ResultPack ours(long producer, String queue) {
        return new ResultPack(OURS, queue);
    }

    @Test
    void bringsTheGenuineResultThoughForgedOnesCameBefore() {
        try (var connection = ours.connect()) {
            broker.openResults(connection, PRODUCER, LEASE);
            add(new ResultPack(Keyring.random(), queue).seal(Envelope.id(PRODUCER, 1), bytes("forged")));
            var forged = read(connection);
            deliver(connection, 1);

            assertThat(forged.results()).isEmpty();
            assertThat(forged.refused()).hasSize(1);
            assertThat(read(connection, forged.cursor()).results())
                    .extracting(ResultEntry::result)
                    .containsExactly(bytes("done"));
        }
    }

    @Test
    void dropsWhatWasReadWhateverNumberAForgerHasGivenIt() {
        for (var number : List.of("5-18446744073709551615", "18446744073709551614-18446744073709551615")) {
            redis.call("XADD", results(), bytes(number), bytes("r"), bytes("forged"));

            broker.trimResults(redis, PRODUCER, number);

            assertThat(redis.call("XLEN", results())).isEqualTo(0L);
        }
        redis.call("UNLINK", results());
    }

    @Test
    void signsWhatALauncherAndAnOperatorTellClients() {
        try (var connection = ours.connect()) {
            broker.openResults(connection, PRODUCER, LEASE);
            broker.register(connection, "w", LEASE);
            broker.push(connection, PRODUCER, 0, List.of(signed(1), signed(2)), List.of());
            var task = claim(connection);
            var verdict = new Blame.Verdict(bytes("died"), Optional.of(LEASE), Optional.empty(), Optional.empty());
            broker.recoverDead(
                    connection, "w", Duration.ZERO, new Blame.Running(task.fence(), bytes("record"), verdict));
            var expected = new Broker.Expected(Envelope.id(PRODUCER, 2), "", Optional.empty(), Optional.empty());
            broker.purge(connection, Place.READY, List.of(expected), bytes("C"));

            var results = read(connection);
            assertThat(results.refused()).isEmpty();
            assertThat(results.results())
                    .extracting(result ->
                            result.sequence() + new String(result.result(), java.nio.charset.StandardCharsets.UTF_8))
                    .containsExactly("1died", "2C");
            assertThat(broker.keptResult(connection, PRODUCER, 1)).isEqualTo(bytes("died"));
        }
    }

    @Test
    void refusesAKeptResultThatIsNotGenuineOrThatOfAnother() {
        try (var connection = ours.connect()) {
            var pack = new ResultPack(OURS, queue);
            keep(pack.seal(Envelope.id(PRODUCER, 1), bytes("one")), 1);
            keep(pack.seal(Envelope.id(PRODUCER, 1), bytes("one")), 2);
            keep(new ResultPack(Keyring.random(), queue).seal(Envelope.id(PRODUCER, 3), bytes("x")), 3);

            assertThat(broker.keptResult(connection, PRODUCER, 1)).isEqualTo(bytes("one"));
            assertThatThrownBy(() -> broker.keptResult(connection, PRODUCER, 2)).hasMessageContaining("another");
            assertThatThrownBy(() -> broker.keptResult(connection, PRODUCER, 3))
                    .isInstanceOf(WrongSignatureException.class);
        }
    }

    private void keep(byte[] result, long sequence) {
        redis.call("SET", new Keys(queue).result(Envelope.id(PRODUCER, sequence)), result, bytes("PX"), bytes(60_000));
    }

    @Test
    void letsALauncherHearTheOrdersAloneThatWereGivenToIt() {
        try (var connection = ours.connect()) {
            var orders = new Orders(queue);
            orders.give(connection, "here", "1", "drain");
            var genuine = (byte[]) redis.call("HGET", new Keys(queue).orders("here"), bytes("1"));
            redis.call("HSET", new Keys(queue).orders("here"), bytes("2"), genuine);
            redis.call("HSET", new Keys(queue).orders("here"), bytes("3"), bytes("drain"));
            redis.call("HSET", new Keys(queue).orders("there"), bytes("1"), genuine);

            assertThat(orders.report(connection, "here", bytes("well"), LEASE, List.of()))
                    .isEqualTo(Map.of("1", "drain"));
            assertThat(orders.report(connection, "there", bytes("well"), LEASE, List.of()))
                    .isEmpty();
            assertThat(redis.call("HLEN", new Keys(queue).orders("here"))).isEqualTo(1L);
        }
    }

    /** Has a worker do so many tasks; what it then added to the stream. */
    private byte[] deliver(RedisConnection connection, int count) {
        broker.openResults(connection, PRODUCER, LEASE);
        broker.register(connection, "w", LEASE);
        var tasks = java.util.stream.IntStream.rangeClosed(1, count)
                .mapToObj(this::signed)
                .toList();
        broker.push(connection, PRODUCER, 0, tasks, List.of());
        var claimed = claimed(broker.step(connection, "w", new StepRequest(count, 0, false, List.of(), List.of())));
        broker.step(
                connection,
                "w",
                new StepRequest(
                        0,
                        count,
                        false,
                        claimed.stream().map(BrokerFixture::complete).toList(),
                        List.of()));
        var entries = (List<?>) redis.call("XREVRANGE", results(), bytes("+"), bytes("-"), bytes("COUNT"), bytes(1));
        return (byte[]) ((List<?>) ((List<?>) entries.get(0)).get(1)).get(1);
    }

    private void add(byte[] entry) {
        redis.call("XADD", results(), bytes("*"), bytes("r"), entry);
    }

    private byte[] results() {
        return new Keys(queue).results(PRODUCER);
    }

    private ResultReply read(RedisConnection connection) {
        return read(connection, "0-0");
    }

    private ResultReply read(RedisConnection connection, String cursor) {
        return broker.readResults(connection, PRODUCER, cursor, SOON);
    }

    private Signer tasks(Keyring keyring) {
        return keyring.signer(Direction.TASK, queue);
    }

    private Envelope signed(int sequence) {
        return draft().seal(PRODUCER, sequence, 0, tasks(OURS));
    }

    private static Envelope.Draft draft() {
        return new Envelope.Draft("Tasks::run", 0, true, 3, Map.of("tenant", "acme"), new byte[] {1, 2, 3});
    }
}
