package dev.weirpool.pool;

import dev.weirpool.queue.Task;
import dev.weirpool.queue.Task.Call0;
import dev.weirpool.queue.Task.Call1;
import dev.weirpool.queue.Task.Call2;
import dev.weirpool.queue.Task.Call3;
import dev.weirpool.queue.Task.Call4;
import dev.weirpool.queue.Task.Call5;
import dev.weirpool.queue.Task.Run0;
import dev.weirpool.queue.Task.Run1;
import dev.weirpool.queue.Task.Run2;
import dev.weirpool.queue.Task.Run3;
import dev.weirpool.queue.Task.Run4;
import dev.weirpool.queue.Task.Run5;
import dev.weirpool.queue.TaskOptions;
import java.util.function.Consumer;

/**
 * The forms of {@code apply} and {@code applyAsync}: methods of no to five arguments, with a result and without, plainly, with
 * options, or with callbacks. Each only makes a {@link Task} of its arguments.
 */
abstract sealed class Calls permits Pool {

    /**
     * Runs {@code task} and waits for what it returns.
     *
     * @throws RuntimeException what the task threw, with the worker's stack as its cause; in a
     *     {@link dev.weirpool.queue.TaskFailedException} if it is a checked exception
     * @throws IllegalArgumentException if an argument cannot travel, naming it
     * @throws IllegalStateException if the pool is closed
     * @throws InterruptedException if interrupted while waiting; the task goes on
     */
    public final <R> R apply(Task<R> task) throws InterruptedException {
        return applyAsync(task).value();
    }

    /**
     * Has {@code task} run and returns at once.
     *
     * @throws IllegalArgumentException if an argument cannot travel, naming it
     * @throws IllegalStateException if the pool is closed
     */
    public final <R> AsyncResult<R> applyAsync(Task<R> task) {
        return applyAsync(task, TaskOptions.DEFAULT);
    }

    /** Has {@code task} run as {@code options} say and returns at once. */
    public abstract <R> AsyncResult<R> applyAsync(Task<R> task, TaskOptions options);

    /**
     * Has {@code task} run; when it has ended, {@code callback} gets what it returned, or {@code errorCallback} what it threw. They
     * are called one after the other on a thread of the pool's, and should be quick.
     */
    public final <R> AsyncResult<R> applyAsync(
            Task<R> task, Consumer<? super R> callback, Consumer<? super Throwable> errorCallback) {
        var result = applyAsync(task);
        result.whenEnded(callback, errorCallback);
        return result;
    }

    /** Runs a method of no argument that returns a value, and waits for its end; see {@link #apply(Task)}. */
    public final <R> R apply(Call0<R> function) throws InterruptedException {
        return apply(Task.of(function));
    }

    /** Has a method of no argument that returns a value run; see {@link #applyAsync(Task)}. */
    public final <R> AsyncResult<R> applyAsync(Call0<R> function) {
        return applyAsync(Task.of(function));
    }

    /** The same with options; see {@link #applyAsync(Task, TaskOptions)}. */
    public final <R> AsyncResult<R> applyAsync(Call0<R> function, TaskOptions options) {
        return applyAsync(Task.of(function), options);
    }

    /** The same with callbacks; see {@link #applyAsync(Task, Consumer, Consumer)}. */
    public final <R> AsyncResult<R> applyAsync(
            Call0<R> function, Consumer<? super R> callback, Consumer<? super Throwable> errorCallback) {
        return applyAsync(Task.of(function), callback, errorCallback);
    }

    /** Runs a method of no argument that returns nothing, and waits for its end; see {@link #apply(Task)}. */
    public final void apply(Run0 function) throws InterruptedException {
        apply(Task.of(function));
    }

    /** Has a method of no argument that returns nothing run; see {@link #applyAsync(Task)}. */
    public final AsyncResult<Void> applyAsync(Run0 function) {
        return applyAsync(Task.of(function));
    }

    /** The same with options; see {@link #applyAsync(Task, TaskOptions)}. */
    public final AsyncResult<Void> applyAsync(Run0 function, TaskOptions options) {
        return applyAsync(Task.of(function), options);
    }

    /** The same with callbacks; see {@link #applyAsync(Task, Consumer, Consumer)}. */
    public final AsyncResult<Void> applyAsync(
            Run0 function, Runnable callback, Consumer<? super Throwable> errorCallback) {
        return applyAsync(Task.of(function), nothing -> callback.run(), errorCallback);
    }

