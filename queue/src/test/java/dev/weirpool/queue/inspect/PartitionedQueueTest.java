package dev.weirpool.queue.inspect;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.DuplicateTaskException;
import dev.weirpool.queue.QueueFullException;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Partitions;
import dev.weirpool.queue.protocol.Settlement;
import dev.weirpool.queue.protocol.StepReply;
import dev.weirpool.queue.protocol.StepRequest;
import dev.weirpool.queue.redis.ForeignDataException;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisRefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A queue that is spread over three partitions, as clients and operators see it. */
final class PartitionedQueueTest {
    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final Duration LATER = Duration.ofHours(1);
    private static final String WORKER = "host.1.ab.1";

    private final String name = "spread-" + UUID.randomUUID();
    private final List<String> names = new Partitions(name, 3).names();
    private final Redis server = RedisOptions.embedded().open();
    private final RedisConnection redis = server.connect();
    private final Operator operator = Operator.connect(RedisOptions.embedded());
    private final OperatedQueue queue = operator.queue(name);
    private TaskQueue tasks;

    @BeforeEach
    void spread() {
        queue.partition(3);
        tasks = TaskQueue.connect(RedisOptions.embedded(), name);
    }

    @AfterEach
    void leaveNothingBehind() {
        for (var each : new Partitions(name, 3).names()) {
            new Broker(each).drop(redis, new Broker(each).workers(redis));
        }
        for (var key : (List<?>) redis.call("KEYS", bytes("weirpool:{" + name + "*"))) {
            redis.call("UNLINK", (byte[]) key);
        }
        tasks.close();
        operator.close();
        redis.close();
        server.close();
    }

    private static Task<?> task(int number) {
        return Task.named("com.acme.Tasks::run", number);
    }

    private List<TaskId> send(int count, TaskOptions options) {
        return tasks.sendAll(
                IntStream.range(0, count).mapToObj(PartitionedQueueTest::task).toList(), options);
    }

    private List<Long> waiting() {
        return names.stream().map(each -> new Broker(each).waiting(redis)).toList();
    }

    /** Gives up the first task of each partition. */
    private void bury() {
        for (var each : names) {
            var broker = new Broker(each);
            broker.register(redis, WORKER, LEASE);
            var reply = broker.step(redis, WORKER, new StepRequest(1, 0, false, List.of(), List.of()));
            var task = ((StepReply.Claimed) reply).tasks().get(0).envelope();
            var ended = List.<Settlement>of(new Settlement.Bury(task, bytes("F")));
            broker.step(redis, WORKER, new StepRequest(0, 0, false, ended, List.of()));
        }
    }

    @Test
    void takesTasksOnEachPartitionInTurn() {
        send(30, TaskOptions.DEFAULT);

        assertThat(waiting()).containsExactly(10L, 10L, 10L);
        assertThat(tasks.size()).isEqualTo(30);
        assertThat(queue.state().ready()).isEqualTo(30);
        assertThat(queue.state().partitions()).isEqualTo(3);
        assertThat(operator.queues(spoilt -> {}))
                .extracting(QueueState::name)
                .contains(name)
                .doesNotContainAnyElementsOf(names.subList(1, 3));
    }

    @Test
    void keepsTasksOfOneKeyOnOnePartitionInTheirOrder() {
        var ids = send(10, TaskOptions.DEFAULT.withPartitionKey("customer 7"));
        try (var other = TaskQueue.connect(RedisOptions.embedded(), name)) {
            ids = new ArrayList<>(ids);
            ids.add(other.send(task(10), TaskOptions.DEFAULT.withPartitionKey("customer 7")));
        }

        assertThat(waiting()).containsExactlyInAnyOrder(11L, 0L, 0L);
        assertThat(queue.tasks(TaskState.READY, false, "", 100).tasks())
                .extracting(TaskSummary::id)
                .containsExactlyElementsOf(ids);
    }

    @Test
    void refusesASecondTaskOfTheSameNameWhoeverSendsIt() {
        var options = TaskOptions.DEFAULT.withUniqueKey("nightly", LATER);
        tasks.send(task(1), options);
        try (var other = TaskQueue.connect(RedisOptions.embedded(), name)) {
            other.send(task(2)); // whose turn it is does not matter
            assertThatThrownBy(() -> other.send(task(3), options)).isInstanceOf(DuplicateTaskException.class);
        }
    }

    @Test
    void showsAllTasksPageByPage() {
        var sent = new HashSet<>(send(20, TaskOptions.DEFAULT));
        sent.addAll(send(10, TaskOptions.DEFAULT.withPriority(2)));

        var seen = new ArrayList<TaskSummary>();
        var cursor = "";
        do {
            var page = queue.tasks(TaskState.READY, false, cursor, 4);
            assertThat(page.total()).isEqualTo(30);
            seen.addAll(page.tasks());
            cursor = page.next().orElse("");
        } while (!cursor.isEmpty());

        assertThat(seen).hasSize(30).extracting(TaskSummary::id).containsExactlyInAnyOrderElementsOf(sent);
        assertThat(seen.subList(0, 20)).extracting(TaskSummary::priority).containsOnly(0);
    }

