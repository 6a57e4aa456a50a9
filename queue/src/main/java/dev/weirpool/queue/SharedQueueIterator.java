package dev.weirpool.queue;

import static java.util.Objects.requireNonNull;

import dev.weirpool.queue.protocol.SharedQueueBroker;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Walks over the items that wait, page by page, past those that are not genuine, or gone; used by one thread. */
final class SharedQueueIterator<E> implements Iterator<E> {

    private static final int PAGE = 500;

    private final SharedQueueBroker broker;
    private final Function<byte[], Optional<E>> decoder;
    private final Consumer<byte[]> whenDropped;

    private List<byte[]> page;
    private int next;
    private long nextPage;
    private @Nullable E ahead; // found, and not returned yet
    private byte @Nullable [] last;

    /** @param decoder finds an item that is genuine, unless somebody has taken it meanwhile */
    SharedQueueIterator(SharedQueueBroker broker, Function<byte[], Optional<E>> decoder, Consumer<byte[]> whenDropped) {
        this.broker = broker;
        this.decoder = decoder;
        this.whenDropped = whenDropped;
        this.page = broker.peek(0, PAGE);
        this.nextPage = page.size();
    }

    @Override
    public boolean hasNext() {
        while (ahead == null) {
            if (next == page.size() && page.size() == PAGE) {
                page = broker.peek(nextPage, PAGE);
                nextPage += page.size();
                next = 0;
            }
            if (next == page.size()) {
                return false;
            }
            ahead = decoder.apply(page.get(next++)).orElse(null);
        }
        return true;
    }

    @Override
    public E next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no more items");
        }
        last = page.get(next - 1);
        var item = requireNonNull(ahead);
        ahead = null;
        return item;
    }

    @Override
    public void remove() {
        drop();
    }

    /** Removes the item that {@link #next} has returned; false if somebody else has taken it. */
    boolean drop() {
        if (last == null) {
            throw new IllegalStateException("remove() must follow next(), once");
        }
        var item = last;
        last = null;
        var dropped = broker.remove(item);
        if (dropped) {
            nextPage--;
            whenDropped.accept(item);
        }
        return dropped;
    }
}
