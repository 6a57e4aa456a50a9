package dev.weirpool.cli;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Effect;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.Settlement;
import dev.weirpool.queue.protocol.StepReply;
import dev.weirpool.queue.protocol.StepRequest;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.scheduler.Schedule;
import dev.weirpool.scheduler.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code queue}, {@code task}, {@code dead}, {@code status}, {@code top}: on a real Redis, called in this process. */
final class OperatorCommandsTest {
    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final String NO_TASK = "00000000000000010000000000000001";

    private final String queue = "commands-" + UUID.randomUUID();
    private final Redis server = RedisOptions.embedded().open();
    private final RedisConnection redis = server.connect();
    private final Broker broker = new Broker(queue);
    private final TaskQueue tasks = TaskQueue.connect(RedisOptions.embedded(), queue);

    @AfterEach
    void leaveNothingBehind() {
        broker.drop(redis, broker.workers(redis));
        tasks.close();
        redis.close();
        server.close();
    }

    private Said run(String... arguments) {
        return Said.of(withRedis(arguments));
    }

    private String[] withRedis(String... arguments) {
        return Stream.concat(
                        Stream.of(arguments), Stream.of("--redis", server.uri().toString()))
                .toArray(String[]::new);
    }

    private List<TaskId> send(int count) {
        return send(count, TaskOptions.DEFAULT);
    }

    private List<TaskId> send(int count, TaskOptions options) {
        return tasks.sendAll(
                IntStream.range(0, count)
                        .mapToObj(i -> Task.named("com.acme.Tasks::run", "item " + i))
                        .toList(),
                options);
    }

    private Envelope claim(String worker) {
        broker.register(redis, worker, LEASE);
        var reply = broker.step(redis, worker, new StepRequest(1, 0, false, List.of(), List.of()));
        return ((StepReply.Claimed) reply).tasks().get(0).envelope();
    }

    private List<TaskId> bury(int count) {
        var ids = send(count);
        for (var i = 0; i < count; i++) {
            var task = claim("host.1.ab.99");
            var record = bytes(
                    "number 1\nended 1700000000000\nwhere worker 1 on host\noutcome broke\n+stack at com.acme.Tasks.run\n");
            broker.step(
                    redis,
                    "host.1.ab.99",
                    new StepRequest(
                            0,
                            0,
                            false,
                            List.of(new Settlement.Bury(task, bytes("F"))),
                            List.of(new Effect.NoteAttempt(task, record))));
        }
        return ids;
    }

    @Test
    void listsAndShowsQueues() {
        send(3);

        assertThat(run("queue", "ls").output()).containsPattern("(?m)^" + queue + " +3 +0 +0 +0 +0 ");
        assertThat(run("queue", "show", queue).output()).containsPattern("(?m)^ready +3$");
        var json = run("queue", "show", queue, "-o", "json").json().getAsJsonObject();
        assertThat(json.get("ready").getAsLong()).isEqualTo(3);
        assertThat(json.get("state").getAsString()).isEqualTo("nobody serves it");
    }

    @Test
    void saysWhichQueueMayBeMeant() {
        send(1);

        var said = run("queue", "show", queue + "x");

        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(said.err()).isEqualTo("weirpool: no such queue: '" + queue + "x'; did you mean '" + queue + "'?\n");
    }

    @Test
    void pausesAndResumes() {
        send(1);

        assertThat(run("queue", "pause", queue).output()).isEqualTo("queue " + queue + " is paused\n");
        assertThat(run("queue", "ls").output()).contains("paused");
        assertThat(run("queue", "resume", queue).output()).isEqualTo("queue " + queue + " goes on\n");
        assertThat(run("queue", "ls").output()).doesNotContain("paused");
    }

    @Test
    void destroysNothingWithoutBeingToldTo() {
        send(2);

        var refused = run("queue", "purge", queue);
        assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err())
                .isEqualTo("weirpool: would delete 2 ready tasks of queue " + queue
                        + " for good, and there is no terminal to ask on: add --yes to do it\n");
        assertThat(tasks.size()).isEqualTo(2);

