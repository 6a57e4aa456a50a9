package dev.weirpool.queue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A faster way to and from a {@link SharedQueue}, for items that may be lost: puts linger in this process for a moment and travel
 * together, and takes read ahead.
 *
 * <p>Made by {@link SharedQueue#buffered}. Order is kept: what one thread puts here is taken in that order. Any number of threads may
 * use it.
 *
 * <p><b>What a crash costs.</b> If this process dies, the items are lost that were put here within the linger time and not sent yet, and
 * those that were read ahead and not taken. They are never more than the number this was made with, of each kind, save while the queue
 * is full or Redis is away: a put then waits as soon as so many linger. An item that waits here is seen by no other process.
 */
public final class SharedQueueBuffer<E> implements AutoCloseable {

    private static final int MOST_BYTES = 1 << 20;

    private final SharedQueue<E> queue;
    private final int most;
    private final Duration linger;
    private final Thread sender;

    private final Object putting = new Object();
    private final Object taking = new Object();

    // guarded by putting
    private final List<byte[]> lingering = new ArrayList<>();
    private int bytes;
    private boolean senderWaits;
    private @Nullable RuntimeException failure;
    private boolean closed;

    private final Deque<E> ahead = new ArrayDeque<>(); // guarded by taking

    SharedQueueBuffer(SharedQueue<E> queue, int most, Duration linger) {
        if (most < 1 || most > 1000) {
            throw new IllegalArgumentException("a buffer must be of 1 to 1000 items, got " + most);
        }
        if (linger.isNegative() || linger.isZero()) {
            throw new IllegalArgumentException("the linger time must be positive, got " + linger);
        }
        this.queue = queue;
        this.most = most;
        this.linger = linger;
        this.sender = new Thread(this::sendWhatLingers, "weirpool-linger-" + queue.name());
        sender.setDaemon(true);
        sender.start();
    }

    /**
     * Puts {@code item} into the buffer; it is sent within the linger time, or at once, by this thread, when the buffer is full.
     *
     * @throws InterruptedException if interrupted while waiting for room on the queue; the item is in the buffer
     * @throws QueueShutDownException if the queue is shut down; so may be for items that were put before
     * @throws dev.weirpool.queue.redis.RedisUnavailableException if Redis is away for 10 s, also if that was found out when earlier items
     *     were sent; then it is not known which of those in the buffer were put
     * @throws IllegalArgumentException if the item cannot travel, or takes more than 1 GiB
     * @throws IllegalStateException if this is closed
     */
    public void put(E item) throws InterruptedException {
        var encoded = queue.encode(item);
        synchronized (putting) {
            if (closed) {
                throw new IllegalStateException("this buffer of queue " + queue.name() + " is closed");
            }
            throwFailure();
            lingering.add(encoded);
            bytes += encoded.length;
            if (lingering.size() >= most || bytes >= MOST_BYTES) {
                send();
            } else if (senderWaits) {
                senderWaits = false;
                putting.notifyAll();
            }
        }
    }

    /** Sends what lingers, and returns when Redis has it. Throws what {@link #put} does. */
    public void flush() throws InterruptedException {
        synchronized (putting) {
            throwFailure();
            send();
        }
    }

    private void throwFailure() {
        var cause = failure;
        if (cause != null) {
            failure = null;
            throw cause;
        }
    }

    /** Under the lock: others who put wait, so that order is kept. */
    private void send() throws InterruptedException {
        try {
            queue.moveIn(lingering);
        } catch (RuntimeException e) {
            lingering.clear();
            throw e;
        } finally {
            bytes = lingering.stream().mapToInt(item -> item.length).sum();
        }
    }

    private void sendWhatLingers() {
        try {
            while (awaitSome()) {
                TimeUnit.NANOSECONDS.sleep(linger.toNanos());
                synchronized (putting) {
                    try {
                        send();
                    } catch (RuntimeException e) {
                        failure = e; // told to whoever puts next
                    }
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    private boolean awaitSome() throws InterruptedException {
        synchronized (putting) {
            while (lingering.isEmpty() && !closed) {
                senderWaits = true;
                putting.wait();
            }
            senderWaits = false;
            return !closed;
        }
    }

    /**
     * Takes the oldest item that was read ahead, else reads ahead, waiting until there is one.
     *
     * @throws InterruptedException if interrupted while waiting; no item is taken
     * @throws QueueShutDownException if the queue is shut down and empty, or gets so while this waits
     */
    public E take() throws InterruptedException {
        synchronized (taking) {
            if (ahead.isEmpty()) {
                ahead.addAll(queue.takeBatch(most));
            }
            return ahead.remove();
        }
    }

    /** Takes the oldest item, waiting for one for at most {@code limit}; null if there is none, also when the queue is shut down. */
    public @Nullable E poll(Duration limit) throws InterruptedException {
        synchronized (taking) {
            if (ahead.isEmpty()) {
                ahead.addAll(queue.pollBatch(most, limit));
            }
            return ahead.poll();
        }
    }

    /**
     * Sends what lingers, and puts what was read ahead and not taken back, to the end of the queue. Nobody should be using this any more.
     */
    @Override
    public void close() throws InterruptedException {
        synchronized (putting) {
            if (closed) {
                return;
            }
            closed = true;
            sender.interrupt();
            throwFailure();
            synchronized (taking) {
                ahead.forEach(item -> lingering.add(queue.encode(item)));
                ahead.clear();
            }
            send();
        }
    }
}
