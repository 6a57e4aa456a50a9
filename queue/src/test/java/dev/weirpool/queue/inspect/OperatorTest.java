package dev.weirpool.queue.inspect;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.DuplicateTaskException;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Effect;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.ScheduledRun;
import dev.weirpool.queue.protocol.Settlement;
import dev.weirpool.queue.protocol.StepReply;
import dev.weirpool.queue.protocol.StepRequest;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Looks at queues of its own on the embedded Redis, and steers them. */
final class OperatorTest {
    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final long ALL = 1_000_000;

    private final String name = "operator-" + UUID.randomUUID();
    private final TaskQueue tasks = TaskQueue.connect(RedisOptions.embedded(), name);
    private final Operator operator = Operator.connect(RedisOptions.embedded());
    private final OperatedQueue queue = operator.queue(name);
    private final Broker broker = new Broker(name);
    private final Redis server = RedisOptions.embedded().open();
    private final RedisConnection redis = server.connect();

    @AfterEach
    void leaveNothingBehind() {
        broker.drop(redis, broker.workers(redis));
        for (var key : (List<?>) redis.call("KEYS", bytes("weirpool:{" + name + "}:*"))) {
            redis.call("UNLINK", (byte[]) key);
        }
        tasks.close();
        operator.close();
        redis.close();
        server.close();
    }

    private List<TaskId> send(int count) {
        return send(count, TaskOptions.DEFAULT);
    }

    private List<TaskId> send(int count, TaskOptions options) {
        return tasks.sendAll(
                IntStream.range(0, count)
                        .mapToObj(i -> Task.named("com.acme.Tasks::run", i, "text"))
                        .toList(),
                options);
    }

    private Envelope claim(String worker) {
        broker.register(redis, worker, LEASE);
        var reply = broker.step(redis, worker, new StepRequest(1, 0, false, List.of(), List.of()));
        return ((StepReply.Claimed) reply).tasks().get(0).envelope();
    }

    private void bury(int count) {
        broker.register(redis, "host.1.ab.99", LEASE);
        for (var i = 0; i < count; i++) {
            var task = claim("host.1.ab.99");
            broker.step(
                    redis,
                    "host.1.ab.99",
                    new StepRequest(
                            0,
                            0,
                            false,
                            List.of(new Settlement.Bury(task, bytes("F"))),
                            List.of(new Effect.NoteAttempt(task, bytes("number 1\noutcome broke\n")))));
        }
    }

    private List<TaskId> pages(TaskState state, boolean backwards, int limit) {
        var ids = new ArrayList<TaskId>();
        var page = queue.tasks(state, backwards, "", limit);
        page.tasks().forEach(task -> ids.add(task.id()));
        while (page.next().isPresent()) {
            page = queue.tasks(state, backwards, page.next().get(), limit);
            page.tasks().forEach(task -> ids.add(task.id()));
        }
        return ids;
    }

    @Test
    void knowsAQueueFromItsFirstTaskToItsEnd() {
        assertThat(operator.queueNames()).doesNotContain(name);

        send(1);
        assertThat(operator.queueNames()).contains(name);
        assertThat(operator.queues(spoilt -> {})).extracting(QueueState::name).contains(name);

        broker.drop(redis, List.of());
        assertThat(operator.queueNames()).doesNotContain(name);
    }

    @Test
    void forgetsAQueueOfWhichNothingIsLeftOnceItIsNotNew() {
        broker.enlist(redis);

        assertThat(operator.queues(spoilt -> {})).extracting(QueueState::name).doesNotContain(name);
        assertThat(operator.queueNames()).contains(name);

        redis.call("ZADD", bytes("weirpool:queues"), bytes(0), bytes(name));
        operator.queues(spoilt -> {});
        assertThat(operator.queueNames()).doesNotContain(name);
    }

    @Test
    void keepsTenThousandQueuesAtMost() {
        redis.call("ZADD", bytes("weirpool:queues"), bytes(1), bytes("oldest-of-all"));
        for (var i = 0; i < 10_000; i += 500) {
            var part = IntStream.range(i, i + 500)
                    .mapToObj(n -> Stream.of(bytes(2), bytes("many-" + n)))
                    .flatMap(pair -> pair);
            redis.call(
                    "ZADD",
                    Stream.concat(Stream.of(bytes("weirpool:queues")), part).toArray(byte[][]::new));
        }

        broker.enlist(redis);

        assertThat(operator.queueNames()).contains(name).doesNotContain("oldest-of-all");
        assertThat(operator.queueNames()).hasSizeLessThanOrEqualTo(10_001);
        IntStream.range(0, 10_000).forEach(n -> redis.call("ZREM", bytes("weirpool:queues"), bytes("many-" + n)));
    }