    /** Runs a method of one argument that returns a value, and waits for its end; see {@link #apply(Task)}. */
    public final <A, R> R apply(Call1<A, R> function, A a) throws InterruptedException {
        return apply(Task.of(function, a));
    }

    /** Has a method of one argument that returns a value run; see {@link #applyAsync(Task)}. */
    public final <A, R> AsyncResult<R> applyAsync(Call1<A, R> function, A a) {
        return applyAsync(Task.of(function, a));
    }

    /** The same with options; see {@link #applyAsync(Task, TaskOptions)}. */
    public final <A, R> AsyncResult<R> applyAsync(Call1<A, R> function, A a, TaskOptions options) {
        return applyAsync(Task.of(function, a), options);
    }

    /** The same with callbacks; see {@link #applyAsync(Task, Consumer, Consumer)}. */
    public final <A, R> AsyncResult<R> applyAsync(
            Call1<A, R> function, A a, Consumer<? super R> callback, Consumer<? super Throwable> errorCallback) {
        return applyAsync(Task.of(function, a), callback, errorCallback);
    }

    /** Runs a method of one argument that returns nothing, and waits for its end; see {@link #apply(Task)}. */
    public final <A> void apply(Run1<A> function, A a) throws InterruptedException {
        apply(Task.of(function, a));
    }

    /** Has a method of one argument that returns nothing run; see {@link #applyAsync(Task)}. */
    public final <A> AsyncResult<Void> applyAsync(Run1<A> function, A a) {
        return applyAsync(Task.of(function, a));
    }

    /** The same with options; see {@link #applyAsync(Task, TaskOptions)}. */
    public final <A> AsyncResult<Void> applyAsync(Run1<A> function, A a, TaskOptions options) {
        return applyAsync(Task.of(function, a), options);
    }

    /** The same with callbacks; see {@link #applyAsync(Task, Consumer, Consumer)}. */
    public final <A> AsyncResult<Void> applyAsync(
            Run1<A> function, A a, Runnable callback, Consumer<? super Throwable> errorCallback) {
        return applyAsync(Task.of(function, a), nothing -> callback.run(), errorCallback);
    }

    /** Runs a method of two arguments that returns a value, and waits for its end; see {@link #apply(Task)}. */
    public final <A, B, R> R apply(Call2<A, B, R> function, A a, B b) throws InterruptedException {
        return apply(Task.of(function, a, b));
    }

    /** Has a method of two arguments that returns a value run; see {@link #applyAsync(Task)}. */
    public final <A, B, R> AsyncResult<R> applyAsync(Call2<A, B, R> function, A a, B b) {
        return applyAsync(Task.of(function, a, b));
    }

    /** The same with options; see {@link #applyAsync(Task, TaskOptions)}. */
    public final <A, B, R> AsyncResult<R> applyAsync(Call2<A, B, R> function, A a, B b, TaskOptions options) {
        return applyAsync(Task.of(function, a, b), options);
    }

    /** The same with callbacks; see {@link #applyAsync(Task, Consumer, Consumer)}. */
    public final <A, B, R> AsyncResult<R> applyAsync(
            Call2<A, B, R> function,
            A a,
            B b,
            Consumer<? super R> callback,
            Consumer<? super Throwable> errorCallback) {
        return applyAsync(Task.of(function, a, b), callback, errorCallback);
    }

    /** Runs a method of two arguments that returns nothing, and waits for its end; see {@link #apply(Task)}. */
    public final <A, B> void apply(Run2<A, B> function, A a, B b) throws InterruptedException {
        apply(Task.of(function, a, b));
    }

    /** Has a method of two arguments that returns nothing run; see {@link #applyAsync(Task)}. */
    public final <A, B> AsyncResult<Void> applyAsync(Run2<A, B> function, A a, B b) {
        return applyAsync(Task.of(function, a, b));
    }

    /** The same with options; see {@link #applyAsync(Task, TaskOptions)}. */
    public final <A, B> AsyncResult<Void> applyAsync(Run2<A, B> function, A a, B b, TaskOptions options) {
        return applyAsync(Task.of(function, a, b), options);
    }

