package dev.weirpool.queue;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.weirpool.queue.protocol.SharedQueueBroker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Waits for something to happen on a shared queue, in short slices; meanwhile gives back what processes hold that have died. */
final class SharedQueueWaits {

    static final long FOR_EVER = Long.MAX_VALUE / 2;

    /** Redis ends a wait at the next tenth of a second, so this one ends in at most 400 ms. */
    private static final long SLICE_NANOS = MILLISECONDS.toNanos(300);

    /** What is left of a limit is not spent waiting inside Redis, which could end too late, but looking again and again. */
    private static final long FINE_NANOS = MILLISECONDS.toNanos(110);

    private static final long LOOK_NANOS = MILLISECONDS.toNanos(5);

    private final SharedQueueBroker broker;
    private final Duration lease;
    private final AtomicLong nextLook = new AtomicLong(System.nanoTime());

    SharedQueueWaits(SharedQueueBroker broker, Duration lease) {
        this.broker = broker;
        this.lease = lease;
    }

    /** When a wait of at most {@code nanos} ends that begins now. */
    static long deadline(long nanos) {
        return System.nanoTime() + Math.min(nanos, FOR_EVER);
    }

    static void requireNotInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** Something in Redis that can be waited for. */
    interface Bell {
        void await(Duration limit) throws InterruptedException;
    }

    /** Waits for the bell, but not past the deadline; false if that is over. */
    boolean pause(long deadline, Bell bell) throws InterruptedException {
        recover();
        var left = deadline - System.nanoTime();
        if (left <= 0) {
            return false;
        }
        if (mayBlock(left)) {
            bell.await(slice(left, SLICE_NANOS));
        } else {
            look(left);
        }
        return true;
    }

    /** Whether so much is left of a limit that one may wait inside Redis. */
    static boolean mayBlock(long left) {
        return left > FINE_NANOS;
    }

    /** How long to wait inside Redis, if so much is left, and at most {@code most}. */
    static Duration slice(long left, long most) {
        return Duration.ofNanos(Math.min(most, left - FINE_NANOS));
    }

    /** Waits a moment, outside Redis. */
    static void look(long left) throws InterruptedException {
        NANOSECONDS.sleep(Math.min(LOOK_NANOS, left));
    }

    /** Gives back, now and then, what processes hold that have died. */
    void recover() {
        var due = nextLook.get();
        var now = System.nanoTime();
        if (now - due >= 0 && nextLook.compareAndSet(due, now + lease.toNanos() / 10)) {
            broker.recover(lease);
        }
    }
}
