package dev.weirpool.queue;

import static dev.weirpool.queue.SharedQueueWaits.FOR_EVER;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.weirpool.queue.codec.DecodingException;
import dev.weirpool.queue.codec.Surrogate;
import dev.weirpool.queue.protocol.SharedQueueBroker;
import dev.weirpool.queue.protocol.SharedQueueState;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.redis.RedisUri;
import java.time.Duration;
import java.util.AbstractQueue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A queue of items that processes share: Python's {@code Manager().Queue()} as a {@link BlockingQueue}.
 *
 * <p>All instances with the same name on the same Redis are one queue, in first-in first-out order: what one thread puts is
 * taken in that order. A bound holds for all processes together. An instance is cheap and may be used by any number of
 * threads; it can itself be an argument or a result of a task, or an item, and then travels as its name. A queue exists until
 * {@link #delete}, and what is on it survives its processes.
 *
 * <p><b>What a crash costs.</b> A put that has returned is in Redis, once, even if the connection broke on the way and it was
 * sent again. What is taken depends on how. {@link #take}, {@code poll}, {@link #takeBatch} and {@link #drainTo} are fast: an item
 * leaves Redis when it is taken, and if its taker dies before it is done with it, the item is lost, as it is in Python; and so it
 * is if the connection breaks, or Redis does not answer in time, after Redis gave it out and before it has arrived. An item that
 * cannot be read here, because its class is missing, is taken too, and so is the batch it came in: that throws
 * {@link DecodingException}. One that was not signed with a secret of this process is dropped unread, logged, and counts as done.
 * {@link #claim()} is reliable: an item stays in Redis until it is reported done, and comes back to the
 * front of the queue if its reader dies, so that it is dealt with at least once. Both may be used on one queue.
 *
 * <p><b>While Redis is away</b>, or does not answer, each method tries again for 10 s, then throws
 * {@link dev.weirpool.queue.redis.RedisUnavailableException}: after 12 s at the latest, beyond the limit of its own that it may have.
 * It throws that too, at once and with the interrupt kept, if the thread is interrupted meanwhile. Whether the last put was made
 * is then not known. If Redis has reached its {@code maxmemory}, putting throws
 * {@link dev.weirpool.queue.redis.RedisFullException} and puts nothing; taking goes on.
 *
 * <p>Methods that wait notice an interrupt within half a second; if they throw {@link InterruptedException} nothing was put, or
 * taken, except the earlier pieces of a {@link #putAll}. Items are encoded when they are put, so what is taken is a copy. A null is refused as everywhere in
 * {@code java.util.concurrent}, and so is an item that takes more than 1 GiB. Iterators, {@link #contains} and
 * {@link #remove(Object)} are weakly consistent and read page by page: of more than 500 items they may miss some if others
 * are taken meanwhile. An item that is dropped without being taken ({@code remove(Object)}, {@code clear}, an iterator's
 * {@code remove}) counts as done.
 *
 * <table>
 * <caption>Python to Weirpool: {@code q} of multiprocessing (Queue, JoinableQueue, SimpleQueue) and queue.Queue</caption>
 * <tr><th>Python</th><th>here</th></tr>
 * <tr><td>{@code manager.Queue(maxsize)}</td><td>{@code pool.queue(name, maxSize)},
 *     {@code SharedQueue.connect(redis, name, maxSize)}; without {@code maxSize} there is no bound</td></tr>
 * <tr><td>{@code q.put(x)}</td><td>{@code q.put(x)}</td></tr>
 * <tr><td>{@code q.put(x, timeout=s)}, raises {@code Full}</td><td>{@code q.offer(x, s, SECONDS)}, returns false</td></tr>
 * <tr><td>{@code q.put_nowait(x)}, {@code q.put(x, block=False)}, raises {@code Full}</td>
 *     <td>{@code q.add(x)}, throws {@link IllegalStateException}; or {@code q.offer(x)}, returns false</td></tr>
 * <tr><td>{@code q.get()}</td><td>{@code q.take()}</td></tr>
 * <tr><td>{@code q.get(timeout=s)}, raises {@code Empty}</td><td>{@code q.poll(s, SECONDS)}, returns null</td></tr>
 * <tr><td>{@code q.get_nowait()}, {@code q.get(block=False)}, raises {@code Empty}</td>
 *     <td>{@code q.remove()}, throws {@link java.util.NoSuchElementException}; or {@code q.poll()}, returns null</td></tr>
 * <tr><td>{@code q.qsize()}</td><td>{@code q.size()}</td></tr>
 * <tr><td>{@code q.empty()}</td><td>{@code q.isEmpty()}</td></tr>
 * <tr><td>{@code q.full()}</td><td>{@code q.remainingCapacity() == 0}</td></tr>
 * <tr><td>{@code q.task_done()}, raises {@code ValueError}</td><td>{@code q.taskDone()}, throws
 *     {@link IllegalStateException}</td></tr>
 * <tr><td>{@code q.join()}</td><td>{@code q.join()}; {@code q.join(Duration)} with a limit</td></tr>
 * <tr><td>{@code q.shutdown()}, {@code q.shutdown(immediate=True)}</td><td>{@code q.shutdown(false)},
 *     {@code q.shutdown(true)}</td></tr>
 * <tr><td>{@code queue.ShutDown}</td><td>{@link QueueShutDownException}</td></tr>
 * <tr><td>{@code q.close()}, {@code q.join_thread()}, {@code q.cancel_join_thread()}</td><td>not needed: there is no feeder
 *     thread, and what {@code put} has returned from is in Redis</td></tr>
 * <tr><td>passing {@code q} to a process</td><td>the same: it is an argument like any other</td></tr>
 * <tr><td>{@code del manager}</td><td>{@code q.delete()}</td></tr>
 * <tr><td>{@code x = q.get()}, …, {@code q.task_done()}, and nothing lost</td>
 *     <td>{@code try (var c = q.claim()) { … c.value() … c.done(); }}; {@code q.claim(Duration)} with a limit</td></tr>
 * <tr><td>—</td><td>{@code q.putAll(items)}, {@code q.takeBatch(n)}: many items in one exchange with Redis</td></tr>
 * <tr><td>{@code multiprocessing.Queue}, whose feeder thread sends what was put later</td>
 *     <td>{@code q.buffered(500, Duration.ofMillis(5))}</td></tr>
 * </table>
 *
 * @param <E> what the items are; it is not checked when an item is taken
 */
public final class SharedQueue<E> extends AbstractQueue<E> implements BlockingQueue<E> {

    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final int BATCH_ITEMS = 500;
    private static final int BATCH_BYTES = 1 << 20;
    private static final int UNKNOWN = -1;

    private final SharedQueueBroker broker;
    private final SharedQueueItems<E> items;
    private final SharedQueueWaits waits;
    private final SharedQueuePuts puts;
    private final SharedQueueTakes<E> takes;

    private SharedQueue(SharedQueueBroker broker, TaskCodec codec, Duration lease, SharedQueueState known) {
        this.broker = broker;
        this.items = new SharedQueueItems<>(broker, codec);
        this.waits = new SharedQueueWaits(broker, lease);
        this.puts = new SharedQueuePuts(broker, waits, known);
        this.takes = new SharedQueueTakes<>(broker, items, puts, waits, lease);
    }

    /**
     * The queue called {@code name}, with the bound it has. If there is none yet, whoever comes first with a bound decides; an
     * item that is put before that makes it a queue without one.
     *
     * @throws IllegalArgumentException if {@code name} is not 1 to 64 letters, digits, '.', '_' and '-'
     * @throws dev.weirpool.queue.redis.RedisUnavailableException if Redis does not answer, within 16 s
     */
    public static <E> SharedQueue<E> connect(RedisOptions redis, String name) {
        var opened = redis.open();
        return on(opened, codec(opened), name);
    }

    /**
     * The queue called {@code name}, which holds at most {@code maxSize} items, or any number if that is 0; it is made if there
     * is none.
     *
     * @throws IllegalArgumentException if {@code name} is not 1 to 64 letters, digits, '.', '_' and '-', if {@code maxSize} is
     *     negative, or if there is a queue of this name with another bound
     * @throws dev.weirpool.queue.redis.RedisUnavailableException if Redis does not answer, within 16 s
     */
    public static <E> SharedQueue<E> connect(RedisOptions redis, String name, int maxSize) {
        requireNotNegative(maxSize);
        var opened = redis.open();
        return on(opened, codec(opened), name, maxSize);
    }

    private static TaskCodec codec(Redis redis) {
        return new TaskCodec(() -> redis, "process " + ProcessHandle.current().pid());
    }

    /** The same as {@link #connect(RedisOptions, String)}, on connections that are there already: for Weirpool's own modules. */
    public static <E> SharedQueue<E> on(Redis redis, TaskCodec codec, String name) {
        var broker = new SharedQueueBroker(redis, name);
        var state = broker.state();
        return new SharedQueue<>(
                broker, codec, LEASE, state.isKnown() ? SharedQueueState.open(state.maxSize()) : SharedQueueState.NONE);
    }

    /** The same as {@link #connect(RedisOptions, String, int)}, on connections that are there already: for Weirpool's own modules. */
    public static <E> SharedQueue<E> on(Redis redis, TaskCodec codec, String name, int maxSize) {
        requireNotNegative(maxSize);
        var broker = new SharedQueueBroker(redis, name);
        var state = broker.open(maxSize);
        if (state.maxSize() != maxSize) {
            throw new IllegalArgumentException("queue " + name + " has maxSize " + state.maxSize() + ", not " + maxSize
                    + "; connect with " + state.maxSize() + ", or delete() it first");
        }
        return new SharedQueue<>(broker, codec, LEASE, SharedQueueState.open(maxSize));
    }

    private static void requireNotNegative(int maxSize) {
        if (maxSize < 0) {
            throw new IllegalArgumentException(
                    "maxSize must be at least 1, or 0 for a queue without bound, got " + maxSize);
        }
    }

    /** The same queue, where whoever claims an item has a lease of another length; all processes should have the same. */
    SharedQueue<E> withLease(Duration lease) {
        return new SharedQueue<>(broker, items.codec(), lease, puts.known());
    }

    /** How a queue travels: as its name and bound. */
    record Reference(String name, int maxSize) {}

    @SuppressWarnings("rawtypes") // a class literal has no type arguments
    static Surrogate<SharedQueue, Reference> surrogate(Supplier<Redis> redis, TaskCodec codec) {
        return new Surrogate<>(SharedQueue.class, Reference.class, queue -> queue.reference(redis.get()), reference -> {
            var known = reference.maxSize == UNKNOWN ? SharedQueueState.NONE : SharedQueueState.open(reference.maxSize);
            return new SharedQueue<>(new SharedQueueBroker(redis.get(), reference.name), codec, LEASE, known);
        });
    }

    private Reference reference(Redis receivers) {
        if (!RedisUri.isSamePlace(broker.redis().uri(), receivers.uri())) {
            throw new IllegalArgumentException("queue " + name() + " lives on " + broker.redis()
                    + ", but its receiver uses " + receivers + "; make both with the same Redis address");
        }
        var known = puts.known();
        return new Reference(name(), known.isKnown() ? known.maxSize() : UNKNOWN);
    }

    public String name() {
        return broker.name();
    }

    /**
     * Appends {@code item}, waiting until there is room.
     *
     * @throws InterruptedException if interrupted while waiting; the item is not put
     * @throws QueueShutDownException if the queue is shut down, or is while this waits; the item is not put
     * @throws IllegalArgumentException if the item cannot travel, or takes more than 1 GiB
     */
    @Override
    public void put(E item) throws InterruptedException {
        var encoded = items.encode(item);
        putOrDrop(encoded, () -> puts.within(List.of(encoded), FOR_EVER));
    }

    /**
     * Appends all {@code items} in their order, as many in one exchange with Redis as there is room for. Items of other threads
     * may come in between.
     *
     * @throws InterruptedException if interrupted while waiting; the items at the beginning may have been put
     * @throws QueueShutDownException if the queue is shut down; the items at the beginning may have been put
     * @throws IllegalArgumentException if an item cannot travel, or takes more than 1 GiB; items before it may have been put
     */
    public void putAll(Collection<? extends E> items) throws InterruptedException {
        requireNotSelf(items);
        var batch = new ArrayList<byte[]>();
        var bytes = 0;
        for (var item : items) {
            var encoded = encode(item);
            bytes += encoded.length;
            if (batch.size() == BATCH_ITEMS || (bytes > BATCH_BYTES && !batch.isEmpty())) {
                puts.within(batch, FOR_EVER);
                batch.clear();
                bytes = encoded.length;
            }
            batch.add(encoded);
        }
        puts.within(batch, FOR_EVER);
    }

    /**
     * Appends {@code item} if there is room.
     *
     * @return whether it was put
     * @throws QueueShutDownException if the queue is shut down
     */
    @Override
    public boolean offer(E item) {
        var encoded = items.encode(item);
        return putOrDrop(encoded, () -> puts.now(List.of(encoded), false));
    }

    /**
     * Appends {@code item}, waiting for room for at most that time.
     *
     * @return whether it was put
     * @throws InterruptedException if interrupted while waiting; the item is not put
     * @throws QueueShutDownException if the queue is shut down, or is while this waits; the item is not put
     */
    @Override
    public boolean offer(E item, long timeout, TimeUnit unit) throws InterruptedException {
        var encoded = items.encode(item);
        return putOrDrop(encoded, () -> puts.within(List.of(encoded), unit.toNanos(timeout)));
    }

    /**
     * Appends all {@code items} in their order.
     *
     * @throws IllegalStateException if there is not room for all; those at the beginning have been put
     * @throws QueueShutDownException if the queue is shut down
     */
    @Override
    public boolean addAll(Collection<? extends E> items) {
        requireNotSelf(items);
        return super.addAll(items);
    }

    private interface Put<X extends Exception> {
        int tried() throws X;
    }

    /** Leaves nothing of an item behind that is surely not put. */
    private <X extends Exception> boolean putOrDrop(byte[] encoded, Put<X> put) throws X {
        var mayBePut = false;
        try {
            mayBePut = put.tried() == 1;
            return mayBePut;
        } catch (RedisUnavailableException e) {
            mayBePut = true;
            throw e;
        } finally {
            if (!mayBePut) {
                items.drop(encoded);
            }
        }
    }

    /**
     * Takes the oldest item, waiting until there is one. It is removed when this returns.
     *
     * @throws InterruptedException if interrupted while waiting; no item is taken
     * @throws QueueShutDownException if the queue is shut down and empty, or gets so while this waits
     */
    @Override
    public E take() throws InterruptedException {
        return takeBatch(1).get(0);
    }

    /**
     * Takes the oldest items, at most {@code max} and never more than 1000, waiting until there is one.
     *
     * @throws IllegalArgumentException if {@code max} is less than 1
     * @throws InterruptedException if interrupted while waiting; no item is taken
     * @throws QueueShutDownException if the queue is shut down and empty, or gets so while this waits
     */
    public List<E> takeBatch(int max) throws InterruptedException {
        if (max < 1) {
            throw new IllegalArgumentException("a batch must be of at least 1 item, got " + max);
        }
        var taken = takes.within(max, FOR_EVER);
        if (taken.isEmpty()) {
            throw new QueueShutDownException(name(), "is empty");
        }
        return items.taken(taken);
    }

    /** Takes the oldest item, or returns null if there is none, also when the queue is shut down. */
    @Override
    public @Nullable E poll() {
        while (true) {
            var taken = takes.now(1);
            var genuine = items.genuine(taken);
            if (taken.isEmpty() || !genuine.isEmpty()) {
                return onlyOf(genuine);
            }
        }
    }

    /**
     * Takes the oldest item, waiting for one for at most that time; if the queue is shut down it does not wait.
     *
     * @return the item, or null if there is none
     * @throws InterruptedException if interrupted while waiting; no item is taken
     */
    @Override
    public @Nullable E poll(long timeout, TimeUnit unit) throws InterruptedException {
        return onlyOf(takes.within(1, unit.toNanos(timeout)));
    }

    /** Takes all items that are there. What is taken when {@code target} refuses an item is lost. */
    @Override
    public int drainTo(Collection<? super E> target) {
        return drainTo(target, Integer.MAX_VALUE);
    }

    /** Takes up to {@code max} items that are there. What is taken when {@code target} refuses an item is lost. */
    @Override
    public int drainTo(Collection<? super E> target, int max) {
        requireNonNull(target, "target");
        requireNotSelf(target);
        var count = 0;
        while (count < max) {
            var wanted = Math.min(BATCH_ITEMS, max - count);
            var taken = takes.now(wanted);
            for (var content : items.genuine(taken)) {
                target.add(items.taken(content));
                count++;
            }
            if (taken.size() < wanted) {
                return count;
            }
        }
        return count;
    }

    /**
     * Takes the oldest item, waiting until there is one, so that it is not lost if this process dies: it is given back then, or when
     * the claim is closed before it is done, to the front of the queue.
     *
     * <p>What is claimed is no longer on the queue: it makes room, and is not counted by {@link #size}; so a queue may exceed its
     * bound by what is given back. It counts as not done for {@link #join}. If the queue is shut down and empty this still waits
     * for what other processes hold.
     *
     * @throws InterruptedException if interrupted while waiting; no item is claimed
     * @throws QueueShutDownException if the queue is shut down and empty, or gets so while this waits
     * @throws IllegalStateException if this process has 1000 claims on this queue already
     */
    public Claim<E> claim() throws InterruptedException {
        return takes.claim(FOR_EVER).orElseThrow(() -> new QueueShutDownException(name(), "is empty"));
    }

    /**
     * Takes the oldest item as {@link #claim()} does, waiting for one for at most {@code limit}.
     *
     * @return empty if there is none
     * @throws InterruptedException if interrupted while waiting; no item is claimed
     * @throws IllegalStateException if this process has 1000 claims on this queue already
     */
    public Optional<Claim<E>> claim(Duration limit) throws InterruptedException {
        return takes.claim(NANOSECONDS.convert(limit));
    }

    /** Returns the oldest item, which stays, or null if there is none. */
    @Override
    public @Nullable E peek() {
        while (true) {
            var first = broker.peek(0, 1);
            if (first.isEmpty()) {
                return null;
            }
            var content = items.genuine(first.get(0));
            if (content.isEmpty()) {
                return firstGenuine();
            }
            var item = items.find(content.get());
            if (item.isPresent()) {
                return item.get();
            }
            var now = broker.peek(0, 1);
            if (!now.isEmpty() && Arrays.equals(now.get(0), first.get(0))) { // it was not taken
                return items.decoded(content.get());
            }
        }
    }

    private @Nullable E firstGenuine() {
        var items = iterator();
        return items.hasNext() ? items.next() : null;
    }

    /** How many items wait. */
    @Override
    public int size() {
        return (int) Math.min(Integer.MAX_VALUE, broker.size());
    }

    /** How many items there is room for; {@link Integer#MAX_VALUE} if there is no bound. */
    @Override
    public int remainingCapacity() {
        var known = puts.known();
        var state = known.isKnown() ? known : broker.state();
        return state.maxSize() == 0 ? Integer.MAX_VALUE : Math.max(0, state.maxSize() - size());
    }

    /** The items that wait, oldest first; they stay. */
    @Override
    public Iterator<E> iterator() {
        return new SharedQueueIterator<>(broker, items::findGenuine, items::drop);
    }

    /** Drops the oldest item that is equal to {@code item}. */
    @Override
    public boolean remove(@Nullable Object item) {
        var waiting = new SharedQueueIterator<>(broker, items::findGenuine, items::drop);
        while (waiting.hasNext()) {
            if (waiting.next().equals(item) && waiting.drop()) {
                return true;
            }
        }
        return false;
    }

    /** Drops all items. */
    @Override
    public void clear() {
        broker.clear();
    }

    /**
     * Reports that an item that was taken has been dealt with, for {@link #join}.
     *
     * @throws IllegalStateException if it is called more often than items were put
     */
    public void taskDone() {
        if (!broker.done()) {
            throw new IllegalStateException("taskDone() was called too often: all items that were put on queue "
                    + name() + " are done already");
        }
    }

    /**
     * Waits until {@link #taskDone} was called, in any process, for every item that was put.
     *
     * @throws InterruptedException if interrupted while waiting
     */
    public void join() throws InterruptedException {
        joinWithin(FOR_EVER);
    }

    /**
     * Waits for at most {@code limit} until {@link #taskDone} was called, in any process, for every item that was put.
     *
     * @return whether it was
     * @throws InterruptedException if interrupted while waiting
     */
    public boolean join(Duration limit) throws InterruptedException {
        return joinWithin(NANOSECONDS.convert(limit));
    }

    private boolean joinWithin(long nanos) throws InterruptedException {
        SharedQueueWaits.requireNotInterrupted();
        var deadline = SharedQueueWaits.deadline(nanos);
        while (broker.unfinished() > 0) {
            if (!waits.pause(deadline, broker::awaitAllDone)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Lets nobody put any more, in any process: those who try or wait get a {@link QueueShutDownException}. What is on the queue
     * can still be taken; when it is empty, {@link #take} and {@link #takeBatch} throw that exception too, while {@code poll}
     * returns null at once. {@link #delete} ends this state.
     *
     * @param immediate drop what is on the queue; it counts as done
     */
    public void shutdown(boolean immediate) {
        broker.shutdown(puts.known().maxSize(), immediate);
    }

    /** Whether {@link #shutdown} was called, in any process. */
    public boolean isShutDown() {
        return broker.state().isShut();
    }

    /**
     * Removes the queue and all that is on it from Redis. Nobody should be using it: who waits to take goes on waiting, and who
     * puts makes the queue anew.
     */
    public void delete() {
        broker.delete();
    }

    @Override
    public String toString() {
        var known = puts.known();
        var bound = !known.isKnown() ? "" : known.maxSize() == 0 ? ", no bound" : ", maxSize " + known.maxSize();
        return "SharedQueue " + name() + bound + ", on " + broker.redis();
    }

    private void requireNotSelf(Collection<?> other) {
        if (other instanceof SharedQueue<?> queue
                && queue.name().equals(name())
                && queue.broker.redis().uri().equals(broker.redis().uri())) {
            throw new IllegalArgumentException("cannot move the items of queue " + name() + " to itself");
        }
    }

    /**
     * A faster way to and from this queue, which may lose items: see {@link SharedQueueBuffer}.
     *
     * @param items how many may linger on their way in, and how many are read ahead at most, from 1 to 1000
     * @param linger how long an item that is put may linger before it is sent
     */
    public SharedQueueBuffer<E> buffered(int items, Duration linger) {
        return new SharedQueueBuffer<>(this, items, linger);
    }

    /** As {@link #takeBatch}, but waits for at most {@code limit}, and then or on a queue that is shut down there are none. */
    List<E> pollBatch(int max, Duration limit) throws InterruptedException {
        return items.taken(takes.within(max, NANOSECONDS.convert(limit)));
    }

    /** Puts what is {@link #encode}d, waiting for room, and takes each from the list that is in. */
    void moveIn(List<byte[]> encoded) throws InterruptedException {
        puts.all(encoded);
    }

    byte[] encode(E item) {
        return items.encode(item);
    }

    private @Nullable E onlyOf(List<byte[]> contents) {
        return contents.isEmpty() ? null : items.taken(contents.get(0));
    }
}
