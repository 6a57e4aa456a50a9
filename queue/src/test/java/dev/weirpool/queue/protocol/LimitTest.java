package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.QueueFullException;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.redis.RedisFullException;
import dev.weirpool.queue.redis.RedisServer;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How much may wait on a queue, and what becomes of what is sent beyond that. */
@Tag("slow")
@Timeout(90)
final class LimitTest extends BrokerFixture {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Task<Long> TASK = Task.of(System::nanoTime);
    private static final TaskOptions IMPATIENT = TaskOptions.DEFAULT.withFailWhenFull();
    private static final int SIZE = task(1).size();

    @TempDir
    private Path directory;

    @Test
    void takesAsManyTasksAsMayWait() {
        broker.limit(redis, new Limit(3, 0));

        assertThat(push(task(1), task(2), task(3), task(4))).isEqualTo(new PushReply.Full(3, new Limit(3, 0)));
        assertThat(broker.push(redis, PRODUCER, 3, List.of(task(4)), List.of()))
                .isEqualTo(new PushReply.Full(3, new Limit(3, 0)));

        assertThat(broker.waiting(redis)).isEqualTo(3);
    }

    @Test
    void takesTasksAsLongAsFewerBytesWait() {
        broker.limit(redis, new Limit(0, 2 * SIZE + 1));

        assertThat(push(task(1), task(2), task(3), task(4))).isInstanceOf(PushReply.Full.class);

        assertThat(broker.waiting(redis)).isEqualTo(3);
        ProtocolAudit.check(redis, queue);
    }

    @Test
    void takesATaskThatIsLargerThanTheLimitWhenNothingElseWaits() {
        broker.limit(redis, new Limit(0, 1));

        assertThat(push(task(1))).isEqualTo(new PushReply.Stored());
    }

    @Test
    void countsTheDelayedAndThoseOfLowerPriority() {
        broker.limit(redis, new Limit(2, 0));
        broker.push(redis, PRODUCER, 0, List.of(task(1), task(2, 3, 3)), List.of(Due.in(LEASE), Due.NOW));

        assertThat(broker.push(redis, PRODUCER, 2, List.of(task(3)), List.of())).isInstanceOf(PushReply.Full.class);
    }

    @Test
    void hasRoomAgainWhenATaskIsClaimed() {
        broker.limit(redis, new Limit(1, 1));
        push(task(1));
        register("w");
        claim("w", 1);

        assertThat(broker.push(redis, PRODUCER, 1, List.of(task(2)), List.of())).isEqualTo(new PushReply.Stored());
    }

    @Test
    void storesNoneTwiceWhenABatchIsSentAgainThatHadRoomInPart() {
        broker.limit(redis, new Limit(2, 0));
        push(task(1), task(2), task(3));
        broker.limit(redis, Limit.NONE);

        assertThat(push(task(1), task(2), task(3))).isEqualTo(new PushReply.Stored());
        assertThat(broker.waiting(redis)).isEqualTo(3);
    }

    @Test
    void leavesAUniqueNameFreeWhenThereIsNoRoomForItsTask() {
        broker.limit(redis, new Limit(1, 0));
        push(task(1));
        var unique = new UniqueName("nightly", LEASE);

        assertThat(broker.pushUnique(redis, 1, task(2), Due.NOW, unique)).isInstanceOf(PushReply.Full.class);

        assertThat(keys()).noneMatch(key -> key.contains("unique:"));
    }

    /** Workers of an earlier version claim without counting. */
    @Test
    void countsAnewWhenNothingWaits() {
        push(2);
        redis.call("LTRIM", bytes("weirpool:{" + queue + "}:ready"), bytes(2), bytes(-1));
        register("w");
        assertThat(claim("w", 1)).isEmpty();

        broker.push(redis, PRODUCER, 2, List.of(task(3)), List.of());

        ProtocolAudit.check(redis, queue);
        assertThat(new Survey(queue).counts(redis).load()).isEqualTo(SIZE);
    }

