package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;

/** A queue of a test's own on the embedded Redis, and what the tests of the scripts have in common. */
abstract class BrokerFixture {
    static final Duration LEASE = Duration.ofSeconds(15);
    static final Duration GAP = Duration.ofSeconds(1);
    static final long PRODUCER = 7;

    final String queue = "broker-" + UUID.randomUUID();
    final Broker broker = new Broker(queue);
    final Redis server = RedisOptions.embedded().open();
    final RedisConnection redis = server.connect();

    @AfterEach
    void leaveNothingBehind() {
        delete(redis, queue);
        redis.close();
        server.close();
    }

    static void delete(RedisConnection redis, String queue) {
        for (var key : keys(redis, queue)) {
            redis.call("UNLINK", bytes(key));
        }
    }

    List<String> keys() {
        return keys(redis, queue);
    }

    private static List<String> keys(RedisConnection redis, String queue) {
        var reply = (List<?>) redis.call("KEYS", bytes("weirpool:{" + queue + "}:*"));
        return reply.stream().map(key -> new String((byte[]) key, UTF_8)).toList();
    }

    static Envelope task(long sequence) {
        return task(sequence, 0, 3);
    }

    static Envelope task(long sequence, int priority, int maxAttempts) {
        return new Envelope.Draft("Tasks::run", priority, true, maxAttempts, Map.of(), new byte[] {1})
                .seal(PRODUCER, sequence);
    }

    /** Pushes tasks 1 to {@code count}. */
    void push(int count) {
        assertThat(push(IntStream.rangeClosed(1, count).mapToObj(i -> task(i)).toArray(Envelope[]::new)))
                .isEqualTo(new PushReply.Stored());
    }

    PushReply push(Envelope... tasks) {
        return broker.push(redis, PRODUCER, tasks[0].sequence() - 1, List.of(tasks), List.of());
    }

    void register(String worker) {
        assertThat(broker.register(redis, worker, LEASE)).isTrue();
    }

    StepReply step(String worker, int want, int held, Settlement... settlements) {
        return broker.step(redis, worker, new StepRequest(want, held, false, List.of(settlements), List.of()));
    }

    /** Claims {@code want} tasks for a worker that holds none. */
    List<Envelope> claim(String worker, int want) {
        return claimed(step(worker, want, 0));
    }

    static List<Envelope> claimed(StepReply reply) {
        assertThat(reply).isInstanceOf(StepReply.Claimed.class);
        return envelopes(((StepReply.Claimed) reply).tasks());
    }

    static List<Envelope> envelopes(List<StepReply.Task> tasks) {
        return tasks.stream().map(StepReply.Task::envelope).toList();
    }

    static Settlement complete(Envelope task) {
        return new Settlement.Complete(task, bytes("done"));
    }

    static List<Long> sequences(List<Envelope> tasks) {
        return tasks.stream().map(Envelope::sequence).toList();
    }

    static List<Long> numbers(long... numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }
}
