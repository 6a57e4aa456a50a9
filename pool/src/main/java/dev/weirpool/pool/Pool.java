package dev.weirpool.pool;

import dev.weirpool.queue.Args;
import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.Task.Call1;
import dev.weirpool.queue.Task.Call2;
import dev.weirpool.queue.Task.Call3;
import dev.weirpool.queue.Task.Call4;
import dev.weirpool.queue.Task.Call5;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.codec.AllowList;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.signing.Keyring;
import dev.weirpool.worker.Census;
import dev.weirpool.worker.Host;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Worker processes that run tasks, as Python's {@code multiprocessing.Pool}.
 *
 * <pre>{@code
 * var pool = Pool.start(3);
 * for (int i = 0; i < 10; i++) {
 *     pool.applyAsync(Tasks::work, i);
 * }
 * pool.close();
 * pool.join();
 * }</pre>
 *
 * <p>A task runs at most once to its end; if its worker dies it is run again by another, three times in all unless its options say
 * otherwise. Every {@link AsyncResult} resolves, whatever dies. A pool may be used by many threads.
 *
 * <p>Submitting does not wait for Redis, unless 10 000 tasks wait to be sent; if Redis does not answer for 10 s then, it throws
 * {@link dev.weirpool.queue.redis.RedisUnavailableException}. A {@code map} on a pool that is {@link #connect}ed asks Redis how many
 * workers there are, for 12 s at most. Waiting for a result has no limit but the caller's: it outlives an outage, and ends at once
 * when the thread is interrupted or the pool terminated.
 *
 * <p>An open pool does not keep the JVM alive, and its workers end with the JVM. One that was closed keeps it alive until what was
 * accepted has run.
 */
public final class Pool extends Calls implements AutoCloseable {

    private static final int CHUNKS_PER_WORKER = 4;
    private static final int BUFFER_ITEMS = 1000;

    private final LazyRedis redis;
    private final TaskCodec codec;
    private final Dispatch dispatch;
    private final String name;
    private final ExecutorService callbacks = Executors.newSingleThreadExecutor(Pool::callbackThread);
    private final CompletableFuture<Boolean> gone = new CompletableFuture<>();

    private @Nullable String notAccepting; // why, in the words of an error; guarded by this

    private Pool(LazyRedis redis, TaskCodec codec, Dispatch dispatch, String name) {
        this.redis = redis;
        this.codec = codec;
        this.dispatch = dispatch;
        this.name = name;
    }

    /**
     * Starts {@code processes} worker processes on a queue of the pool's own; returns while they boot.
     *
     * @throws IllegalArgumentException if that is less than 1
     * @throws dev.weirpool.queue.redis.RedisUnavailableException if Redis does not answer, within 16 s
     */
    public static Pool start(int processes) {
        return start(PoolOptions.of(processes));
    }

    /** Starts worker processes as {@code options} say; returns while they boot. */
    public static Pool start(PoolOptions options) {
        var queue = options.namedQueue().orElseGet(() -> "pool-" + UUID.randomUUID());
        if (options.inline()) {
            return inline(options, queue);
        }
        var broker = new Broker(queue);
        var ownsQueue = options.namedQueue().isEmpty();
        // nobody else uses a queue of our own, so nobody else need know what is signed with there
        var given = options.redis().keyring();
        var server = options.redis().withKeyring(ownsQueue ? given.or(Keyring.ofThisProcess()) : given);
        var launcher = Launcher.start(
                LauncherOptions.of(options.processes(), server, queue).withWorkers(options.workers()), open -> {
                    if (ownsQueue) {
                        open.use(connection -> broker.own(connection, ResultCollector.QUEUE_LIFE));
                    }
                });
        var redis = new LazyRedis(server);
        var codec = new TaskCodec(redis, thisProcess(), allowed(options));
        try {
            var dispatch = new RedisDispatch(redis.get(), codec, queue, launcher, options.processes(), ownsQueue);
            return new Pool(redis, codec, dispatch, queue);
        } catch (RuntimeException e) {
            launcher.kill(); // Redis has just gone away
            redis.close();
            throw e;
        }
    }

    /**
     * Uses the workers that others keep on {@code queue}, on this machine or elsewhere; tasks wait until there are any. Closing or
     * terminating this pool leaves those workers as they are.
     *
     * @throws IllegalArgumentException if that is no queue name
     * @throws dev.weirpool.queue.signing.MissingSecretException if there is no secret to sign with
     * @throws dev.weirpool.queue.redis.RedisUnavailableException if Redis does not answer, within 16 s
     */
    public static Pool connect(RedisOptions options, String queue) {
        new Broker(queue); // checks the name before a server is started for it
        options.keyring().require();
        var redis = new LazyRedis(options);
        var codec = new TaskCodec(redis, thisProcess());
        return new Pool(redis, codec, new RedisDispatch(redis.get(), codec, queue, null, 0, false), queue);
    }

    private static AllowList allowed(PoolOptions options) {
        var given = options.workers().allow();
        return given.isEmpty() ? AllowList.ofProgram() : AllowList.of(given);
    }

    private static Pool inline(PoolOptions options, String name) {
        var redis = new LazyRedis(options.redis());
        var codec = new TaskCodec(redis, thisProcess(), allowed(options));
        return new Pool(
                redis,
                codec,
                new InlineDispatch(
                        codec, name, options.processes(), options.workers().initializer()),
                name);
    }

    /** How the workers are that this pool has started, and what they have done; empty if it has none of its own. */
    public Optional<Census> census() {
        return dispatch.census();
    }

    @Override
    public <R> AsyncResult<R> applyAsync(Task<R> task, TaskOptions options) {
        var ticket = submit(task, options);
        return result(List.of(ticket.id()), Outcomes.future(ticket.outcome(), codec.allowed()));
    }

    /**
     * Calls {@code function} for each of {@code items} and waits for all results, in the order of the items.
     *
     * @throws RuntimeException what the first item that failed threw, when all have ended; see {@link #apply(Task)}
     */
    public <A, R> List<R> map(Call1<A, R> function, Iterable<? extends A> items) throws InterruptedException {
        return mapAsync(function, items).value();
    }

    /** The same, with {@code chunkSize} items to a task. */
    public <A, R> List<R> map(Call1<A, R> function, Iterable<? extends A> items, int chunkSize)
            throws InterruptedException {
        return mapAsync(function, items, chunkSize).value();
    }

    /** Has {@code function} called for each of {@code items}, a quarter of a worker's share to a task, and returns at once. */
    public <A, R> AsyncResult<List<R>> mapAsync(Call1<A, R> function, Iterable<? extends A> items) {
        var all = listOf(items);
        return mapAll(all, defaultChunk(all.size()), chunk -> Task.map(function, chunk));
    }

    /** The same, with {@code chunkSize} items to a task. */
    public <A, R> AsyncResult<List<R>> mapAsync(Call1<A, R> function, Iterable<? extends A> items, int chunkSize) {
        return mapAll(listOf(items), chunkSize, chunk -> Task.map(function, chunk));
    }

    /** The same; when all have ended, one of the callbacks is called as for {@link #applyAsync(Task, Consumer, Consumer)}. */
    public <A, R> AsyncResult<List<R>> mapAsync(
            Call1<A, R> function,
            Iterable<? extends A> items,
            int chunkSize,
            Consumer<? super List<R>> callback,
            Consumer<? super Throwable> errorCallback) {
        var result = mapAsync(function, items, chunkSize);
        result.whenEnded(callback, errorCallback);
        return result;
    }

    /** Calls {@code function} with each of {@code items}, which are its arguments, and waits for all results in order. */
    public <A, B, R> List<R> starmap(Call2<A, B, R> function, Iterable<Args.Two<A, B>> items)
            throws InterruptedException {
        return starmapAsync(function, items).value();
    }

    /** The same, with {@code chunkSize} items to a task. */
    public <A, B, R> List<R> starmap(Call2<A, B, R> function, Iterable<Args.Two<A, B>> items, int chunkSize)
            throws InterruptedException {
        return starmapAsync(function, items, chunkSize).value();
    }

    /** Has {@code function} called with each of {@code items}, which are its arguments, and returns at once. */
    public <A, B, R> AsyncResult<List<R>> starmapAsync(Call2<A, B, R> function, Iterable<Args.Two<A, B>> items) {
        return starmapAll(function, items, 0);
    }

    /** The same, with {@code chunkSize} items to a task. */
    public <A, B, R> AsyncResult<List<R>> starmapAsync(
            Call2<A, B, R> function, Iterable<Args.Two<A, B>> items, int chunkSize) {
        requireChunk(chunkSize);
        return starmapAll(function, items, chunkSize);
    }

    /** The same for a method of three arguments. */
    public <A, B, C, R> List<R> starmap(Call3<A, B, C, R> function, Iterable<Args.Three<A, B, C>> items)
            throws InterruptedException {
        return starmapAsync(function, items).value();
    }

    /** The same, with {@code chunkSize} items to a task. */
    public <A, B, C, R> List<R> starmap(Call3<A, B, C, R> function, Iterable<Args.Three<A, B, C>> items, int chunkSize)
            throws InterruptedException {
        return starmapAsync(function, items, chunkSize).value();
    }

    /** The same for a method of three arguments. */
    public <A, B, C, R> AsyncResult<List<R>> starmapAsync(
            Call3<A, B, C, R> function, Iterable<Args.Three<A, B, C>> items) {
        return starmapAll(function, items, 0);
    }

    /** The same, with {@code chunkSize} items to a task. */
    public <A, B, C, R> AsyncResult<List<R>> starmapAsync(
            Call3<A, B, C, R> function, Iterable<Args.Three<A, B, C>> items, int chunkSize) {
        requireChunk(chunkSize);
        return starmapAll(function, items, chunkSize);
    }

    /** The same for a method of four arguments. */
    public <A, B, C, D, R> List<R> starmap(Call4<A, B, C, D, R> function, Iterable<Args.Four<A, B, C, D>> items)
            throws InterruptedException {
        return starmapAsync(function, items).value();
    }

    /** The same, with {@code chunkSize} items to a task. */
    public <A, B, C, D, R> List<R> starmap(
            Call4<A, B, C, D, R> function, Iterable<Args.Four<A, B, C, D>> items, int chunkSize)
            throws InterruptedException {
        return starmapAsync(function, items, chunkSize).value();
    }

    /** The same for a method of four arguments. */
    public <A, B, C, D, R> AsyncResult<List<R>> starmapAsync(
            Call4<A, B, C, D, R> function, Iterable<Args.Four<A, B, C, D>> items) {
        return starmapAll(function, items, 0);
    }

    /** The same, with {@code chunkSize} items to a task. */
    public <A, B, C, D, R> AsyncResult<List<R>> starmapAsync(
            Call4<A, B, C, D, R> function, Iterable<Args.Four<A, B, C, D>> items, int chunkSize) {
        requireChunk(chunkSize);
        return starmapAll(function, items, chunkSize);
    }

    /** The same for a method of five arguments. */
    public <A, B, C, D, E, R> List<R> starmap(
            Call5<A, B, C, D, E, R> function, Iterable<Args.Five<A, B, C, D, E>> items) throws InterruptedException {
        return starmapAsync(function, items).value();
    }

    /** The same, with {@code chunkSize} items to a task. */
    public <A, B, C, D, E, R> List<R> starmap(
            Call5<A, B, C, D, E, R> function, Iterable<Args.Five<A, B, C, D, E>> items, int chunkSize)
            throws InterruptedException {
        return starmapAsync(function, items, chunkSize).value();
    }

    /** The same for a method of five arguments. */
    public <A, B, C, D, E, R> AsyncResult<List<R>> starmapAsync(
            Call5<A, B, C, D, E, R> function, Iterable<Args.Five<A, B, C, D, E>> items) {
        return starmapAll(function, items, 0);
    }

    /** The same, with {@code chunkSize} items to a task. */
    public <A, B, C, D, E, R> AsyncResult<List<R>> starmapAsync(
            Call5<A, B, C, D, E, R> function, Iterable<Args.Five<A, B, C, D, E>> items, int chunkSize) {
        requireChunk(chunkSize);
        return starmapAll(function, items, chunkSize);
    }

    private <R> AsyncResult<List<R>> starmapAll(Serializable function, Iterable<? extends Args> items, int chunkSize) {
        var all = listOf(items);
        return mapAll(
                all, chunkSize == 0 ? defaultChunk(all.size()) : chunkSize, chunk -> Task.starmap(function, chunk));
    }

    private <A, R> AsyncResult<List<R>> mapAll(List<A> items, int chunkSize, Function<List<A>, Task<?>> taskFor) {
        requireChunk(chunkSize);
        var ids = new ArrayList<TaskId>();
        var outcomes = new ArrayList<CompletableFuture<Outcome>>();
        var sizes = new ArrayList<Integer>();
        for (var from = 0; from < items.size(); from += chunkSize) {
            var chunk = items.subList(from, Math.min(items.size(), from + chunkSize));
            var ticket = submit(taskFor.apply(chunk), TaskOptions.DEFAULT);
            ids.add(ticket.id());
            outcomes.add(ticket.outcome());
            sizes.add(chunk.size());
        }
        AsyncResult<List<R>> result = result(ids, Outcomes.allOf(outcomes, sizes, codec.allowed()));
        return result.of(outcomes, sizes);
    }

    /** Calls {@code function} for each of {@code items}; the results come lazily, in the order of the items. */
    public <A, R> ResultIterator<R> imap(Call1<A, R> function, Iterable<? extends A> items) {
        return imap(function, items, 1);
    }

    /** The same, with {@code chunkSize} items to a task. */
    public <A, R> ResultIterator<R> imap(Call1<A, R> function, Iterable<? extends A> items, int chunkSize) {
        return imap(function, items, chunkSize, Math.max(BUFFER_ITEMS, chunkSize));
    }

    /** The same, with at most {@code bufferSize} items taken from the input ahead of the results taken. */
    public <A, R> ResultIterator<R> imap(
            Call1<A, R> function, Iterable<? extends A> items, int chunkSize, int bufferSize) {
        return iterate(function, items, chunkSize, bufferSize, true);
    }

    /** Calls {@code function} for each of {@code items}; the results come lazily, each as soon as it is there. */
    public <A, R> ResultIterator<R> imapUnordered(Call1<A, R> function, Iterable<? extends A> items) {
        return imapUnordered(function, items, 1);
    }

    /** The same, with {@code chunkSize} items to a task. */
    public <A, R> ResultIterator<R> imapUnordered(Call1<A, R> function, Iterable<? extends A> items, int chunkSize) {
        return imapUnordered(function, items, chunkSize, Math.max(BUFFER_ITEMS, chunkSize));
    }

    /** The same, with at most {@code bufferSize} items taken from the input ahead of the results taken. */
    public <A, R> ResultIterator<R> imapUnordered(
            Call1<A, R> function, Iterable<? extends A> items, int chunkSize, int bufferSize) {
        return iterate(function, items, chunkSize, bufferSize, false);
    }

    private <A, R> ResultIterator<R> iterate(
            Call1<A, R> function, Iterable<? extends A> items, int chunkSize, int bufferSize, boolean ordered) {
        requireChunk(chunkSize);
        requireAccepting();
        return new ResultIterator<>(
                dispatch,
                items.iterator(),
                chunk -> submit(Task.map(function, chunk), TaskOptions.DEFAULT),
                chunkSize,
                bufferSize,
                ordered);
    }

    /**
     * The queue called {@code name} on the same Redis, for processes to pass data through, with the bound it has; it is made when it
     * is first used, then without one.
     *
     * @throws IllegalArgumentException if that is no queue name
     * @throws dev.weirpool.queue.redis.RedisUnavailableException if Redis does not answer within 12 s
     */
    public <E> SharedQueue<E> queue(String name) {
        return SharedQueue.on(redis.get(), codec, name);
    }

    /**
     * The same, holding at most {@code maxSize} elements; 0 for no limit.
     *
     * @throws IllegalArgumentException if it exists with another size
     */
    public <E> SharedQueue<E> queue(String name, int maxSize) {
        return SharedQueue.on(redis.get(), codec, name, maxSize);
    }

    /** Accepts no more tasks and returns at once. What was accepted still runs, and keeps this JVM alive until it has. */
    @Override
    public void close() {
        synchronized (this) {
            if (notAccepting != null) {
                return;
            }
            notAccepting = "closed";
        }
        var closer = new Thread(this::finish, "weirpool-pool-close");
        closer.setDaemon(false);
        closer.start();
    }

    private void finish() {
        try {
            dispatch.awaitAll();
            end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Kills the workers now; every result that is open fails with a {@link PoolTerminatedException}. Waits until they are dead, and
     * if Redis does not answer, for no more than 15 s in all: what is on it then stays there until it lapses or is recovered.
     */
    public void terminate() {
        boolean wasOpen;
        synchronized (this) {
            wasOpen = notAccepting == null;
            notAccepting = "terminated";
        }
        dispatch.abandon(new PoolTerminatedException("the pool was terminated before the task had ended"));
        dispatch.kill();
        if (wasOpen) {
            end();
        } else {
            gone.join();
        }
    }

    private void end() {
        try {
            dispatch.end();
            redis.close();
            callbacks.shutdown();
            callbacks.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            gone.complete(true);
        }
    }

    /**
     * Waits until all that was accepted has ended and the workers are gone.
     *
     * @throws IllegalStateException before {@link #close} or {@link #terminate}
     * @throws InterruptedException if interrupted while waiting
     */
    public void join() throws InterruptedException {
        join(Duration.ofDays(36_500));
    }

    /** The same, but waits no longer than {@code limit}; true if they are gone. */
    public boolean join(Duration limit) throws InterruptedException {
        if (isAccepting()) {
            throw new IllegalStateException("the pool is still running; call close() or terminate() before join()");
        }
        return awaitGone(limit);
    }

    boolean awaitGone(Duration limit) throws InterruptedException {
        try {
            return gone.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** This pool as {@code java.util.concurrent} sees it: {@code shutdown} closes, {@code shutdownNow} terminates it. */
    public ExecutorService asExecutorService() {
        return new PoolExecutorService(this);
    }

    boolean isAccepting() {
        synchronized (this) {
            return notAccepting == null;
        }
    }

    boolean isGone() {
        return gone.isDone();
    }

    private Dispatch.Ticket submit(Task<?> task, TaskOptions options) {
        requireAccepting();
        return dispatch.submit(task, options);
    }

    private void requireAccepting() {
        synchronized (this) {
            if (notAccepting != null) {
                throw new IllegalStateException("the pool was " + notAccepting + " and accepts no more tasks");
            }
        }
    }

    @SuppressWarnings("unchecked")
    private <R> AsyncResult<R> result(List<TaskId> tasks, CompletableFuture<?> future) {
        return new AsyncResult<>(dispatch, List.copyOf(tasks), (CompletableFuture<R>) future, this::callBack);
    }

    private void callBack(Runnable callback) {
        try {
            callbacks.execute(callback);
        } catch (RejectedExecutionException e) {
            callback.run(); // the pool is gone, and its thread too; the caller's will do
        }
    }

    private int defaultChunk(int items) {
        var chunks = CHUNKS_PER_WORKER * dispatch.workers();
        return Math.max(1, (items + chunks - 1) / chunks);
    }

    private static void requireChunk(int chunkSize) {
        if (chunkSize < 1) {
            throw new IllegalArgumentException("chunkSize must be at least 1, got " + chunkSize);
        }
    }

    private static <A> List<A> listOf(Iterable<? extends A> items) {
        if (items instanceof Collection<? extends A> collection) {
            return new ArrayList<>(collection);
        }
        var list = new ArrayList<A>();
        items.forEach(list::add);
        return list;
    }

    private static String thisProcess() {
        return "process " + ProcessHandle.current().pid() + " on " + Host.name();
    }

    private static Thread callbackThread(Runnable body) {
        var thread = new Thread(body, "weirpool-callbacks");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public String toString() {
        return "pool on queue " + name + " of " + redis;
    }
}