    /** The same with callbacks; see {@link #applyAsync(Task, Consumer, Consumer)}. */
    public final <A, B> AsyncResult<Void> applyAsync(
            Run2<A, B> function, A a, B b, Runnable callback, Consumer<? super Throwable> errorCallback) {
        return applyAsync(Task.of(function, a, b), nothing -> callback.run(), errorCallback);
    }

    /** Runs a method of three arguments that returns a value, and waits for its end; see {@link #apply(Task)}. */
    public final <A, B, C, R> R apply(Call3<A, B, C, R> function, A a, B b, C c) throws InterruptedException {
        return apply(Task.of(function, a, b, c));
    }

    /** Has a method of three arguments that returns a value run; see {@link #applyAsync(Task)}. */
    public final <A, B, C, R> AsyncResult<R> applyAsync(Call3<A, B, C, R> function, A a, B b, C c) {
        return applyAsync(Task.of(function, a, b, c));
    }

    /** The same with options; see {@link #applyAsync(Task, TaskOptions)}. */
    public final <A, B, C, R> AsyncResult<R> applyAsync(
            Call3<A, B, C, R> function, A a, B b, C c, TaskOptions options) {
        return applyAsync(Task.of(function, a, b, c), options);
    }

    /** The same with callbacks; see {@link #applyAsync(Task, Consumer, Consumer)}. */
    public final <A, B, C, R> AsyncResult<R> applyAsync(
            Call3<A, B, C, R> function,
            A a,
            B b,
            C c,
            Consumer<? super R> callback,
            Consumer<? super Throwable> errorCallback) {
        return applyAsync(Task.of(function, a, b, c), callback, errorCallback);
    }

    /** Runs a method of three arguments that returns nothing, and waits for its end; see {@link #apply(Task)}. */
    public final <A, B, C> void apply(Run3<A, B, C> function, A a, B b, C c) throws InterruptedException {
        apply(Task.of(function, a, b, c));
    }

    /** Has a method of three arguments that returns nothing run; see {@link #applyAsync(Task)}. */
    public final <A, B, C> AsyncResult<Void> applyAsync(Run3<A, B, C> function, A a, B b, C c) {
        return applyAsync(Task.of(function, a, b, c));
    }

    /** The same with options; see {@link #applyAsync(Task, TaskOptions)}. */
    public final <A, B, C> AsyncResult<Void> applyAsync(Run3<A, B, C> function, A a, B b, C c, TaskOptions options) {
        return applyAsync(Task.of(function, a, b, c), options);
    }

    /** The same with callbacks; see {@link #applyAsync(Task, Consumer, Consumer)}. */
    public final <A, B, C> AsyncResult<Void> applyAsync(
            Run3<A, B, C> function, A a, B b, C c, Runnable callback, Consumer<? super Throwable> errorCallback) {
        return applyAsync(Task.of(function, a, b, c), nothing -> callback.run(), errorCallback);
    }

    /** Runs a method of four arguments that returns a value, and waits for its end; see {@link #apply(Task)}. */
    public final <A, B, C, D, R> R apply(Call4<A, B, C, D, R> function, A a, B b, C c, D d)
            throws InterruptedException {
        return apply(Task.of(function, a, b, c, d));
    }

    /** Has a method of four arguments that returns a value run; see {@link #applyAsync(Task)}. */
    public final <A, B, C, D, R> AsyncResult<R> applyAsync(Call4<A, B, C, D, R> function, A a, B b, C c, D d) {
        return applyAsync(Task.of(function, a, b, c, d));
    }

    /** The same with options; see {@link #applyAsync(Task, TaskOptions)}. */
    public final <A, B, C, D, R> AsyncResult<R> applyAsync(
            Call4<A, B, C, D, R> function, A a, B b, C c, D d, TaskOptions options) {
        return applyAsync(Task.of(function, a, b, c, d), options);
    }

    /** The same with callbacks; see {@link #applyAsync(Task, Consumer, Consumer)}. */
    public final <A, B, C, D, R> AsyncResult<R> applyAsync(
            Call4<A, B, C, D, R> function,
            A a,
            B b,
            C c,
            D d,
            Consumer<? super R> callback,
            Consumer<? super Throwable> errorCallback) {
        return applyAsync(Task.of(function, a, b, c, d), callback, errorCallback);
    }