    @Test
    void aSenderWaitsUntilThereIsRoom() throws Exception {
        try (var tasks = connect()) {
            tasks.limit(2, 0);
            tasks.sendAll(List.of(TASK, TASK));
            var third = CompletableFuture.supplyAsync(() -> tasks.send(TASK));
            await().atMost(LIMIT).until(this::isRefused);
            assertThat(third).isNotDone();

            register("w");
            claim("w", 1);

            assertThat(third.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isInstanceOf(TaskId.class);
            assertThat(tasks.size()).isEqualTo(2);
        }
    }

    @Test
    void tellsWhoDoesNotWaitWhichQueueIsFullAndWhatHelps() {
        try (var tasks = connect()) {
            tasks.limit(1, 5000);
            tasks.send(TASK, IMPATIENT);

            assertThatThrownBy(() -> tasks.send(TASK, IMPATIENT))
                    .isInstanceOf(QueueFullException.class)
                    .hasMessageContainingAll(queue, "1 task and 5000 bytes", "weirpool queue limit " + queue);
            assertThat(tasks.size()).isEqualTo(1);
        }
    }

    @Test
    void refusesWhoDoesNotWaitThoughOthersDo() throws Exception {
        try (var tasks = connect()) {
            tasks.limit(1, 0);
            tasks.send(TASK);
            var patient = tasks.sendAsync(TASK);
            var impatient = tasks.sendAsync(TASK, IMPATIENT);

            assertThatThrownBy(() -> impatient.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(QueueFullException.class);
            assertThatThrownBy(() -> tasks.send(TASK, IMPATIENT)).isInstanceOf(QueueFullException.class);
            assertThat(patient).isNotDone();

            tasks.limit(0, 0);
            patient.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void keepsTheOrderOfThoseWhoWait() throws Exception {
        try (var tasks = connect()) {
            tasks.limit(1, 0);
            register("w");
            var sent =
                    IntStream.range(0, 20).mapToObj(i -> tasks.sendAsync(TASK)).toList();
            for (var i = 0; i < sent.size(); i++) {
                var id = sent.get(i).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                var held = i;
                var claimed = await().atMost(LIMIT).until(() -> claimed(step("w", 1, held)), taken -> !taken.isEmpty());
                assertThat(claimed).extracting(Envelope::sequence).containsExactly(id.sequence());
            }
        }
    }

    @Test
    void endsTheWaitOfASenderWhenTheQueueIsClosed() throws Exception {
        var tasks = connect();
        tasks.limit(1, 0);
        tasks.send(TASK);
        var waiting = CompletableFuture.runAsync(() -> {
            for (var i = 0; i <= Submitter.MOST_WAITING + 500; i++) {
                tasks.sendAsync(TASK);
            }
        });
        await().atMost(LIMIT).until(this::isRefused);

        tasks.close();

        assertThatThrownBy(() -> waiting.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(RedisUnavailableException.class);
    }

    @Test
    void sendsAgainWhatRedisHasLostThoughItMustWaitForRoom() throws Exception {
        try (var submitter = new Submitter(server, broker, Integer.MAX_VALUE)) {
            submitter.start();
            var draft = new Envelope.Draft("Tasks::run", 0, true, 3, Map.of(), new byte[] {1});
            for (var i = 0; i < 5; i++) {
                submitter
                        .submit(draft, Due.NOW, Optional.empty(), false, sequence -> {})
                        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            delete(redis, queue);
            broker.limit(redis, new Limit(2, 0));

            submitter.verify(sequence -> {});
            await().atMost(LIMIT).until(() -> broker.waiting(redis) == 2);
            broker.limit(redis, Limit.NONE);

            await().atMost(LIMIT).until(() -> broker.waiting(redis) == 5);
            ProtocolAudit.check(redis, queue);
        }
    }

    @Test
    void waitsOrFailsLikewiseWhenRedisIsFull() throws Exception {
        try (var server = RedisServer.start(directory);
                var tasks = TaskQueue.connect(server.options(), "full");
                var pool = server.options().open();
                var connection = pool.connect()) {
            tasks.send(TASK);
            connection.call("CONFIG", bytes("SET"), bytes("maxmemory"), bytes(1));

            assertThatThrownBy(() -> tasks.send(TASK, IMPATIENT))
                    .isInstanceOf(RedisFullException.class)
                    .hasMessageContaining("maxmemory");
            var patient = tasks.sendAsync(TASK);
            assertThatThrownBy(() -> tasks.send(TASK, IMPATIENT)).isInstanceOf(RedisFullException.class);
            assertThat(patient).isNotDone();

            connection.call("CONFIG", bytes("SET"), bytes("maxmemory"), bytes(0));
            patient.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void tellsAnOperatorHowMuchWaitsAndMayWait() {
        push(2);
        try (var operator = Operator.connect(RedisOptions.of(server.uri().toString()))) {
            operator.queue(queue).limit(2, 1_000_000);

            var state = operator.queue(queue).state();
            assertThat(state.waitingBytes()).isEqualTo(2 * SIZE);
            assertThat(state.maxWaiting()).isEqualTo(2);
            assertThat(state.maxWaitingBytes()).isEqualTo(1_000_000);
            assertThat(state.isFull()).isTrue();

            operator.queue(queue).limit(0, 0);
            assertThat(operator.queue(queue).state().isFull()).isFalse();
        }
    }

    private TaskQueue connect() {
        return TaskQueue.connect(RedisOptions.of(server.uri().toString()), queue);
    }

    /** By now somebody has asked for room, and there was none: as many wait as may. */
    private boolean isRefused() {
        var counts = new Survey(queue).counts(redis);
        return counts.ready().get(0) >= counts.limit().items();
    }
}
