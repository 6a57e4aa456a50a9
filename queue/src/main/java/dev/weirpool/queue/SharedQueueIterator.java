package dev.weirpool.queue;

import dev.weirpool.queue.protocol.SharedQueueBroker;
import dev.weirpool.queue.signing.WrongSignatureException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Walks over the items that wait, page by page, past those that are not genuine; used by one thread. */
final class SharedQueueIterator<E> implements Iterator<E> {

    private static final int PAGE = 500;

    private final SharedQueueBroker broker;
    private final Function<byte[], E> decoder;

    private List<byte[]> page;
    private int next;
    private long nextPage;
    private byte @Nullable [] opened; // the content of the next
    private byte @Nullable [] last;

    SharedQueueIterator(SharedQueueBroker broker, Function<byte[], E> decoder) {
        this.broker = broker;
        this.decoder = decoder;
        this.page = broker.peek(0, PAGE);
        this.nextPage = page.size();
    }

    @Override
    public boolean hasNext() {
        while (opened == null && hasMore()) {
            try {
                opened = broker.open(page.get(next));
            } catch (WrongSignatureException e) {
                next++; // it stays, for who takes it to drop
            }
        }
        return opened != null;
    }

    private boolean hasMore() {
        if (next == page.size() && page.size() == PAGE) {
            page = broker.peek(nextPage, PAGE);
            nextPage += page.size();
            next = 0;
        }
        return next < page.size();
    }

    @Override
    public E next() {
        var content = hasNext() ? opened : null;
        if (content == null) {
            throw new NoSuchElementException("no more items");
        }
        last = page.get(next++);
        opened = null;
        return decoder.apply(content);
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
        var dropped = broker.remove(last);
        last = null;
        if (dropped) {
            nextPage--;
        }
        return dropped;
    }
}
