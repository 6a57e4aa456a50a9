package dev.weirpool.pool;

import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.Progress;
import dev.weirpool.queue.TaskFailedException;
import dev.weirpool.queue.TaskId;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The result of a task that may not have ended yet. It always resolves: with a value, with the task's exception, with a
 * {@link CancellationException}, or with a {@link PoolTerminatedException}.
 *
 * <p>It lives in the process that submitted the task and is lost with it.
 *
 * @param <R> what the task returns
 */
public final class AsyncResult<R> implements Future<R> {

    private static final Logger log = LoggerFactory.getLogger(AsyncResult.class);

    private final Dispatch dispatch;
    private final List<TaskId> tasks;
    private final CompletableFuture<R> future;
    private final Executor callbacks;

    /** Of a {@code map}, its chunks, and how many items each has. */
    private List<CompletableFuture<Outcome>> chunks = List.of();

    private List<Integer> sizes = List.of();

    AsyncResult(Dispatch dispatch, List<TaskId> tasks, CompletableFuture<R> future, Executor callbacks) {
        this.dispatch = dispatch;
        this.tasks = tasks;
        this.future = future;
        this.callbacks = callbacks;
    }

    AsyncResult<R> of(List<CompletableFuture<Outcome>> chunks, List<Integer> sizes) {
        this.chunks = chunks;
        this.sizes = sizes;
        return this;
    }

    /** The task's id; of a {@code map}, that of its first chunk. */
    public TaskId id() {
        return tasks.get(0);
    }

    /**
     * Waits for the result.
     *
     * @throws ExecutionException with the task's exception, of the same type where possible, as its cause
     * @throws CancellationException if it was cancelled
     * @throws InterruptedException if interrupted while waiting; the task goes on
     */
    @Override
    public R get() throws InterruptedException, ExecutionException {
        return future.get();
    }

    /**
     * Waits for the result, but no longer than {@code limit}.
     *
     * @throws TimeoutException if it is not there by then; the task goes on
     */
    public R get(Duration limit) throws InterruptedException, ExecutionException, TimeoutException {
        return get(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public R get(long limit, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(limit, unit);
    }

    /** Waits until the task has ended, well or not, but no longer than {@code limit}; true if it has. */
    public boolean await(Duration limit) throws InterruptedException {
        try {
            future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException | CancellationException e) {
            return true;
        }
    }

    /** Whether the task has ended, well or not; the same as {@link #isDone()}. */
    public boolean ready() {
        return isDone();
    }

    /**
     * How far the task last said it was, with {@link dev.weirpool.queue.TaskContext#progress}; of a {@code map}, its first chunk. Empty
     * if it has said nothing, or nothing for ten minutes. Asks Redis.
     *
     * @throws dev.weirpool.queue.redis.RedisUnavailableException if Redis does not answer, after 12 s at most
     */
    public Optional<Progress> progress() {
        return dispatch.progress(id());
    }

    /**
     * Shows a bar with how many items of a {@code map} have ended, how fast, and how long the rest will take, on a line of standard
     * error, if that is a terminal: {@code pool.mapAsync(Tasks::resize, pictures).showProgress("resizing").get()}.
     */
    public AsyncResult<R> showProgress(String name) {
        var total = sizes.stream().mapToLong(Integer::longValue).sum();
        show(ProgressLine.start(name, total));
        return this;
    }

    void show(ProgressLine line) {
        for (var i = 0; i < chunks.size(); i++) {
            var size = sizes.get(i);
            chunks.get(i).whenComplete((outcome, failure) -> line.step(size));
        }
        future.whenComplete((value, failure) -> {
            if (chunks.isEmpty()
                    || failure instanceof CancellationException) { // what was cancelled may never be counted
                line.close();
            }
        });
    }

    /**
     * Whether the task has returned a value.
     *
     * @throws IllegalStateException if it has not ended yet
     */
    public boolean successful() {
        if (!isDone()) {
            throw new IllegalStateException("task " + id() + " has not ended yet; ask ready() first, or wait");
        }
        return !future.isCompletedExceptionally();
    }

    /**
     * Cancels the task. One that waits will not run. One that runs goes on with {@code mayInterrupt} false, its result dropped;
     * with true it is interrupted, and its process is ended if that does not help within 2 s.
     *
     * <p>If Redis does not answer it returns all the same, after 12 s at most, and the task may run; its result is dropped.
     *
     * @return false if it had ended already
     */
    @Override
    public boolean cancel(boolean mayInterrupt) {
        if (!future.cancel(mayInterrupt)) {
            return future.isCancelled();
        }
        dispatch.cancel(tasks, mayInterrupt);
        return true;
    }

    @Override
    public boolean isCancelled() {
        return future.isCancelled();
    }

    @Override
    public boolean isDone() {
        return future.isDone();
    }

    /** A view to chain further steps on; they run on the pool's callback thread. Cancelling it does not cancel the task. */
    public CompletableFuture<R> toCompletableFuture() {
        var copy = new CompletableFuture<R>();
        future.whenCompleteAsync(
                (value, failure) -> {
                    if (failure != null) {
                        copy.completeExceptionally(failure);
                    } else {
                        copy.complete(value);
                    }
                },
                callbacks);
        return copy;
    }

    /** Calls one of the two when the task has ended, on the pool's callback thread; what they throw is logged. */
    void whenEnded(Consumer<? super R> callback, Consumer<? super Throwable> errorCallback) {
        future.whenCompleteAsync(
                (value, failure) -> {
                    try {
                        if (failure == null) {
                            callback.accept(value);
                        } else {
                            errorCallback.accept(failure);
                        }
                    } catch (RuntimeException | Error e) {
                        log.error("the callback of task {} threw", id(), e);
                    }
                },
                callbacks);
    }

    /** Waits for the value; what the task threw is thrown as it is, or in a {@link TaskFailedException} if it is checked. */
    R value() throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw unchecked(Objects.requireNonNull(e.getCause()));
        }
    }

    static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof RuntimeException exception) {
            return exception;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        return new TaskFailedException(thrown);
    }

    @Override
    public String toString() {
        return "task " + id() + (isDone() ? " (ended)" : " (under way)");
    }
}