    /** Runs a method of four arguments that returns nothing, and waits for its end; see {@link #apply(Task)}. */
    public final <A, B, C, D> void apply(Run4<A, B, C, D> function, A a, B b, C c, D d) throws InterruptedException {
        apply(Task.of(function, a, b, c, d));
    }

    /** Has a method of four arguments that returns nothing run; see {@link #applyAsync(Task)}. */
    public final <A, B, C, D> AsyncResult<Void> applyAsync(Run4<A, B, C, D> function, A a, B b, C c, D d) {
        return applyAsync(Task.of(function, a, b, c, d));
    }

    /** The same with options; see {@link #applyAsync(Task, TaskOptions)}. */
    public final <A, B, C, D> AsyncResult<Void> applyAsync(
            Run4<A, B, C, D> function, A a, B b, C c, D d, TaskOptions options) {
        return applyAsync(Task.of(function, a, b, c, d), options);
    }

    /** The same with callbacks; see {@link #applyAsync(Task, Consumer, Consumer)}. */
    public final <A, B, C, D> AsyncResult<Void> applyAsync(
            Run4<A, B, C, D> function,
            A a,
            B b,
            C c,
            D d,
            Runnable callback,
            Consumer<? super Throwable> errorCallback) {
        return applyAsync(Task.of(function, a, b, c, d), nothing -> callback.run(), errorCallback);
    }

    /** Runs a method of five arguments that returns a value, and waits for its end; see {@link #apply(Task)}. */
    public final <A, B, C, D, E, R> R apply(Call5<A, B, C, D, E, R> function, A a, B b, C c, D d, E e)
            throws InterruptedException {
        return apply(Task.of(function, a, b, c, d, e));
    }

    /** Has a method of five arguments that returns a value run; see {@link #applyAsync(Task)}. */
    public final <A, B, C, D, E, R> AsyncResult<R> applyAsync(
            Call5<A, B, C, D, E, R> function, A a, B b, C c, D d, E e) {
        return applyAsync(Task.of(function, a, b, c, d, e));
    }

    /** The same with options; see {@link #applyAsync(Task, TaskOptions)}. */
    public final <A, B, C, D, E, R> AsyncResult<R> applyAsync(
            Call5<A, B, C, D, E, R> function, A a, B b, C c, D d, E e, TaskOptions options) {
        return applyAsync(Task.of(function, a, b, c, d, e), options);
    }

    /** The same with callbacks; see {@link #applyAsync(Task, Consumer, Consumer)}. */
    public final <A, B, C, D, E, R> AsyncResult<R> applyAsync(
            Call5<A, B, C, D, E, R> function,
            A a,
            B b,
            C c,
            D d,
            E e,
            Consumer<? super R> callback,
            Consumer<? super Throwable> errorCallback) {
        return applyAsync(Task.of(function, a, b, c, d, e), callback, errorCallback);
    }

    /** Runs a method of five arguments that returns nothing, and waits for its end; see {@link #apply(Task)}. */
    public final <A, B, C, D, E> void apply(Run5<A, B, C, D, E> function, A a, B b, C c, D d, E e)
            throws InterruptedException {
        apply(Task.of(function, a, b, c, d, e));
    }

    /** Has a method of five arguments that returns nothing run; see {@link #applyAsync(Task)}. */
    public final <A, B, C, D, E> AsyncResult<Void> applyAsync(Run5<A, B, C, D, E> function, A a, B b, C c, D d, E e) {
        return applyAsync(Task.of(function, a, b, c, d, e));
    }

    /** The same with options; see {@link #applyAsync(Task, TaskOptions)}. */
    public final <A, B, C, D, E> AsyncResult<Void> applyAsync(
            Run5<A, B, C, D, E> function, A a, B b, C c, D d, E e, TaskOptions options) {
        return applyAsync(Task.of(function, a, b, c, d, e), options);
    }

    /** The same with callbacks; see {@link #applyAsync(Task, Consumer, Consumer)}. */
    public final <A, B, C, D, E> AsyncResult<Void> applyAsync(
            Run5<A, B, C, D, E> function,
            A a,
            B b,
            C c,
            D d,
            E e,
            Runnable callback,
            Consumer<? super Throwable> errorCallback) {
        return applyAsync(Task.of(function, a, b, c, d, e), nothing -> callback.run(), errorCallback);
    }
}
