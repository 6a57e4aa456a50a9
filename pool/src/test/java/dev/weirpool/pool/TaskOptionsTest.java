package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.Backoff;
import dev.weirpool.queue.DuplicateTaskException;
import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskContext;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.TimeLimitExceededException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@link TaskOptions} ask for, done by real workers. */
@Timeout(60)
class TaskOptionsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final TaskOptions OPTIONS = TaskOptions.DEFAULT;

    @TempDir
    private Path directory;

    private final String queueName = "options-" + UUID.randomUUID();
    private Pool pool;
    private TaskQueue queue;

    @BeforeEach
    void startPool() {
        pool = Pool.start(PoolOptions.of(1).withQueue(queueName));
        queue = TaskQueue.connect(RedisOptions.embedded(), queueName);
    }

    @AfterEach
    void endPool() {
        queue.close();
        pool.terminate();
    }

    @Test
    void doesNotTryATaskAgainThatThrew() {
        var result = pool.applyAsync(Tasks::failAndCount, directory.toString());

        assertThatThrownBy(() -> result.get(LIMIT)).cause().hasMessage("attempt 1");
    }

    @Test
    void triesATaskAgainOnTheExceptionsItIsToldUntilItSucceeds() throws Exception {
        var options = OPTIONS.withRetryOn(RuntimeException.class).withBackoff(Backoff.fixed(Duration.ofMillis(10)));

        assertThat(pool.applyAsync(Tasks::succeedAtAttempt, 3, options).get(LIMIT))
                .isEqualTo(3);
    }

    @Test
    void givesUpWithTheLastExceptionWhenNoAttemptIsLeft() throws Exception {
        var options = OPTIONS.withRetryOn(IOException.class, IllegalStateException.class)
                .withAttempts(2)
                .withBackoff(Backoff.fixed(Duration.ofMillis(10)));

        var result = pool.applyAsync(Tasks::succeedAtAttempt, 3, options);

        assertThatThrownBy(() -> result.get(LIMIT))
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("attempt 2");
        var letter = queue.deadLetters().find(result.id()).orElseThrow();
        assertThat(letter.attempts()).extracting(Attempt::number).containsExactly(1, 2);
        assertThat(letter.attempts().get(0).details().get("stack")).contains("Tasks.succeedAtAttempt");
    }

    @Test
    void waitsLongerAfterEachAttempt() {
        var backoff = new Backoff(Duration.ofSeconds(1), 2, Duration.ofSeconds(5), 0);

        assertThat(List.of(backoff.after(1), backoff.after(2), backoff.after(3), backoff.after(4)))
                .containsExactly(
                        Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(5));
        assertThat(Backoff.DEFAULT.after(1)).isBetween(Duration.ofMillis(800), Duration.ofMillis(1200));
    }

    @Test
    void interruptsATaskAtItsSoftTimeLimitAndCallsItsHook() throws Exception {
        var hooked = directory.resolve("hooked");
        var options = OPTIONS.withSoftTimeLimit(Duration.ofMillis(100));

        var result = pool.applyAsync(Tasks::hangWithHook, hooked.toString(), options);

        assertThatThrownBy(() -> result.get(LIMIT))
                .cause()
                .isInstanceOf(TimeLimitExceededException.class)
                .hasMessage("the task exceeded its soft time limit of 100 ms");
        await().atMost(LIMIT).until(() -> Files.exists(hooked));
    }

    @Test
    void acceptsTheResultOfATaskThatHeedsItsSoftTimeLimit() throws Exception {
        var options = OPTIONS.withSoftTimeLimit(Duration.ofMillis(100));

        assertThat(pool.applyAsync(Tasks::partialResult, options).get(LIMIT)).isEqualTo("partial");
    }

    @Test
    void killsATaskAtItsTimeLimitEvenInALoopAndTakesDownItsThreads() throws Exception {
        long before = pool.apply(Tasks::pid);
        var options = OPTIONS.withTimeLimit(Duration.ofMillis(300));

        var result = pool.applyAsync(Tasks::spin, options);

        assertThatThrownBy(() -> result.get(Duration.ofSeconds(10)))
                .cause()
                .isInstanceOf(TimeLimitExceededException.class)
                .hasMessage("the task exceeded its time limit of 300 ms");
        assertThat(pool.apply(Tasks::pid)).isNotEqualTo(before);
        var attempt =
                queue.deadLetters().find(result.id()).orElseThrow().attempts().get(0);
        assertThat(attempt.outcome()).contains("killed because its task had exceeded its time limit of 300 ms");
        assertThat(attempt.details().get("threads")).contains("Tasks.spin");
    }

    @Test
    void delaysATaskInRedis() throws Exception {
        var start = System.nanoTime();

        var delayed = pool.applyAsync(Tasks::one, OPTIONS.withDelay(Duration.ofSeconds(2)));
        var dated = pool.applyAsync(Tasks::one, OPTIONS.withAt(Instant.now().plusSeconds(2)));

        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> queue.size() == 2); // they are sent behind our back
        delayed.get(LIMIT);
        dated.get(LIMIT);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1900));
    }

    @Test
    void servesPrioritiesInTheirOrder() throws Exception {
        var gate = pool.applyAsync(Tasks::squareWhenOpen, 1, directory.toString());
        await().atMost(LIMIT).until(() -> Files.exists(directory.resolve("running")));
        var file = directory.resolve("order").toString();
        pool.applyAsync(Tasks::note, "last", file, OPTIONS.withPriority(3));
        pool.applyAsync(Tasks::note, "middle", file, OPTIONS.withPriority(1));
        pool.applyAsync(Tasks::note, "first", file);

        Files.createFile(directory.resolve("gate"));

        gate.get(LIMIT);
        await().atMost(LIMIT)
                .until(() -> Files.exists(Path.of(file))
                        && Files.readAllLines(Path.of(file)).equals(List.of("first", "middle", "last")));
    }

    @Test
    void refusesASecondTaskOfTheSameNameWhileTheFirstIsThere() throws Exception {
        var options = OPTIONS.withUniqueKey("nightly", Duration.ofMinutes(5));
        var first = pool.applyAsync(Tasks::squareWhenOpen, 2, directory.toString(), options);

        var second = pool.applyAsync(Tasks::one, options);
        assertThatThrownBy(() -> second.get(LIMIT))
                .cause()
                .isInstanceOfSatisfying(
                        DuplicateTaskException.class,
                        e -> assertThat(e.holder()).isEqualTo(first.id()));
        assertThatThrownBy(() -> queue.send(Task.of(Tasks::one), options)).isInstanceOf(DuplicateTaskException.class);

        Files.createFile(directory.resolve("gate"));
        assertThat(first.get(LIMIT)).isEqualTo(4);
        assertThat(pool.applyAsync(Tasks::one, options).get(LIMIT)).isEqualTo(1);
    }

    @Test
    void keepsAResultForAnyProcessToRead() throws Exception {
        var kept = queue.send(Task.of(Tasks::square, 5), OPTIONS.withKeepResult(Duration.ofMinutes(1)));
        var failed = queue.send(Task.of(Tasks::failWith, "boom"), OPTIONS.withKeepResult(Duration.ofMinutes(1)));
        var killed = queue.send(
                Task.of(Tasks::exit),
                OPTIONS.withKeepResult(Duration.ofMinutes(1)).withAtMostOnce());

        await().atMost(LIMIT).until(() -> queue.result(killed).isPresent());
        assertThat(queue.result(kept)).contains(new Outcome.Returned(25));
        assertThat(queue.result(failed).orElseThrow())
                .isInstanceOfSatisfying(
                        Outcome.Threw.class,
                        threw -> assertThat(threw.failure().message()).isEqualTo("boom"));
        assertThat(queue.result(killed).orElseThrow())
                .isInstanceOfSatisfying(
                        Outcome.Threw.class,
                        threw -> assertThat(threw.failure().message())
                                .contains("gave up after 1 attempt", "exit code 42"));
    }

    @Test
    void cancelsATaskByItsIdFromAnyProcess() throws Exception {
        var running = queue.send(Task.of(Tasks::hang), OPTIONS.withKeepResult(Duration.ofMinutes(1)));
        var waiting = queue.send(Task.of(Tasks::one), OPTIONS.withKeepResult(Duration.ofMinutes(1)));

        queue.cancel(waiting);
        queue.cancel(running);

        await().atMost(LIMIT).until(() -> queue.result(waiting).isPresent());
        assertThat(queue.result(running)).contains(new Outcome.Cancelled());
        assertThat(queue.result(waiting)).contains(new Outcome.Cancelled());
    }

    @Test
    void cancelsATaskThatHeedsNoInterruptAndHasNoAttemptLeft() throws Exception {
        var running = queue.send(
                Task.of(Tasks::spin),
                OPTIONS.withKeepResult(Duration.ofMinutes(1)).withAtMostOnce());
        await().atMost(LIMIT).until(() -> queue.size() == 0);

        queue.cancel(running);

        await().atMost(LIMIT).until(() -> queue.result(running).isPresent());
        assertThat(queue.result(running)).contains(new Outcome.Cancelled());
        assertThat(queue.deadLetters().size()).isZero();
    }

    @Test
    void givesARunningTaskAFenceThatGrows() throws Exception {
        long first = pool.apply(() -> TaskContext.current().fence());
        long second = pool.apply(() -> TaskContext.current().fence());

        assertThat(second).isGreaterThan(first);
    }

    @Test
    void tellsATaskItsHeadersAndItsDeadline() throws Exception {
        var options = OPTIONS.withHeaders(Map.of("tenant", "acme")).withTimeLimit(Duration.ofMinutes(1));

        var told = pool.applyAsync(Tasks::describeContext, options).get(LIMIT);

        assertThat(told).isEqualTo("acme attempt 1 deadline true");
    }

    @Test
    void refusesOptionsThatMakeNoSense() {
        assertThatThrownBy(() -> OPTIONS.withAttempts(0)).hasMessage("attempts must be from 1 to 255, got 0");
        assertThatThrownBy(() -> OPTIONS.withPriority(4)).hasMessageContaining("from 0 (first) to 3 (last), got 4");
        assertThatThrownBy(() -> OPTIONS.withTimeLimit(Duration.ZERO)).hasMessageContaining("at least 1 ms, got PT0S");
        assertThatThrownBy(() -> OPTIONS.withHeaders(Map.of("!x", "y"))).hasMessageContaining("got '!x'");
        assertThatThrownBy(() -> OPTIONS.withDelay(Duration.ofSeconds(-1))).hasMessageContaining("PT-1S");
    }

    @Test
    void retriesADeadLetterWithItsIdAndHistory() throws Exception {
        var gate = directory.resolve("gate");
        var result = pool.applyAsync(Tasks::failUnlessExists, gate.toString());
        assertThatThrownBy(() -> result.get(LIMIT)).isInstanceOf(ExecutionException.class);
        var letters = queue.deadLetters();
        var letter = letters.find(result.id()).orElseThrow();
        assertThat(letters.size()).isEqualTo(1);
        assertThat(letter.name()).isEqualTo("dev.weirpool.pool.Tasks::failUnlessExists");
        assertThat(letter.argumentsPreview()).isEqualTo("[\"" + gate + "\"]");

        Files.createFile(gate);
        assertThat(letters.retry(letter)).isTrue();

        await().atMost(LIMIT).until(() -> Files.exists(directory.resolve("gate.seen")));
        assertThat(letters.size()).isZero();
        assertThat(letters.retry(letter)).isFalse();
    }

    @Test
    void deletesADeadLetter() {
        var result = pool.applyAsync(Tasks::failWith, "boom");
        assertThatThrownBy(() -> result.get(LIMIT)).isInstanceOf(ExecutionException.class);
        var letters = queue.deadLetters();

        assertThat(letters.delete(letters.list(0, 10).get(0))).isTrue();

        assertThat(letters.size()).isZero();
    }

    @Test
    void keepsWhatIsKnownOfADeadWorkerWithItsTask() {
        var result = pool.applyAsync(Tasks::shoutAndExit, OPTIONS.withAttempts(2));
        assertThatThrownBy(() -> result.get(LIMIT)).hasMessageContaining("gave up after 2 attempts");

        var attempts = queue.deadLetters().find(result.id()).orElseThrow().attempts();

        assertThat(attempts).hasSize(2).allSatisfy(attempt -> {
            assertThat(attempt.outcome()).isEqualTo("ended with exit code 42");
            assertThat(attempt.where()).startsWith("worker ");
            assertThat(attempt.details().get("stderr")).contains("last words");
        });
    }
}
