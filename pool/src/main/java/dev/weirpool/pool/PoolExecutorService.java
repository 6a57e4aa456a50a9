package dev.weirpool.pool;

import dev.weirpool.queue.Task;
import dev.weirpool.queue.Task.Call0;
import dev.weirpool.queue.Task.Run0;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A pool behind the interface of {@code java.util.concurrent}. A lambda must be serializable to travel; an object that implements
 * {@code Callable} or {@code Runnable} travels as data.
 */
final class PoolExecutorService implements ExecutorService {

    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final Pool pool;

    PoolExecutorService(Pool pool) {
        this.pool = pool;
    }

    @Override
    public <T> Future<T> submit(Callable<T> task) {
        return send(taskOf(task));
    }

    @Override
    public <T> Future<T> submit(Runnable task, T result) {
        var sent = send(taskOf(task));
        return new ConstantFuture<>(sent, result);
    }

    @Override
    public Future<?> submit(Runnable task) {
        return send(taskOf(task));
    }

    @Override
    public void execute(Runnable task) {
        send(taskOf(task));
    }

    private <T> AsyncResult<T> send(Task<T> task) {
        try {
            return pool.applyAsync(task);
        } catch (IllegalStateException e) {
            throw new RejectedExecutionException(e.getMessage(), e);
        }
    }

    private static <T> Task<T> taskOf(Callable<T> task) {
        if (task instanceof Call0<T> call) {
            return Task.of(call);
        }
        if (isLambda(task)) {
            return Task.of((Call0<T> & Serializable) requireSerializable(task)::call);
        }
        return Task.of((Task.Call1<Callable<T>, T>) Callable::call, task);
    }

    private static Task<Void> taskOf(Runnable task) {
        if (isLambda(task)) {
            return Task.of((Run0 & Serializable) requireSerializable(task)::run);
        }
        return Task.of((Task.Run1<Runnable>) Runnable::run, task);
    }

    private static boolean isLambda(Object task) {
        return task.getClass().isHidden() || task.getClass().isSynthetic();
    }

    private static <T> T requireSerializable(T task) {
        if (task instanceof Serializable) {
            return task;
        }
        throw new IllegalArgumentException("this lambda cannot travel to another process: cast it to (Callable<...> &"
                + " Serializable), or call pool.applyAsync, whose parameter is serializable already");
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks) throws InterruptedException {
        return invokeAll(tasks, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long limit, TimeUnit unit)
            throws InterruptedException {
        var deadline = deadline(limit, unit);
        var results = new ArrayList<Future<T>>();
        try {
            for (var task : tasks) {
                results.add(submit(task));
            }
            for (var result : results) {
                await(result, deadline);
            }
        } finally {
            results.forEach(result -> result.cancel(true)); // those that have ended are not touched by this
        }
        return results;
    }

    private static void await(Future<?> result, long deadline) throws InterruptedException {
        try {
            result.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | CancellationException | TimeoutException e) {
            // the caller finds out from the future
        }
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks) throws InterruptedException, ExecutionException {
        try {
            return invokeAny(tasks, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long limit, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("invokeAny needs at least one task");
        }
        var deadline = deadline(limit, unit);
        var ended = new LinkedBlockingQueue<AsyncResult<T>>();
        var results = new ArrayList<AsyncResult<T>>();
        try {
            for (var task : tasks) {
                AsyncResult<T> result = send(taskOf(task));
                results.add(result);
                result.whenEnded(value -> ended.add(result), failure -> ended.add(result));
            }
            @Nullable ExecutionException last = null;
            for (var i = 0; i < results.size(); i++) {
                var first = ended.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (first == null) {
                    throw new TimeoutException("no task ended within the limit");
                }
                try {
                    return first.get();
                } catch (ExecutionException e) {
                    last = e;
                } catch (CancellationException e) {
                    last = new ExecutionException(e);
                }
            }
            throw last != null ? last : new ExecutionException(new IllegalStateException("no task ended"));
        } finally {
            results.forEach(result -> result.cancel(true));
        }
    }

    private static long deadline(long limit, TimeUnit unit) {
        var nanos = Math.min(unit.toNanos(limit), LONGEST.toNanos());
        return System.nanoTime() + nanos;
    }

    @Override
    public void shutdown() {
        pool.close();
    }

    /** Terminates the pool; which tasks had not begun is not known, so the list is empty. */
    @Override
    public List<Runnable> shutdownNow() {
        pool.terminate();
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return !pool.isAccepting();
    }

    @Override
    public boolean isTerminated() {
        return pool.isGone();
    }

    @Override
    public boolean awaitTermination(long limit, TimeUnit unit) throws InterruptedException {
        return pool.awaitGone(Duration.ofNanos(Math.min(unit.toNanos(limit), LONGEST.toNanos())));
    }

    /** A task's future that stands for a value given beforehand. */
    private record ConstantFuture<T>(Future<?> task, T value) implements Future<T> {

        @Override
        public boolean cancel(boolean mayInterrupt) {
            return task.cancel(mayInterrupt);
        }

        @Override
        public boolean isCancelled() {
            return task.isCancelled();
        }

        @Override
        public boolean isDone() {
            return task.isDone();
        }

        @Override
        public T get() throws InterruptedException, ExecutionException {
            task.get();
            return value;
        }

        @Override
        public T get(long limit, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
            task.get(limit, unit);
            return value;
        }
    }
}
