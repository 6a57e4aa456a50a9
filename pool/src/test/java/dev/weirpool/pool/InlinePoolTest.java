package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.SharedQueue;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InlinePoolTest {
    private static final PoolOptions INLINE = PoolOptions.of(2).withInline(true);

    @Test
    void runsTasksInThisProcess() throws Exception {
        try (var pool = Pool.start(INLINE)) {
            assertThat(pool.apply(Tasks::pid)).isEqualTo(ProcessHandle.current().pid());
            assertThat(pool.map(Tasks::square, List.of(1, 2, 3))).containsExactly(1, 4, 9);
            assertThatThrownBy(() -> pool.apply(Tasks::failWith, "boom")).hasMessage("boom");
        }
    }

    @Test
    void refusesWhatCouldNotTravel() {
        try (var pool = Pool.start(INLINE)) {
            assertThatThrownBy(() -> pool.apply(Tasks::unencodable)).hasMessageContaining("java.lang.Thread");
        }
    }

    @Test
    void passesDataThroughASharedQueue() throws Exception {
        try (var pool = Pool.start(INLINE)) {
            SharedQueue<Integer> queue =
                    pool.queue("inline-" + ProcessHandle.current().pid());
            pool.apply(Tasks::put, queue, 7);
            assertThat(pool.apply(Tasks::take, queue)).isEqualTo(7);
            queue.delete();
        }
    }

    @Test
    void cancelsAndTerminates() throws Exception {
        var pool = Pool.start(INLINE);
        assertThat(pool.applyAsync(Tasks::hang).cancel(true)).isTrue();
        assertThat(pool.applyAsync(Tasks::one).get(Duration.ofSeconds(20))).isEqualTo(1);
        pool.terminate();
        assertThat(pool.join(Duration.ofSeconds(20))).isTrue();
    }
}