    @Test
    void findsCancelsAndDeletesTasksWhereverTheyAre() {
        var ids = send(9, TaskOptions.DEFAULT.withDelay(LATER));

        assertThat(ids).allSatisfy(id -> assertThat(queue.find(id, 1000)).isInstanceOf(Search.Found.class));
        assertThat(queue.state().delayed()).isEqualTo(9);
        assertThat(queue.purge(TaskState.DELAYED, count -> {})).isEqualTo(9);
        assertThat(tasks.size()).isZero();
        assertThat(queue.find(ids.get(1), 1000)).isInstanceOf(Search.Absent.class);
    }

    @Test
    void bringsBackWhatWasGivenUpWhereverItIs() {
        var ids = send(3, TaskOptions.DEFAULT.withAtMostOnce());
        bury();

        assertThat(queue.state().dead()).isEqualTo(3);
        assertThat(tasks.deadLetters().size()).isEqualTo(3);
        assertThat(tasks.deadLetters().list(1, 2)).hasSize(2);
        assertThat(tasks.deadLetters()
                        .retry(tasks.deadLetters().find(ids.get(1)).orElseThrow()))
                .isTrue();
        assertThat(queue.requeueDead(ids.get(2))).isTrue();
        assertThat(queue.requeueDead(ids.get(2))).isFalse();
        assertThat(queue.requeueDead(count -> {})).isEqualTo(1);
        assertThat(waiting()).containsExactly(1L, 1L, 1L);
    }

    @Test
    void holdsNoMoreThanItsLimit() {
        queue.limit(6, 0);
        send(6, TaskOptions.DEFAULT.withFailWhenFull());

        assertThat(queue.state().maxWaiting()).isEqualTo(6);
        assertThatThrownBy(() -> tasks.send(task(7), TaskOptions.DEFAULT.withFailWhenFull()))
                .isInstanceOf(QueueFullException.class)
                .hasMessageContaining("queue " + name);
    }

    @Test
    void pausesAllOfItAndResumesIt() {
        send(3, TaskOptions.DEFAULT);
        queue.pause();
        for (var each : names) {
            var broker = new Broker(each);
            broker.register(redis, WORKER, LEASE);
            assertThat(broker.step(redis, WORKER, new StepRequest(1, 0, false, List.of(), List.of())))
                    .isInstanceOf(StepReply.Paused.class);
        }
        tasks.resume();
        bury();
    }

    @Test
    void isNotSpreadAnewWhileWorkersServeIt() {
        new Broker(name).register(redis, WORKER, LEASE);

        assertThatThrownBy(() -> queue.partition(2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("queue " + name, "1 worker", "drain");
        queue.partition(3); // which it is
    }

    @Test
    void leavesNoTaskBehindWhenItIsSpreadAnew() {
        send(3, TaskOptions.DEFAULT);

        assertThatThrownBy(() -> queue.partition(2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("partition " + name + "~", "1 task", "purge");
        assertThat(send(3, TaskOptions.DEFAULT)).as("it goes on as it was").hasSize(3);
        queue.purge(TaskState.READY, count -> {});
        queue.partition(2);

        assertThat(queue.state().partitions()).isEqualTo(2);
        assertThatThrownBy(() -> send(3, TaskOptions.DEFAULT))
                .as("who has it open still sends to partitions that nobody serves any more")
                .isInstanceOf(RedisRefusedException.class)
                .hasMessageContainingAll("closed", name);
        try (var anew = TaskQueue.connect(RedisOptions.embedded(), name)) {
            anew.sendAll(List.of(task(1), task(2)));
            assertThat(anew.size()).isGreaterThanOrEqualTo(2);
        }
        queue.purge(TaskState.READY, count -> {});
        queue.partition(3);
        try (var anew = TaskQueue.connect(RedisOptions.embedded(), name)) {
            anew.sendAll(List.of(task(1), task(2), task(3)));
            assertThat(waiting()).containsExactly(1L, 1L, 1L);
        }
    }

    @Test
    void saysSoWhenTheirNumberIsNone() {
        redis.call("SET", bytes("weirpool:{" + name + "}:partitions"), bytes("100000"));

        assertThatThrownBy(() -> TaskQueue.connect(RedisOptions.embedded(), name))
                .isInstanceOf(ForeignDataException.class)
                .hasMessageContainingAll("partitions", "100000", "1 to 64");
        redis.call("SET", bytes("weirpool:{" + name + "}:partitions"), bytes("3"));
    }
}