    @Test
    void countsWhatAQueueHolds() {
        send(3);
        send(2, TaskOptions.DEFAULT.withPriority(2));
        send(1, TaskOptions.DEFAULT.withDelay(Duration.ofHours(1)));
        claim("host.1.ab.1");
        broker.pause(redis);

        var state = queue.state();

        assertThat(state.readyByPriority()).containsExactly(2L, 0L, 2L, 0L);
        assertThat(state.ready()).isEqualTo(4);
        assertThat(state.delayed()).isEqualTo(1);
        assertThat(state.running()).isEqualTo(1);
        assertThat(state.workers()).isEqualTo(1);
        assertThat(state.dead()).isZero();
        assertThat(state.paused()).isTrue();
        assertThat(state.claims()).isEqualTo(1);
        assertThat(state.nextDue())
                .hasValueSatisfying(due -> assertThat(due)
                        .isBetween(
                                Instant.now().plusSeconds(3500), Instant.now().plusSeconds(3700)));
        queue.resume();
        assertThat(queue.state().paused()).isFalse();
    }

    @Test
    void saysThatNobodyServesAQueue() {
        send(1);
        assertThat(queue.state().isAbandoned()).isTrue();

        broker.tick(redis, LEASE, LEASE);
        assertThat(queue.state().isAbandoned()).isFalse();
    }

    @Test
    void tellsHowLongTheOldestTaskHasWaited() throws InterruptedException {
        assertThat(queue.state().oldestAge()).contains(Duration.ZERO);
        send(2);
        Thread.sleep(30);
        assertThat(queue.state().oldestAge())
                .as("by what the task says of itself, where no launcher is")
                .hasValueSatisfying(age -> assertThat(age).isBetween(Duration.ofMillis(30), Duration.ofSeconds(10)));

        broker.tick(redis, LEASE, LEASE); // the second is the last in line now
        Thread.sleep(30);
        assertThat(queue.state().oldestAge())
                .hasValueSatisfying(age -> assertThat(age).isBetween(Duration.ofMillis(30), Duration.ofSeconds(10)));

        send(1);
        claim("host.1.ab.1");
        claim("host.1.ab.2");
        broker.tick(redis, LEASE, LEASE); // it has been claimed, and had waited so long
        assertThat(queue.state().oldestAge())
                .hasValueSatisfying(age -> assertThat(age).isBetween(Duration.ofMillis(30), Duration.ofSeconds(10)));

        claim("host.1.ab.3");
        assertThat(queue.state().oldestAge()).contains(Duration.ZERO);
    }

    @Test
    void listsReadyTasksFromBothEndsPageByPage() {
        var ids = new ArrayList<>(send(7));
        ids.addAll(send(2, TaskOptions.DEFAULT.withPriority(1)));

        assertThat(pages(TaskState.READY, false, 2)).isEqualTo(ids);
        assertThat(pages(TaskState.READY, false, 500)).isEqualTo(ids);
        assertThat(pages(TaskState.READY, true, 2))
                .containsExactlyInAnyOrderElementsOf(ids)
                .startsWith(ids.get(6), ids.get(5));
        assertThat(queue.tasks(TaskState.READY, false, "", 2).total()).isEqualTo(9);
    }

    @Test
    void listsWhatIsDelayedRunsOrIsDead() {
        var dead = send(2);
        bury(2);
        var running = send(2);
        claim("host.1.ab.1");
        claim("host.1.ab.2");
        var delayed = send(3, TaskOptions.DEFAULT.withDelay(Duration.ofHours(1)));

        assertThat(pages(TaskState.DEAD, false, 1)).isEqualTo(dead);
        assertThat(pages(TaskState.DEAD, true, 1)).containsExactly(dead.get(1), dead.get(0));
        assertThat(pages(TaskState.RUNNING, false, 1)).isEqualTo(running);
        assertThat(pages(TaskState.DELAYED, false, 2)).containsExactlyInAnyOrderElementsOf(delayed);
        var task = queue.tasks(TaskState.RUNNING, false, "", 1).tasks().get(0);
        assertThat(task.name()).isEqualTo("com.acme.Tasks::run");
        assertThat(task.worker()).contains("host.1.ab.1");
        assertThat(task.attempt()).isEqualTo(1);
        assertThat(queue.tasks(TaskState.DELAYED, false, "", 1).tasks().get(0).due())
                .isPresent();
    }

