package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.Args;
import dev.weirpool.queue.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PoolTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static Pool pool;

    @BeforeAll
    static void startPool() {
        pool = Pool.start(3);
    }

    @AfterAll
    static void endPool() {
        pool.terminate();
    }

    @Test
    void runsTenTasksInThreeReusedProcessesNoneOfThemThisOne() throws Exception {
        try (var three = Pool.start(3)) {
            var results = new ArrayList<AsyncResult<Long>>();
            for (var i = 0; i < 10; i++) {
                results.add(three.applyAsync(Tasks::pid));
            }
            var pids = new HashSet<Long>();
            for (var result : results) {
                pids.add(result.get(LIMIT));
            }
            assertThat(pids)
                    .hasSizeLessThanOrEqualTo(3)
                    .doesNotContain(ProcessHandle.current().pid());
        }
    }

    @Test
    void appliesMethodsOfNoneToFiveArguments() throws Exception {
        assertThat(pool.apply(Tasks::one)).isEqualTo(1);
        assertThat(pool.apply(Tasks::square, 3)).isEqualTo(9);
        assertThat(pool.apply(Tasks::add, 3, 4)).isEqualTo(7);
        assertThat(pool.apply((String a, Integer b, Long c) -> Tasks.join(a, b, c), "a", 1, 2L))
                .isEqualTo("a12");
        String four = pool.apply((a, b, c, d) -> a + b + c + d, "a", 1, 2L, true);
        assertThat(four).isEqualTo("a12true");
        assertThat(pool.apply(Tasks::five, "a", 1, 2L, true, 0.5)).isEqualTo(List.of("a", 1, 2L, true, 0.5));
    }

    @Test
    void appliesVoidMethods() throws Exception {
        pool.apply(Tasks::nothing);
        assertThat(pool.applyAsync(Tasks::nothing).get(LIMIT)).isNull();
    }

    @Test
    void rebuildsTheExceptionWithTheWorkersStackAsItsCause() {
        assertThatThrownBy(() -> pool.apply(Tasks::failWith, "boom"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("boom")
                .cause()
                .hasMessageContaining("thrown in worker ")
                .satisfies(cause ->
                        assertThat(cause.getStackTrace()[0].getMethodName()).isEqualTo("failWith"));
    }

    @Test
    void mapsInOrder() throws Exception {
        var items = IntStream.range(0, 100).boxed().toList();
        assertThat(pool.map(Tasks::square, items))
                .isEqualTo(items.stream().map(i -> i * i).toList());
    }

    @Test
    void starmaps() throws Exception {
        assertThat(pool.starmap(Tasks::add, List.of(Args.of(1, 2), Args.of(3, 4))))
                .containsExactly(3, 7);
    }

    @Test
    void goesOnAfterAnItemThatFailed() {
        var results = pool.imap(
                Tasks::squareUnlessSeven, IntStream.range(0, 10).boxed().toList());
        var seen = new ArrayList<Object>();
        while (results.hasNext()) {
            try {
                seen.add(results.next());
            } catch (IllegalArgumentException e) {
                seen.add(e.getMessage());
            }
        }
        assertThat(seen).containsExactly(0, 1, 4, 9, 16, 25, 36, "seven", 64, 81);
    }

    @Test
    void cancelsARunningTask() throws Exception {
        var result = pool.applyAsync(Tasks::hang);
        assertThat(result.cancel(true)).isTrue();
        assertThatThrownBy(result::get).isInstanceOf(CancellationException.class);
        assertThat(pool.apply(Tasks::one)).isEqualTo(1);
    }

    @Test
    void runsATaskAgainWhoseWorkerDied() throws Exception {
        assertThat(pool.applyAsync(Tasks::exitOnFirstAttempt).get(LIMIT)).isPositive();
    }

    @Test
    void givesUpOnATaskThatKillsItsWorkers() {
        var result = pool.applyAsync(Tasks::exit);
        assertThatThrownBy(() -> result.get(LIMIT)).hasMessageContaining("gave up after 3 attempts");
    }

    @Test
    void runsTasksByName() throws Exception {
        assertThat(pool.apply(Task.named("dev.weirpool.pool.Tasks::square", "12")))
                .isEqualTo(144);
    }
}
