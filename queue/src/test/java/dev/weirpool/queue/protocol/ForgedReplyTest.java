package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.Progress;
import dev.weirpool.queue.redis.ForeignDataException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values in Redis of the right type that nobody of ours has written: shown as unknown, or as none, by whatever reads them. */
class ForgedReplyTest extends BrokerFixture {

    private static final String ANY = "x";

    private byte[] key(String name) {
        return bytes("weirpool:{" + queue + "}:" + name);
    }

    private void set(String name, String value) {
        redis.call("SET", key(name), bytes(value));
    }

    private void hash(String name, String field, String value) {
        redis.call("HSET", key(name), bytes(field), bytes(value));
    }

    private void score(String name, String score, String member) {
        redis.call("ZADD", key(name), bytes(score), bytes(member));
    }

    @ParameterizedTest
    @ValueSource(strings = {ANY, "", "-1", "1e400", "nan", "9223372036854775808", "0x10", "1.5", "<b>"})
    void noNumberStopsATickASurveyOrAPush(String forged) {
        push(1);
        for (var field : List.of("beat", "grace", "turn", "probe", "since", "wait")) {
            hash("tick", field, forged);
        }
        hash("producers", "!load", forged);
        hash("producers", "!limit", forged);
        set("fence", forged);

        assertThat(new Survey(queue).counts(redis).ready().get(0)).isEqualTo(1);
        assertThat(new Survey(queue).counts(redis).limit()).isEqualTo(Limit.NONE);
        assertThat(new Survey(queue).counts(redis).oldestAge()).isNotNull();
        assertThat(broker.tick(redis, GAP, LEASE).hasMoreDue()).isFalse();
        assertThat(broker.push(redis, PRODUCER, 1, List.of(task(2)), List.of())).isEqualTo(new PushReply.Stored());
    }

    @Test
    void aFenceThatIsNoneCostsAnErrorAndNoTask() {
        push(1);
        register("w");
        set("fence", ANY);
        var claim = new StepRequest(1, 0, false, List.of(), List.of());

        assertThatThrownBy(() -> broker.step(server.connect(), "w", claim))
                .isInstanceOf(ForeignDataException.class)
                .hasMessageContaining("Weirpool has not put there");

        assertThat(broker.step(redis, "w", claim))
                .isInstanceOfSatisfying(
                        StepReply.Resync.class,
                        reply -> assertThat(reply.held()).hasSize(1));
    }

    @Test
    void momentsThatNoClockShowsAreUnknown() {
        score("delayed", "+inf", ANY);
        score("schedules", "-inf", ANY);
        var counts = new Survey(queue).counts(redis);

        assertThat(counts.firstDue()).isEmpty();
        assertThat(counts.nextFire()).isEmpty();
        assertThat(Replies.moment(bytes("1700000000000"))).contains(1_700_000_000_000L);
        assertThat(Replies.moment(bytes("1.7e+12"))).contains(1_700_000_000_000L);
        assertThat(Replies.moment(bytes("1e+300"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "5 x", " 5 5", "-1 5", "5 5 5", "x5 5", "", "99999999999999999999 0 "})
    void aLimitThatIsNoneIsNone(String forged) {
        assertThat(Limit.of(forged)).isEqualTo(Limit.NONE);
    }

    @Test
    void aLimitBeyondAllIsTheLargest() {
        assertThat(Limit.of("99999999999999999999 7")).isEqualTo(new Limit(1L << 50, 7));
    }

    @Test
    void countsAndVersionsOfSchedulesThatAreNoneAreNought() {
        var schedules = new ScheduleBroker(queue);
        score("schedules", "1", "s");
        hash("schedules:definitions", "s", "not a definition");
        hash("schedules:versions", "s", ANY);
        hash("schedules:counts", "s fired", ANY);
        set("schedules:edits", ANY);

        assertThat(schedules.due(redis, Duration.ofSeconds(1), 10).due())
                .containsExactly(new ScheduleBroker.Planned("s", 1, 0));
        var read = schedules.read(redis, List.of("s"));
        assertThat(read.edits()).isZero();
        assertThat(read.schedules().get("s").version()).isZero();
    }

    @Test
    void statisticsThatAreNoneAreNought() {
        hash("stats:total", "done", ANY);
        hash("stats:total", "w0", "99999999999999999999");

        assertThat(new Statistics(queue).total(redis).isNothing()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"!paused", "!prio", "!cancel", "!blobs", "!frob", "!", "<script>"})
    void aForgedFlagAmongTheWorkersDoesWhatItSaysAndNoMore(String flag) {
        score("workers", "+inf", flag);
        push(1);
        register("w");

        var reply = broker.step(redis, "w", new StepRequest(1, 0, false, List.of(), List.of()));

        assertThat(reply).isInstanceOf(flag.equals("!paused") ? StepReply.Paused.class : StepReply.Claimed.class);
        assertThat(new Survey(queue).counts(redis).workers()).isEqualTo(1);
        assertThat(broker.tick(redis, GAP, LEASE).expired()).isEmpty();
        broker.resume(redis);
        assertThat(broker.register(redis, "another", LEASE)).isTrue();
    }

    @Test
    void anEntryOfResultsWithMissingFieldsIsPassedOver() {
        broker.openResults(redis, PRODUCER, Duration.ofMinutes(1));
        var stream = key("results:0000000000000007");
        redis.call("XADD", stream, bytes("*"), bytes(""), bytes(""));
        redis.call("XADD", stream, bytes("*"), bytes("other"), bytes("x"), bytes("r"), bytes("y"));

        var reply = broker.readResults(redis, PRODUCER, "0-0", Duration.ofMillis(10));

        assertThat(reply.results()).isEmpty();
        assertThat(reply.refused()).hasSize(2);
        broker.trimResults(redis, PRODUCER, reply.cursor());
    }

    @Test
    void moreAttemptsThanThereCanBeAreTheLast() {
        var raw = task(1).raw().clone();
        raw[3] = (byte) 255;
        redis.call("RPUSH", key("ready"), raw);
        register("w");
        var claimed = (StepReply.Claimed) broker.step(redis, "w", new StepRequest(1, 0, false, List.of(), List.of()));
        var task = claimed.tasks().get(0).envelope();
        assertThat(task.attempt()).isEqualTo(256);

        broker.step(
                redis,
                "w",
                new StepRequest(0, 1, false, List.of(new Settlement.Retry(task, Duration.ZERO)), List.of()));
        broker.tick(redis, GAP, LEASE);

        assertThat(((byte[]) ((List<?>) redis.call("LRANGE", key("ready"), bytes(0), bytes(0))).get(0))[3])
                .isEqualTo((byte) 255);
    }

    @Test
    void recordsThatAreNoneAreEmpty() {
        assertThat(Progress.of(bytes("9999999999999999999 1 1 x"))).isEmpty();
        assertThat(Attempt.of(bytes("number 99999999999999999999\nended x\n")).endedAt())
                .isEqualTo(Instant.EPOCH);
    }

    @Test
    void partsThatAreMissingAreSaidToBe() {
        var reply = Arrays.asList((Object) null, bytes("x"));

        assertThatThrownBy(() -> Replies.number(Replies.part(reply, 0))).hasMessageContaining("nothing where a number");
        assertThatThrownBy(() -> Replies.part(reply, 2)).isInstanceOf(ForeignDataException.class);
        assertThatThrownBy(() -> Replies.list(bytes("x"))).hasMessageContaining("where a list should be");
    }
}