        assertThat(run("queue", "purge", queue, "--yes").output()).isEqualTo("deleted 2 ready tasks\n");
        assertThat(tasks.size()).isZero();
    }

    @Test
    void asksOnATerminalAndHeedsTheAnswer() {
        System.setProperty("weirpool.stdin.terminal", "true");
        System.setProperty("weirpool.stderr.terminal", "true");
        try {
            send(2);

            var no = Said.with("\n", withRedis("queue", "purge", queue));
            assertThat(no.exitCode()).isEqualTo(ExitCode.DECLINED);
            assertThat(no.err()).isEqualTo("weirpool: delete 2 ready tasks of queue " + queue + " for good? [y/N] ");
            assertThat(tasks.size()).isEqualTo(2);

            assertThat(Said.with("y\n", withRedis("queue", "purge", queue)).exitCode())
                    .isZero();
            assertThat(tasks.size()).isZero();
        } finally {
            System.clearProperty("weirpool.stdin.terminal");
            System.clearProperty("weirpool.stderr.terminal");
        }
    }

    @Test
    void listsTasksPageByPage() {
        var ids = send(3);

        var first = run("task", "ls", "--queue", queue, "--limit", "2", "-o", "json")
                .json()
                .getAsJsonObject();
        assertThat(first.get("total").getAsLong()).isEqualTo(3);
        assertThat(first.getAsJsonArray("tasks")).hasSize(2);
        var rest = run(
                        "task",
                        "ls",
                        "--queue",
                        queue,
                        "--cursor",
                        first.get("next").getAsString(),
                        "-o",
                        "jsonl")
                .output();
        assertThat(rest.lines()).hasSize(1);
        assertThat(JsonParser.parseString(rest).getAsJsonObject().get("id").getAsString())
                .isEqualTo(ids.get(2).toString());
        assertThat(run("task", "ls", "--queue", queue, "--limit", "2").output())
                .endsWith("2 of 3 tasks; go on with --cursor 0:2\n");
        assertThat(run("task", "ls", "--queue", queue, "--last", "--limit", "1").output())
                .contains(ids.get(2).toString());
    }

    @Test
    void showsATaskOfAnyQueueWithoutItsClasses() {
        var dead = bury(1).get(0);
        var ready = send(1, TaskOptions.DEFAULT.withTimeLimit(Duration.ofSeconds(9)))
                .get(0);

        assertThat(run("task", "show", dead.toString()).output())
                .contains(
                        "com.acme.Tasks::run",
                        "[\"item 0\"]",
                        "attempt 1, ",
                        "worker 1 on host: broke",
                        "    at com.acme.Tasks.run");
        var json = run("task", "show", ready.toString(), "-o", "json").json().getAsJsonObject();
        assertThat(json.get("queue").getAsString()).isEqualTo(queue);
        assertThat(json.get("time_limit").getAsDouble()).isEqualTo(9);
        assertThat(run("task", "show", ready.toString(), "--queue", queue).exitCode())
                .isZero();
    }

    @Test
    void saysThatATaskIsNotThere() {
        var said = run("task", "show", NO_TASK);

        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(said.err())
                .isEqualTo("weirpool: no such task: " + NO_TASK + " has ended, was deleted, or never was\n");
        assertThat(run("task", "show", "xyz").err())
                .isEqualTo("weirpool: not a task id: 'xyz'; it has 32 hexadecimal digits\n");
    }

    @Test
    void followsATaskUntilItIsGivenUp() {
        var id = bury(1).get(0);

        assertThat(run("task", "show", id.toString(), "--follow").exitCode()).isEqualTo(ExitCode.SOME_FAILED);
    }

    @Test
    void cancelsKillsAndRetries() {
        var ids = send(2);

        assertThat(run("task", "cancel", ids.get(0).toString()).output()).contains("will not run");
        assertThat(run("task", "kill", ids.get(1).toString()).exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run("task", "kill", ids.get(1).toString(), "--yes").output()).contains("is being ended");
        var marks = (List<?>) redis.call("ZRANGE", bytes("weirpool:{" + queue + "}:cancels"), bytes(0), bytes(-1));
        assertThat(marks).hasSize(3); // and one that asks to end it where it runs

        tasks.sendAll(List.of());
        run("queue", "purge", queue, "--yes").output();
        var dead = bury(1).get(0);
        assertThat(run("task", "retry", dead.toString()).output())
                .isEqualTo("task " + dead + " is back on queue " + queue + "\n");
        assertThat(run("task", "retry", dead.toString()).exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void doesWhatCanBeDoneOfSeveral() {
        var id = send(1).get(0);

        var said = run("task", "cancel", NO_TASK, id.toString());

        assertThat(said.exitCode()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(said.err()).contains("no such task: " + NO_TASK);
        assertThat(said.out()).contains("task " + id + " will not run");
    }

    @Test
    void listsRetriesAndDeletesTheDead() {
        var ids = bury(4);

        assertThat(run("dead", "ls", "--queue", queue, "-o", "jsonl")
                        .output()
                        .lines()
                        .findFirst()
                        .orElseThrow())
                .contains(ids.get(3).toString());
        assertThat(run("dead", "show", ids.get(0).toString()).output()).contains("broke");
        assertThat(run("dead", "retry", ids.get(0).toString(), "--queue", queue).exitCode())
                .isZero();
        assertThat(run("dead", "delete", ids.get(1).toString(), "--queue", queue, "--yes")
                        .exitCode())
                .isZero();
        assertThat(run("dead", "retry", "--queue", queue).err())
                .contains("name the tasks by their ids, or all of a queue with --all");
        assertThat(run("dead", "retry", "--all", "--queue", queue, "--yes", "-o", "json")
                        .json()
                        .getAsJsonObject()
                        .get("requeued")
                        .getAsLong())
                .isEqualTo(2);
        assertThat(tasks.size()).isEqualTo(3);
        bury(0);
        assertThat(run("dead", "delete", "--all", "--queue", queue, "--yes").output())
                .isEqualTo("deleted 0 dead tasks\n");
    }

    @Test
    void putsTheDeadOnAnotherQueue() {
        var ids = bury(3);
        var other = queue + "-other";

        assertThat(run("dead", "retry", ids.get(1).toString(), "--queue", queue, "--to", other)
                        .output())
                .contains("task " + ids.get(1) + " is back on queue " + other);
        var declined = run("queue", "requeue", queue, "--to", other);
        assertThat(declined.exitCode()).isEqualTo(2);
        assertThat(declined.err()).contains("would run 2 dead tasks of queue " + queue + " on queue " + other);
        assertThat(run("queue", "requeue", queue, "--to", other, "--yes").output())
                .contains("put 2 dead tasks on queue " + other);
        assertThat(run("task", "ls", "--queue", other, "-o", "json")
                        .json()
                        .getAsJsonObject()
                        .get("total")
                        .getAsInt())
                .isEqualTo(3);
        var same = run("dead", "retry", "--all", "--queue", queue, "--to", queue, "--yes");
        assertThat(same.exitCode()).isEqualTo(2);
        assertThat(same.err()).contains("are there already");
        assertThat(tasks.deadLetters().size()).isZero();
        new Broker(other).drop(redis, List.of());
    }

    @Test
    void namesWorkersOfALauncherThatSaysNothing() {
        broker.register(redis, "build-3.4711.ab.1", LEASE);

        var said = run("worker", "ls", "--queue", queue, "-o", "json").json().getAsJsonArray();

        assertThat(said).hasSize(1);
        assertThat(said.get(0).getAsJsonObject().get("state").getAsString()).isEqualTo("silent");
        assertThat(run("worker", "dump", "nobody").err())
                .isEqualTo("weirpool: no such worker: nobody; see: weirpool worker ls\n");
        assertThat(run("worker", "drain", "nobody", "--yes").err())
                .isEqualTo("weirpool: no such launcher or host: nobody; see: weirpool worker ls\n");
        assertThat(run("worker", "drain", "build-3", "--yes", "--queue", queue).output())
                .isEqualTo("told 1 to end\n");
    }

    @Test
    void showsAllOnOneScreen() {
        send(2);
        bury(1);

        var text = run("status").output();
        assertThat(text).startsWith("Redis 6.2").contains(queue).doesNotContain("\u001b");
        assertThat(text.lines().count()).isLessThanOrEqualTo(24);
        var json = run("status", "-o", "json").json().getAsJsonObject();
        assertThat(json.getAsJsonObject("totals").get("dead").getAsLong()).isPositive();
        assertThat(json.get("address").getAsString())
                .contains("***")
                .doesNotContain(":" + server.uri().getUserInfo());
        var top = run("top", "--times", "1", "--every", "0.1", "-o", "json")
                .json()
                .getAsJsonObject();
        assertThat(top.getAsJsonArray("queues")).isNotEmpty();
        assertThat(run("top", "--times", "1", "--every", "0.1").output())
                .contains(queue)
                .doesNotContain("\u001b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "json", "jsonl"})
    void letsNoTaskSteerTheTerminal(String format) {
        tasks.send(Task.named("com.acme.\u001b[2J\u009b1m\u202e::run", "\u001b]0;title\u0007"));
        var id = tasks.send(Task.named("com.acme.\u001b[2J\r\n::run", "\u001b]0;title\u0007\u009b"));

        var said = run("task", "ls", "--queue", queue, "-o", format).output()
                + run("task", "show", id.toString(), "-o", format).output()
                + run("status", "-o", format).output();

        assertThat(said)
                .doesNotContain("\u001b", "\u009b", "\u0007", "\u202e", "\r")
                .contains("\\u001b");
    }

    @Test
    void endsWithTheCodesThatTheDocumentsTell() {
        assertThat(run("queue", "frob").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run("queue").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run("queue", "show", "a b").err()).contains("not a queue name: 'a b'");
        assertThat(run("task", "ls", "--queue", queue).exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Said.of("status", "--redis", "redis://127.0.0.1:1").exitCode())
                .isEqualTo(ExitCode.REDIS);
        assertThat(run("queue", "ls", "-o", "xml").err()).contains("Invalid value for option '--output'");
        assertThat(Said.of("status", "--redis", "redis://user:sesame@127.0.0.1:1")
                        .err())
                .doesNotContain("sesame");
    }

    @Test
    void helpsWithExamples() {
        for (var command : List.of("status", "top", "queue", "task", "dead", "worker", "submit", "map", "doctor")) {
            assertThat(Said.of(command, "--help").output())
                    .as(command)
                    .contains("xamples:", "weirpool " + command)
                    .doesNotContain("\u001b");
        }
        assertThat(Said.of("completion").output()).contains("complete -F _complete_weirpool");
    }

    @Test
    void showsAndChangesSchedules() {
        try (var scheduler = Scheduler.connect(RedisOptions.embedded(), queue)) {
            scheduler.schedule("nightly", Task.named("com.acme.Tasks::run"), Schedule.every(Duration.ofHours(1)));
        }
        assertThat(run("queue", "show", queue, "-o", "json")
                        .json()
                        .getAsJsonObject()
                        .get("schedules")
                        .getAsInt())
                .as("a queue that never had a task")
                .isEqualTo(1);
        assertThat(run("status").output()).contains(queue);

        assertThat(run("schedule", "ls").output()).contains("nightly", queue);
        assertThat(run("queue", "ls").output()).contains(queue);
        assertThat(run("schedule", "next", "nightly", "--queue", queue, "--count", "3", "-o", "json")
                        .json()
                        .getAsJsonArray())
                .hasSize(3);
        assertThat(run("schedule", "explain", "nightly", "--queue", queue).output())
                .containsPattern("(?m)^task +com.acme.Tasks::run$");
        assertThat(TaskId.parse(run("schedule", "run", "nightly", "--queue", queue)
                        .output()
                        .strip()))
                .isNotNull();
        assertThat(tasks.size()).isEqualTo(1);
        assertThat(run("schedule", "pause", "nightly", "--queue", queue).output())
                .isEqualTo("schedule nightly is paused\n");
        assertThat(run("schedule", "ls", "--queue", queue).output()).contains("paused");
        assertThat(run("schedule", "resume", "nightly", "--queue", queue).exitCode())
                .isZero();
        assertThat(run("schedule", "rm", "nightly", "--queue", queue).exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(run("schedule", "rm", "nightly", "--queue", queue, "--yes").exitCode())
                .isZero();
        assertThat(run("schedule", "pause", "nightly", "--queue", queue).err()).contains("has no schedule 'nightly'");
    }

    @Test
    void submitsATaskWithNamesAndWithADelay() {
        var said = run(
                "submit", "com.acme.Tasks::run", "a=1", "b=x=y", "--queue", queue, "--in", "PT1H", "--priority", "1");

        var id = TaskId.parse(said.output().strip());
        try (var operator = Operator.connect(RedisOptions.embedded())) {
            assertThat(operator.queue(queue).state().delayed()).isEqualTo(1);
        }
        assertThat(run("task", "show", id.toString()).output()).contains("[{\"a\"=\"1\", \"b\"=\"x=y\"}]");
        assertThat(run("submit", "com.acme.Tasks", "--queue", queue).exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run("submit", "a::b", "--at", "tomorrow", "--queue", queue).err())
                .contains("not a moment: 'tomorrow'; write 2030-01-01T09:00, or 2030-01-01T09:00:00Z");
    }
}
