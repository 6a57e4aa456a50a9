package dev.weirpool.scheduler;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.Settlement;
import dev.weirpool.queue.protocol.StepReply;
import dev.weirpool.queue.protocol.StepRequest;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;

/** A queue of a test's own on the embedded Redis, and schedules on it. */
abstract class SchedulerFixture {
    static final Duration LEASE = Duration.ofMinutes(5);
    static final Duration LIMIT = Duration.ofSeconds(30);

    final String queue = "scheduler-" + UUID.randomUUID();
    final RedisOptions options = RedisOptions.embedded();
    final Redis server = options.open();
    final RedisConnection redis = server.connect();
    final Broker broker = new Broker(queue);
    final Scheduler editor = Scheduler.connect(options, queue);
    private final List<Scheduler> running = new ArrayList<>();
    private boolean isRegistered;

    /** Starts a replica, to be ended with the test. */
    Scheduler start() {
        var scheduler = Scheduler.start(options, queue);
        running.add(scheduler);
        return scheduler;
    }

    @AfterEach
    void leaveNothingBehind() {
        running.forEach(Scheduler::close);
        editor.close();
        var keys = (List<?>) redis.call("KEYS", bytes("weirpool:{" + queue + "}:*"));
        keys.forEach(key -> redis.call("UNLINK", (byte[]) key));
        redis.close();
        server.close();
    }

    static Task<Void> task() {
        return Task.of(SchedulerFixture::run, 1);
    }

    static void run(int number) {}

    /** Moves the next planned time of a schedule, as if time had passed. */
    void plan(String name, Instant moment) {
        redis.call("ZADD", key("schedules"), bytes(moment.toEpochMilli()), bytes(name));
    }

    byte[] key(String name) {
        return bytes("weirpool:{" + queue + "}:" + name);
    }

    /** The tasks that wait, the oldest first. */
    List<Envelope> ready() {
        return ((List<?>) redis.call("LRANGE", key("ready"), bytes(0), bytes(-1)))
                .stream().map(raw -> Envelope.stored((byte[]) raw)).toList();
    }

    static Instant plannedOf(Envelope task) {
        return Instant.ofEpochMilli(task.sequence());
    }

    /** Claims the oldest task for the worker {@code w}, which has settled what it had. */
    Envelope claim() {
        if (!isRegistered) {
            isRegistered = broker.register(redis, "w", LEASE);
        }
        return ((StepReply.Claimed) step(1)).tasks().get(0).envelope();
    }

    StepReply step(int want, Settlement... settlements) {
        return broker.step(redis, "w", new StepRequest(want, 0, false, List.of(settlements), List.of()));
    }

    Instant redisTime() {
        var time = (List<?>) redis.call("TIME");
        var seconds = Long.parseLong(new String((byte[]) time.get(0), UTF_8));
        var micros = Long.parseLong(new String((byte[]) time.get(1), UTF_8));
        return Instant.ofEpochSecond(seconds, micros * 1000);
    }
}
