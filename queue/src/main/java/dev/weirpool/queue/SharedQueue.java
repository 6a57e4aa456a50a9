package dev.weirpool.queue;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.weirpool.queue.codec.DecodingException;
import dev.weirpool.queue.codec.Surrogate;
import dev.weirpool.queue.protocol.ClaimReply;
import dev.weirpool.queue.protocol.Claimant;
import dev.weirpool.queue.protocol.PutReply;
import dev.weirpool.queue.protocol.SharedQueueBroker;
import dev.weirpool.queue.protocol.SharedQueueState;
import dev.weirpool.queue.protocol.TakeReply;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.redis.RedisUri;
import dev.weirpool.queue.signing.Refusals;
import dev.weirpool.queue.signing.WrongSignatureException;
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
import java.util.concurrent.atomic.AtomicLong;
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

    /** Redis ends a wait at the next tenth of a second, so this one ends in at most 400 ms. */
    private static final long SLICE_NANOS = MILLISECONDS.toNanos(300);

    /** A wait that takes the item by itself heeds an interrupt at its end only. */
    private static final long TAKE_SLICE_NANOS = MILLISECONDS.toNanos(150);

    /** What is left of a limit is not spent waiting inside Redis, which could end too late, but looking again and again. */
    private static final long FINE_NANOS = MILLISECONDS.toNanos(110);

    private static final long LOOK_NANOS = MILLISECONDS.toNanos(5);
    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final long FOR_EVER = Long.MAX_VALUE / 2;
    private static final int BATCH_ITEMS = 500;
    private static final int BATCH_BYTES = 1 << 20;
    private static final int UNKNOWN = -1;

    private final SharedQueueBroker broker;
    private final TaskCodec codec;
    private final LargeItems largeItems;
    private final Duration lease;
    private final Refusals refusals;
    private final AtomicLong nextLook = new AtomicLong(System.nanoTime());

    /** What the queue should be: open, with a bound; or not known, until it matters. */
    private volatile SharedQueueState known;

    private SharedQueue(SharedQueueBroker broker, TaskCodec codec, Duration lease, SharedQueueState known) {
        this.broker = broker;
        this.codec = codec;
        this.largeItems = new LargeItems(broker.redis(), broker.name());
        this.lease = lease;
        this.refusals = new Refusals("an item of queue " + broker.name());
        this.known = known;
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
        return new SharedQueue<>(broker, codec, lease, known);
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
        var encoded = encode(item);
        putOrDrop(encoded, () -> putWithin(List.of(encoded), FOR_EVER));
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
                putWithin(batch, FOR_EVER);
                batch.clear();
                bytes = encoded.length;
            }
            batch.add(encoded);
        }
        putWithin(batch, FOR_EVER);
    }

    /**
     * Appends {@code item} if there is room.
     *
     * @return whether it was put
     * @throws QueueShutDownException if the queue is shut down
     */
    @Override
    public boolean offer(E item) {
        var encoded = encode(item);
        return putOrDrop(encoded, () -> store(List.of(encoded), false));
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
        var encoded = encode(item);
        return putOrDrop(encoded, () -> putWithin(List.of(encoded), unit.toNanos(timeout)));
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
                drop(encoded);
            }
        }
    }

    /** Puts items until all are in or the time is over, and returns how many are. */
    private int putWithin(List<byte[]> items, long nanos) throws InterruptedException {
        requireNotInterrupted();
        var deadline = System.nanoTime() + Math.min(nanos, FOR_EVER);
        var done = 0;
        for (var hasWaited = false; done < items.size(); hasWaited = true) {
            done += store(items.subList(done, items.size()), hasWaited);
            if (done < items.size() && !pause(deadline, broker::awaitRoom)) {
                return done;
            }
        }
        return done;
    }

    /** Puts as many items as there is room for now, and returns how many that are. */
    private int store(List<byte[]> items, boolean hasWaited) {
        while (true) {
            var reply = broker.put(items, known, hasWaited);
            if (reply instanceof PutReply.Refused refused) {
                learn(refused.state());
            } else if (reply instanceof PutReply.Accepted accepted) {
                return accepted.count();
            }
        }
    }

    /** Takes in that the queue is not what was thought, or fails if it may not be that. */
    private void learn(SharedQueueState actual) {
        if (actual.isShut()) {
            throw shutDown("takes no more items");
        }
        var state = actual.isKnown() ? actual : broker.open(known.maxSize());
        if (known.isKnown() && known.maxSize() != state.maxSize()) {
            throw new IllegalStateException("queue " + name() + " was deleted and made anew with maxSize "
                    + state.maxSize() + ", not " + known.maxSize() + "; connect to it again");
        }
        known = SharedQueueState.open(state.maxSize());
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
        var items = takeWithin(max, FOR_EVER);
        if (items.isEmpty()) {
            throw shutDown("is empty");
        }
        return decode(items);
    }

    /** Takes the oldest item, or returns null if there is none, also when the queue is shut down. */
    @Override
    public @Nullable E poll() {
        while (true) {
            var items = takeNow(1);
            var genuine = genuine(items);
            if (items.isEmpty() || !genuine.isEmpty()) {
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
        return onlyOf(takeWithin(1, unit.toNanos(timeout)));
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
            var items = takeNow(wanted);
            for (var item : genuine(items)) {
                target.add(taken(item));
                count++;
            }
            if (items.size() < wanted) {
                return count;
            }
        }
        return count;
    }

    /** Takes items, waiting for the first until the time is over or the queue is shut down; then there are none. */
    private List<byte[]> takeWithin(int max, long nanos) throws InterruptedException {
        requireNotInterrupted();
        broker.requireSecret();
        var deadline = System.nanoTime() + Math.min(nanos, FOR_EVER);
        while (true) {
            var items = takeUntil(max, deadline);
            var genuine = genuine(items);
            if (items.isEmpty() || !genuine.isEmpty()) {
                return genuine;
            }
        }
    }

    private List<byte[]> takeUntil(int max, long deadline) throws InterruptedException {
        var wanted = Math.min(max, SharedQueueBroker.MOST_ITEMS);
        var reply = takeAtOnce(wanted);
        while (reply instanceof TakeReply.Empty empty && !empty.state().isShut()) {
            requireNotInterrupted();
            recover();
            var left = deadline - System.nanoTime();
            if (left <= 0) {
                return List.of();
            }
            if (left > FINE_NANOS) {
                var slice = Duration.ofNanos(Math.min(TAKE_SLICE_NANOS, left - FINE_NANOS));
                reply = broker.takeAtBell(wanted, mayHaveBound(), slice);
            } else {
                NANOSECONDS.sleep(Math.min(LOOK_NANOS, left));
                reply = broker.take(wanted, mayHaveBound(), true);
            }
        }
        return reply instanceof TakeReply.Items taken ? taken.items() : List.of();
    }

    /** Takes items that are there, as they are stored. */
    private List<byte[]> takeNow(int max) {
        broker.requireSecret();
        return takeAtOnce(max) instanceof TakeReply.Items taken ? taken.items() : List.of();
    }

    /** Takes items that are there. If there are none it may not tell that the queue is shut: whoever waits then hears at once. */
    private TakeReply takeAtOnce(int most) {
        if (mayHaveBound()) {
            return broker.take(most, true, false);
        }
        var items = broker.pop(most);
        return items.isEmpty() ? new TakeReply.Empty(SharedQueueState.NONE) : new TakeReply.Items(items);
    }

    /** The contents of those that were signed by one of our keys. The others are dropped, and count as done. */
    private List<byte[]> genuine(List<byte[]> items) {
        var genuine = new ArrayList<byte[]>(items.size());
        for (var item : items) {
            var content = genuine(item);
            content.ifPresentOrElse(genuine::add, broker::done);
        }
        return genuine;
    }

    private Optional<byte[]> genuine(byte[] item) {
        try {
            return Optional.of(broker.open(item));
        } catch (WrongSignatureException e) {
            refusals.add(e.getMessage());
            return Optional.empty();
        }
    }

    private boolean mayHaveBound() {
        return !known.isKnown() || known.maxSize() > 0;
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
        return claimWithin(FOR_EVER).orElseThrow(() -> shutDown("is empty"));
    }

    /**
     * Takes the oldest item as {@link #claim()} does, waiting for one for at most {@code limit}.
     *
     * @return empty if there is none
     * @throws InterruptedException if interrupted while waiting; no item is claimed
     * @throws IllegalStateException if this process has 1000 claims on this queue already
     */
    public Optional<Claim<E>> claim(Duration limit) throws InterruptedException {
        return claimWithin(NANOSECONDS.convert(limit));
    }

    private Optional<Claim<E>> claimWithin(long nanos) throws InterruptedException {
        requireNotInterrupted();
        broker.requireSecret();
        var deadline = System.nanoTime() + Math.min(nanos, FOR_EVER);
        while (true) {
            var held = holdUntil(deadline);
            if (held.isEmpty()) {
                return Optional.empty();
            }
            var content = genuine(held.get().item);
            if (content.isPresent()) {
                return Optional.of(new Claim<>(
                        held.get().hold,
                        () -> decode(largeItems.get(content.get())),
                        () -> largeItems.drop(content.get())));
            }
            held.get().hold.settle(); // it must not come back
        }
    }

    private record Held(Claimant.Hold hold, byte[] item) {}

    private Optional<Held> holdUntil(long deadline) throws InterruptedException {
        var claimant = Claimant.enter(broker, lease);
        var claimed = false;
        try {
            recover();
            var hasWaited = false;
            do {
                var reply = claimant.claim(mayHaveBound(), hasWaited);
                if (reply instanceof ClaimReply.Claimed item) {
                    claimed = true;
                    return Optional.of(new Held(claimant.hold(item), item.item()));
                }
                if (reply instanceof ClaimReply.Empty empty && empty.state().isShut()) {
                    return Optional.empty();
                }
                hasWaited = true;
            } while (pause(deadline, broker::awaitItem));
            return Optional.empty();
        } finally {
            if (!claimed) {
                claimant.leave();
            }
        }
    }

    /** Gives back, now and then, what processes hold that have died. */
    private void recover() {
        var due = nextLook.get();
        var now = System.nanoTime();
        if (now - due >= 0 && nextLook.compareAndSet(due, now + lease.toNanos() / 10)) {
            broker.recover(lease);
        }
    }

    /** Returns the oldest item, which stays, or null if there is none. */
    @Override
    public @Nullable E peek() {
        while (true) {
            var first = broker.peek(0, 1);
            if (first.isEmpty()) {
                return null;
            }
            var content = genuine(first.get(0));
            if (content.isEmpty()) {
                return firstGenuine();
            }
            var item = largeItems.find(content.get());
            if (item.isPresent()) {
                return decode(item.get());
            }
            var now = broker.peek(0, 1);
            if (!now.isEmpty() && Arrays.equals(now.get(0), first.get(0))) { // it was not taken
                return decode(largeItems.get(content.get()));
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
        var state = known.isKnown() ? known : broker.state();
        return state.maxSize() == 0 ? Integer.MAX_VALUE : Math.max(0, state.maxSize() - size());
    }

    /** The items that wait, oldest first; they stay. */
    @Override
    public Iterator<E> iterator() {
        return new SharedQueueIterator<>(broker, this::find, this::drop);
    }

    /** Drops the oldest item that is equal to {@code item}. */
    @Override
    public boolean remove(@Nullable Object item) {
        var waiting = new SharedQueueIterator<>(broker, this::find, this::drop);
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
        requireNotInterrupted();
        var deadline = System.nanoTime() + Math.min(nanos, FOR_EVER);
        while (broker.unfinished() > 0) {
            if (!pause(deadline, broker::awaitAllDone)) {
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
        broker.shutdown(known.maxSize(), immediate);
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
        var bound = !known.isKnown() ? "" : known.maxSize() == 0 ? ", no bound" : ", maxSize " + known.maxSize();
        return "SharedQueue " + name() + bound + ", on " + broker.redis();
    }

    /** Waits for the bell, but not past the deadline; false if that is over. */
    private boolean pause(long deadline, Bell bell) throws InterruptedException {
        recover();
        var left = deadline - System.nanoTime();
        if (left <= 0) {
            return false;
        }
        if (left > FINE_NANOS) {
            bell.await(Duration.ofNanos(Math.min(SLICE_NANOS, left - FINE_NANOS)));
        } else {
            NANOSECONDS.sleep(Math.min(LOOK_NANOS, left));
        }
        return true;
    }

    private interface Bell {
        void await(Duration limit) throws InterruptedException;
    }

    private static void requireNotInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private void requireNotSelf(Collection<?> other) {
        if (other instanceof SharedQueue<?> queue
                && queue.name().equals(name())
                && queue.broker.redis().uri().equals(broker.redis().uri())) {
            throw new IllegalArgumentException("cannot move the items of queue " + name() + " to itself");
        }
    }

    private QueueShutDownException shutDown(String what) {
        return new QueueShutDownException("queue " + name() + " is shut down and " + what);
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

    /** Puts {@code items}, waiting for room, and takes each from the list that is in. */
    void moveIn(List<byte[]> items) throws InterruptedException {
        for (var hasWaited = false; !items.isEmpty(); hasWaited = true) {
            var part = items.subList(0, Math.min(items.size(), BATCH_ITEMS));
            var tried = part.size();
            var done = store(part, hasWaited);
            part.subList(0, done).clear();
            if (done < tried) {
                pause(System.nanoTime() + FOR_EVER, broker::awaitRoom);
            }
        }
    }

    /** As {@link #takeBatch}, but waits for at most {@code limit}, and then or on a queue that is shut down there are none. */
    List<E> pollBatch(int max, Duration limit) throws InterruptedException {
        return decode(takeWithin(max, NANOSECONDS.convert(limit)));
    }

    byte[] encode(E item) {
        requireNonNull(item, "a queue holds no nulls");
        return broker.seal(largeItems.listed(codec.encodeItem(item)));
    }

    private List<E> decode(List<byte[]> items) {
        var decoded = new ArrayList<E>(items.size());
        for (var item : items) {
            decoded.add(taken(item));
        }
        return decoded;
    }

    private @Nullable E onlyOf(List<byte[]> items) {
        return items.isEmpty() ? null : taken(items.get(0));
    }

    private E taken(byte[] item) {
        var encoded = largeItems.get(item);
        largeItems.drop(item);
        return decode(encoded);
    }

    /** One that waits; empty if it is not genuine, or is large and somebody has taken it meanwhile. */
    private Optional<E> find(byte[] item) {
        try {
            return largeItems.find(broker.open(item)).map(this::decode);
        } catch (WrongSignatureException e) {
            return Optional.empty(); // it stays, for who takes it to drop
        }
    }

    private void drop(byte[] item) {
        largeItems.drop(broker.open(item));
    }

    @SuppressWarnings("unchecked") // as with any queue, what was put decides
    private E decode(byte[] item) {
        return (E) codec.decodeItem(item);
    }
}
