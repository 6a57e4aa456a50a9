package dev.weirpool.queue;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.weirpool.queue.protocol.ClaimReply;
import dev.weirpool.queue.protocol.Claimant;
import dev.weirpool.queue.protocol.SharedQueueBroker;
import dev.weirpool.queue.protocol.SharedQueueState;
import dev.weirpool.queue.protocol.TakeReply;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Takes and claims items of a shared queue; what is not genuine is passed over. */
final class SharedQueueTakes<E> {

    /** A wait that takes the item by itself heeds an interrupt at its end only. */
    private static final long SLICE_NANOS = MILLISECONDS.toNanos(150);

    private final SharedQueueBroker broker;
    private final SharedQueueItems<E> items;
    private final SharedQueuePuts puts;
    private final SharedQueueWaits waits;
    private final Duration lease;

    /** @param puts knows whether the queue may have a bound */
    SharedQueueTakes(
            SharedQueueBroker broker,
            SharedQueueItems<E> items,
            SharedQueuePuts puts,
            SharedQueueWaits waits,
            Duration lease) {
        this.broker = broker;
        this.items = items;
        this.puts = puts;
        this.waits = waits;
        this.lease = lease;
    }

    /** Takes items, waiting for the first until the time is over or the queue is shut down; then there are none. */
    List<byte[]> within(int max, long nanos) throws InterruptedException {
        SharedQueueWaits.requireNotInterrupted();
        broker.requireSecret();
        var deadline = SharedQueueWaits.deadline(nanos);
        while (true) {
            var items = takeUntil(max, deadline);
            var genuine = this.items.genuine(items);
            if (items.isEmpty() || !genuine.isEmpty()) {
                return genuine;
            }
        }
    }

    private List<byte[]> takeUntil(int max, long deadline) throws InterruptedException {
        var wanted = Math.min(max, SharedQueueBroker.MOST_ITEMS);
        var reply = takeAtOnce(wanted);
        while (reply instanceof TakeReply.Empty empty && !empty.state().isShut()) {
            SharedQueueWaits.requireNotInterrupted();
            waits.recover();
            var left = deadline - System.nanoTime();
            if (left <= 0) {
                return List.of();
            }
            if (SharedQueueWaits.mayBlock(left)) {
                var slice = SharedQueueWaits.slice(left, SLICE_NANOS);
                reply = broker.takeAtBell(wanted, puts.mayHaveBound(), slice);
            } else {
                SharedQueueWaits.look(left);
                reply = broker.take(wanted, puts.mayHaveBound(), true);
            }
        }
        return reply instanceof TakeReply.Items taken ? taken.items() : List.of();
    }

    /** Takes items that are there, as they are stored. */
    List<byte[]> now(int max) {
        broker.requireSecret();
        return takeAtOnce(max) instanceof TakeReply.Items taken ? taken.items() : List.of();
    }

    /** Takes items that are there. If there are none it may not tell that the queue is shut: whoever waits then hears at once. */
    private TakeReply takeAtOnce(int most) {
        if (puts.mayHaveBound()) {
            return broker.take(most, true, false);
        }
        var items = broker.pop(most);
        return items.isEmpty() ? new TakeReply.Empty(SharedQueueState.NONE) : new TakeReply.Items(items);
    }

    /** Claims the oldest item, waiting until the time is over or the queue is shut down. */
    Optional<Claim<E>> claim(long nanos) throws InterruptedException {
        SharedQueueWaits.requireNotInterrupted();
        broker.requireSecret();
        var deadline = SharedQueueWaits.deadline(nanos);
        while (true) {
            var held = holdUntil(deadline);
            if (held.isEmpty()) {
                return Optional.empty();
            }
            var content = items.genuine(held.get().item);
            if (content.isPresent()) {
                return Optional.of(new Claim<>(
                        held.get().hold, () -> items.decoded(content.get()), () -> items.dropContent(content.get())));
            }
            held.get().hold.settle(); // it must not come back
        }
    }

    private record Held(Claimant.Hold hold, byte[] item) {}

    private Optional<Held> holdUntil(long deadline) throws InterruptedException {
        var claimant = Claimant.enter(broker, lease);
        var claimed = false;
        try {
            waits.recover();
            var hasWaited = false;
            do {
                var reply = claimant.claim(puts.mayHaveBound(), hasWaited);
                if (reply instanceof ClaimReply.Claimed item) {
                    claimed = true;
                    return Optional.of(new Held(claimant.hold(item), item.item()));
                }
                if (reply instanceof ClaimReply.Empty empty && empty.state().isShut()) {
                    return Optional.empty();
                }
                hasWaited = true;
            } while (waits.pause(deadline, broker::awaitItem));
            return Optional.empty();
        } finally {
            if (!claimed) {
                claimant.leave();
            }
        }
    }
}
