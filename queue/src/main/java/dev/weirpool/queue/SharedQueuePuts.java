package dev.weirpool.queue;

import static dev.weirpool.queue.SharedQueueWaits.FOR_EVER;

import dev.weirpool.queue.protocol.PutReply;
import dev.weirpool.queue.protocol.SharedQueueBroker;
import dev.weirpool.queue.protocol.SharedQueueState;
import java.util.List;

/** Puts stored items on a shared queue, as far as there is room, and knows what bound the queue should have. */
final class SharedQueuePuts {

    private static final int BATCH_ITEMS = 500;

    private final SharedQueueBroker broker;
    private final SharedQueueWaits waits;

    /** What the queue should be: open, with a bound; or not known, until it matters. */
    private volatile SharedQueueState known;

    SharedQueuePuts(SharedQueueBroker broker, SharedQueueWaits waits, SharedQueueState known) {
        this.broker = broker;
        this.waits = waits;
        this.known = known;
    }

    SharedQueueState known() {
        return known;
    }

    boolean mayHaveBound() {
        return !known.isKnown() || known.maxSize() > 0;
    }

    /** Puts items until all are in or the time is over, and returns how many are. */
    int within(List<byte[]> items, long nanos) throws InterruptedException {
        SharedQueueWaits.requireNotInterrupted();
        var deadline = SharedQueueWaits.deadline(nanos);
        var done = 0;
        for (var hasWaited = false; done < items.size(); hasWaited = true) {
            done += now(items.subList(done, items.size()), hasWaited);
            if (done < items.size() && !waits.pause(deadline, broker::awaitRoom)) {
                return done;
            }
        }
        return done;
    }

    /** Puts as many items as there is room for now, and returns how many that are. */
    int now(List<byte[]> items, boolean hasWaited) {
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
            throw new QueueShutDownException(broker.name(), "takes no more items");
        }
        var state = actual.isKnown() ? actual : broker.open(known.maxSize());
        if (known.isKnown() && known.maxSize() != state.maxSize()) {
            throw new IllegalStateException("queue " + broker.name() + " was deleted and made anew with maxSize "
                    + state.maxSize() + ", not " + known.maxSize() + "; connect to it again");
        }
        known = SharedQueueState.open(state.maxSize());
    }

    /** Puts {@code items}, waiting for room, and takes each from the list that is in. */
    void all(List<byte[]> items) throws InterruptedException {
        for (var hasWaited = false; !items.isEmpty(); hasWaited = true) {
            var part = items.subList(0, Math.min(items.size(), BATCH_ITEMS));
            var tried = part.size();
            var done = now(part, hasWaited);
            part.subList(0, done).clear();
            if (done < tried) {
                waits.pause(SharedQueueWaits.deadline(FOR_EVER), broker::awaitRoom);
            }
        }
    }
}
