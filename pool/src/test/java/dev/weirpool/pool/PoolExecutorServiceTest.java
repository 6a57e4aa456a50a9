package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PoolExecutorServiceTest {
    private Pool pool;
    private ExecutorService executor;

    @BeforeEach
    void startPool() {
        pool = Pool.start(2);
        executor = pool.asExecutorService();
    }

    @AfterEach
    void endPool() {
        pool.terminate();
    }

    /** Travels as data. */
    record Product(int a, int b) implements Callable<Integer> {
        @Override
        public Integer call() {
            return a * b;
        }
    }

    /** Never ends by itself. */
    record Hang() implements Callable<Integer> {
        @Override
        public Integer call() throws InterruptedException {
            Tasks.hang();
            return 0;
        }
    }

    @Test
    void runsObjectsAndSerializableLambdas() throws Exception {
        assertThat(executor.submit(new Product(6, 7)).get(20, TimeUnit.SECONDS)).isEqualTo(42);
        assertThat(executor.submit((Callable<Integer> & Serializable) () -> 42).get(20, TimeUnit.SECONDS))
                .isEqualTo(42);
        assertThat(executor.submit((Runnable & Serializable) () -> {}, "done").get(20, TimeUnit.SECONDS))
                .isEqualTo("done");
    }

    @Test
    void refusesALambdaThatCannotTravel() {
        assertThatThrownBy(() -> executor.submit(() -> 42))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cast it to");
    }

    @Test
    void invokesAll() throws Exception {
        var results = executor.invokeAll(List.of(new Product(1, 2), new Product(3, 4)));
        assertThat(results.get(0).get()).isEqualTo(2);
        assertThat(results.get(1).get()).isEqualTo(12);
    }

    @Test
    void cancelsWhatHasNotEndedInTime() throws Exception {
        var results = executor.invokeAll(List.of(new Hang(), new Hang()), 300, TimeUnit.MILLISECONDS);
        assertThat(results).allMatch(result -> result.isCancelled());
        assertThat(executor.submit(new Product(2, 2)).get(20, TimeUnit.SECONDS)).isEqualTo(4);
    }

    @Test
    void invokesAny() throws Exception {
        assertThat(executor.<Integer>invokeAny(List.of(new Hang(), new Product(2, 3))))
                .isEqualTo(6);
        assertThatThrownBy(() -> executor.invokeAny(List.of(new Hang()), 100, TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);
    }

    @Test
    void endsARunningTaskThatIsCancelled() throws Exception {
        var result = executor.submit(new Hang());
        assertThat(result.cancel(true)).isTrue();
        assertThatThrownBy(result::get).isInstanceOf(CancellationException.class);
        assertThat(executor.submit(new Product(2, 2)).get(20, TimeUnit.SECONDS)).isEqualTo(4);
    }

    @Test
    void shutsDownInOrder() throws Exception {
        var result = executor.submit(new Product(2, 2));

        executor.shutdown();

        assertThat(executor.isShutdown()).isTrue();
        assertThatThrownBy(() -> executor.submit(new Product(1, 1))).isInstanceOf(RejectedExecutionException.class);
        assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(executor.isTerminated()).isTrue();
        assertThat(result.get()).isEqualTo(4);
    }

    @Test
    void shutsDownNow() {
        var result = executor.submit(new Hang());

        executor.shutdownNow();

        assertThat(executor.isTerminated()).isTrue();
        assertThatThrownBy(() -> result.get(Duration.ofSeconds(20).toMillis(), TimeUnit.MILLISECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(PoolTerminatedException.class);
    }
}