    @Test
    void refusesACursorThatIsNone() {
        assertThatThrownBy(() -> queue.tasks(TaskState.READY, false, "x", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a cursor of READY tasks: 'x'");
        assertThatThrownBy(() -> queue.tasks(TaskState.READY, false, "", 501))
                .hasMessage("a page has 1 to 500 tasks, got 501");
    }

    @Test
    void showsWhatIsNoEnvelopeAllTheSame() {
        redis.call("RPUSH", bytes("weirpool:{" + name + "}:ready"), bytes("short"));

        var page = queue.tasks(TaskState.READY, false, "", 10);

        assertThat(page.tasks()).hasSize(1);
        assertThat(page.tasks().get(0).name()).isEmpty();
        assertThat(queue.find(page.tasks().get(0).id(), ALL)).isInstanceOf(Search.class);
    }

    @Test
    void findsATaskWhereverItIs() {
        var dead = send(1, TaskOptions.DEFAULT.withHeaders(Map.of("tenant", "acme")));
        bury(1);
        var running = send(1);
        claim("host.1.ab.1");
        var delayed = send(1, TaskOptions.DEFAULT.withDelay(Duration.ofHours(1)));
        var ready = send(5000);

        assertThat(found(dead.get(0)).headers()).isEqualTo(Map.of("tenant", "acme"));
        assertThat(found(dead.get(0)).argumentsPreview()).isEqualTo("[0, \"text\"]");
        assertThat(found(dead.get(0)).attempts().get(0).outcome()).isEqualTo("broke");
        assertThat(found(running.get(0)).task().worker()).contains("host.1.ab.1");
        assertThat(found(delayed.get(0)).task().state()).isEqualTo(TaskState.DELAYED);
        assertThat(found(ready.get(0)).task().state()).isEqualTo(TaskState.READY);
        assertThat(found(ready.get(2500)).task().id()).isEqualTo(ready.get(2500));
        assertThat(found(ready.get(4999)).task().id()).isEqualTo(ready.get(4999));
        assertThat(queue.find(new TaskId(1, 1), ALL)).isEqualTo(new Search.Absent());
        assertThat(queue.find(ready.get(2500), 2000)).isInstanceOf(Search.GaveUp.class);
    }

    private TaskDetail found(TaskId id) {
        assertThat(queue.find(id, ALL)).isInstanceOf(Search.Found.class);
        return ((Search.Found) queue.find(id, ALL)).task();
    }

    @Test
    void deletesTasksInPartsTellsTheirClientsAndFreesTheirNames() {
        var unique = TaskOptions.DEFAULT.withUniqueKey("only", Duration.ofHours(1));
        send(1, unique);
        send(1200);
        broker.openResults(redis, 7, LEASE);
        var awaited = new Envelope.Draft("Tasks::run", 1, true, 3, Map.of(), new byte[] {1}).seal(7, 1);
        broker.push(redis, 7, 0, List.of(awaited), List.of());
        var progress = new ArrayList<Long>();

        assertThat(queue.purge(TaskState.READY, progress::add)).isEqualTo(1202);

        assertThat(progress).hasSizeGreaterThanOrEqualTo(3).endsWith(1202L);
        assertThat(queue.state().ready()).isZero();
        var results = broker.readResults(redis, 7, "0-0", Duration.ofMillis(10)).results();
        assertThat(results).hasSize(1);
        assertThat(results.get(0).result()).isEqualTo(new byte[] {'C'});
        send(1, unique); // is not refused
    }

    @Test
    void hasAScheduleGoOnThatWaitedForADeletedTask() {
        var planned = 1_000_000L;
        var headers = ScheduledRun.headers(Map.of(), "nightly", Optional.of(Duration.ofSeconds(5)));
        var task = new Envelope.Draft("Tasks::run", 0, false, 3, headers, new byte[] {1}).seal(7, planned);
        broker.push(redis, 7, 0, List.of(task), List.of());
        var putOff = ScheduledRun.putOff(planned, 5000);
        redis.call("ZADD", bytes("weirpool:{" + name + "}:schedules"), bytes(putOff), bytes("nightly"));
        redis.call("ZADD", bytes("weirpool:{" + name + "}:running:nightly"), bytes(1), task.id());

        assertThat(queue.purge(TaskState.READY, count -> {})).isEqualTo(1);

        var state = queue.state();
        assertThat(state.schedules()).isEqualTo(1);
        assertThat(state.nextFire())
                .hasValueSatisfying(fire -> assertThat(fire)
                        .isBetween(state.at().plusSeconds(1), state.at().plusSeconds(6)));
        assertThat(state.lacksScheduler()).isFalse();
        assertThat(redis.call("EXISTS", bytes("weirpool:{" + name + "}:running:nightly")))
                .isEqualTo(0L);
    }

    @Test
    void keepsAUniqueNameOfATaskThatWasNotDeleted() {
        var unique = TaskOptions.DEFAULT.withUniqueKey("only", Duration.ofHours(1));
        send(1, unique);
        claim("host.1.ab.1");

        assertThat(queue.purge(TaskState.READY, count -> {})).isZero();

        assertThatThrownBy(() -> send(1, unique)).isInstanceOf(DuplicateTaskException.class);
    }

    @Test
    void deletesDelayedAndDeadTasks() {
        send(3);
        bury(3);
        send(4, TaskOptions.DEFAULT.withDelay(Duration.ofHours(1)));

        assertThat(queue.purge(TaskState.DEAD, count -> {})).isEqualTo(3);
        assertThat(queue.purge(TaskState.DELAYED, count -> {})).isEqualTo(4);

        assertThat(queue.state().dead() + queue.state().delayed()).isZero();
        var left = (List<?>) redis.call("KEYS", bytes("weirpool:{" + name + "}:attempts:*"));
        assertThat(left).isEmpty();
    }

    @Test
    void putsDeadTasksBackOneByOneOrAll() {
        var ids = send(5);
        bury(5);

        assertThat(queue.requeueDead(ids.get(2))).isTrue();
        assertThat(queue.requeueDead(ids.get(2))).isFalse();
        assertThat(queue.deleteDead(ids.get(3))).isTrue();
        assertThat(queue.deleteDead(ids.get(3))).isFalse();
        assertThat(queue.requeueDead(count -> {})).isEqualTo(3);

        assertThat(queue.state().dead()).isZero();
        assertThat(pages(TaskState.READY, false, 10)).containsExactly(ids.get(2), ids.get(0), ids.get(1), ids.get(4));
        assertThat(queue.tasks(TaskState.READY, false, "", 1).tasks().get(0).attempt())
                .isEqualTo(1);
    }

    @Test
    void putsDeadTasksOnAnotherQueueOneByOneOrAll() {
        var ids = send(4);
        bury(4);
        var other = operator.queue(name + "-other");

        assertThat(queue.moveDead(ids.get(2), other.name())).isTrue();
        assertThat(queue.moveDead(ids.get(2), other.name())).isFalse();
        assertThat(queue.moveDead(other.name(), count -> {})).isEqualTo(3);

        assertThat(queue.state().dead() + queue.state().ready()).isZero();
        assertThat(other.tasks(TaskState.READY, false, "", 10).tasks().stream().map(TaskSummary::id))
                .containsExactly(ids.get(2), ids.get(0), ids.get(1), ids.get(3));
        assertThat(other.attempts(ids.get(0))).hasSize(1);
        assertThat(operator.queueNames()).contains(other.name());
        assertThatThrownBy(() -> queue.moveDead(name, count -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("are there already");
        assertThatThrownBy(() -> queue.moveDead("a b", count -> {})).hasMessageContaining("not a queue name: 'a b'");
        new Broker(other.name()).drop(redis, List.of());
    }

    @Test
    void namesALauncherThatSaysNothing() {
        broker.register(redis, "build.example.com.4711.ab12.3", LEASE);

        var launcher = queue.launchers().get(0);

        assertThat(launcher.id()).isEqualTo("build.example.com.4711.ab12");
        assertThat(launcher.host()).isEqualTo("build.example.com");
        assertThat(launcher.pid()).isEqualTo(4711);
        assertThat(launcher.isKnown()).isFalse();
        assertThat(launcher.workers()).extracting(WorkerState::name).containsExactly("build.example.com.4711.ab12.3");
    }

    @Test
    void readsAReportAsItWasWritten() {
        var now = Instant.ofEpochMilli(1_700_000_000_000L);
        var worker = new WorkerState("h.1.a.1", 42, true, now, 1, 2, 3, Optional.of("ab"), Optional.of(now));
        var launcher = new LauncherState("h.1.a", "h", 1, "0.1.0", "17.0.1", now, now, 3, 4, 5, true, List.of(worker));

        assertThat(LauncherState.of("h.1.a", launcher.toBytes())).isEqualTo(launcher);
        assertThat(LauncherState.of("h.1.a", "worker x\nworker\n\nprocesses -3\nat x".getBytes(UTF_8))
                        .isKnown())
                .isFalse();
    }

    @Test
    void describesTheServer() {
        var state = operator.server();

        assertThat(state.version()).startsWith("6.2");
        assertThat(state.evictionPolicy()).isEqualTo("noeviction");
        assertThat(state.roundTrip()).isBetween(Duration.ofNanos(1), Duration.ofSeconds(2));
        assertThat(state.clockDifference().abs()).isLessThan(Duration.ofSeconds(2));
    }
}
