package dev.weirpool.queue;

import static java.util.Objects.requireNonNull;

import dev.weirpool.queue.protocol.SharedQueueBroker;
import dev.weirpool.queue.signing.Refusals;
import dev.weirpool.queue.signing.WrongSignatureException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The items of a shared queue as they are stored: encoded, signed, and apart if they are large. */
final class SharedQueueItems<E> {

    private final SharedQueueBroker broker;
    private final TaskCodec codec;
    private final LargeItems largeItems;
    private final Refusals refusals;

    SharedQueueItems(SharedQueueBroker broker, TaskCodec codec) {
        this.broker = broker;
        this.codec = codec;
        this.largeItems = new LargeItems(broker.redis(), broker.name());
        this.refusals = new Refusals("an item of queue " + broker.name());
    }

    TaskCodec codec() {
        return codec;
    }

    /** As it is put; what lies apart is stored. */
    byte[] encode(E item) {
        requireNonNull(item, "a queue holds no nulls");
        return broker.seal(largeItems.listed(codec.encodeItem(item)));
    }

    /** The contents of those that were signed by one of our keys. The others are dropped, and count as done. */
    List<byte[]> genuine(List<byte[]> items) {
        var genuine = new ArrayList<byte[]>(items.size());
        for (var item : items) {
            var content = genuine(item);
            content.ifPresentOrElse(genuine::add, broker::done);
        }
        return genuine;
    }

    /** The content, if it was signed by one of our keys. */
    Optional<byte[]> genuine(byte[] item) {
        try {
            return Optional.of(broker.open(item));
        } catch (WrongSignatureException e) {
            refusals.add(e.getMessage());
            return Optional.empty();
        }
    }

    /** Those that were taken, of which these are the contents. */
    List<E> taken(List<byte[]> contents) {
        var decoded = new ArrayList<E>(contents.size());
        for (var content : contents) {
            decoded.add(taken(content));
        }
        return decoded;
    }

    E taken(byte[] content) {
        var encoded = largeItems.get(content);
        largeItems.drop(content);
        return decode(encoded);
    }

    /** One that stays where it is. */
    E decoded(byte[] content) {
        return decode(largeItems.get(content));
    }

    /** One that waits; empty if it is large and somebody has taken it meanwhile. */
    Optional<E> find(byte[] content) {
        return largeItems.find(content).map(this::decode);
    }

    /** One that waits; empty if it is not genuine, or is large and somebody has taken it meanwhile. */
    Optional<E> findGenuine(byte[] item) {
        try {
            return find(broker.open(item));
        } catch (WrongSignatureException e) {
            return Optional.empty(); // it stays, for who takes it to drop
        }
    }

    /** It is on the queue no more, or never was: nothing of it is to stay behind. */
    void drop(byte[] item) {
        dropContent(broker.open(item));
    }

    void dropContent(byte[] content) {
        largeItems.drop(content);
    }

    @SuppressWarnings("unchecked") // as with any queue, what was put decides
    private E decode(byte[] encoded) {
        return (E) codec.decodeItem(encoded);
    }
}
