package dev.weirpool.queue.protocol;

import dev.weirpool.queue.redis.NotDurableYetException;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisFullException;
import dev.weirpool.queue.redis.RedisRefusedException;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Hands the tasks of one producer to Redis, each batch in one exchange, and knows when Redis last answered. */
final class Delivery {

    private final Broker broker;
    private final BlobBroker blobs;
    private final long producer;

    private volatile long answeredAt = System.nanoTime();
    private volatile @Nullable Doubt doubt;

    /** What Redis has accepted up to {@code last}, and {@code why} it does not count as accepted yet. */
    private record Doubt(long last, NotDurableYetException why) {}

    Delivery(Broker broker, long producer) {
        this.broker = broker;
        this.blobs = new BlobBroker(broker.queue());
        this.producer = producer;
    }

    /** When Redis last answered, by {@link System#nanoTime}. Called by any thread. */
    long answeredAt() {
        return answeredAt;
    }

    /** Why the task with that sequence does not count as accepted though Redis has it; empty if it has not, or it does. Called by any thread. */
    Optional<NotDurableYetException> doubtAbout(long sequence) {
        var now = doubt;
        return now == null || sequence > now.last ? Optional.empty() : Optional.of(now.why);
    }

    /** Asks whether anything was lost that was stored up to {@code last}. */
    PushReply ask(RedisConnection redis, long last) {
        return push(redis, last, List.of());
    }

    /** As {@link #send}; as long as what Redis has accepted is not durable, it is sent again: that does nothing but wait for it once more. */
    PushReply sendDurably(RedisConnection redis, long previous, List<Pending> tasks) {
        try {
            var reply = send(redis, previous, tasks);
            doubt = null;
            return reply;
        } catch (NotDurableYetException e) {
            answeredAt = System.nanoTime();
            doubt = new Doubt(tasks.get(tasks.size() - 1).sequence(), e);
            throw e;
        }
    }

    /**
     * Sends {@code tasks}.
     *
     * @param previous the sequence that is stored before these
     * @throws RedisFullException if Redis has no memory for them; it has stored none
     */
    PushReply send(RedisConnection redis, long previous, List<Pending> tasks) {
        var first = tasks.get(0); // alone in its batch, if it is one of these
        if (first.body().isPresent()) {
            return offer(() -> sendApart(redis, previous, first, first.body().get()));
        }
        if (first.unique().isPresent()) {
            return offer(() -> broker.pushUnique(
                    redis,
                    previous,
                    first.envelope(),
                    first.due(),
                    first.unique().get()));
        }
        return push(redis, previous, tasks);
    }

    private PushReply sendApart(RedisConnection redis, long previous, Pending task, Pending.Body body) {
        var reached = broker.reachedLimit(redis); // a body must not be there for as long as its task has to wait here
        if (reached.isPresent()) {
            return new PushReply.Full(previous, reached.get());
        }
        blobs.put(redis, body.blob(), body.bytes(), BlobBroker.UNSENT_LIFE, false);
        var reply = broker.pushApart(redis, previous, task.envelope(), task.due(), task.unique());
        if (reply instanceof PushReply.Exists) {
            blobs.drop(redis, body.blob());
        }
        if (reply instanceof PushReply.BodyMissing) {
            throw new RedisUnavailableException(
                    "Redis has lost the body of a task while it was sent", new IllegalStateException("no body"));
        }
        return reply;
    }

    private PushReply push(RedisConnection redis, long previous, List<Pending> tasks) {
        var envelopes = tasks.stream().map(Pending::envelope).toList();
        return offer(() -> broker.push(redis, producer, previous, envelopes, dues(tasks)));
    }

    private static List<Due> dues(List<Pending> tasks) {
        return tasks.stream().allMatch(task -> task.due().equals(Due.NOW))
                ? List.of()
                : tasks.stream().map(Pending::due).toList();
    }

    private PushReply offer(Supplier<PushReply> push) {
        try {
            var reply = push.get();
            answeredAt = System.nanoTime();
            if (reply instanceof PushReply.Closed) {
                throw new RedisRefusedException("queue " + broker.queue() + " is closed and takes no more tasks");
            }
            return reply;
        } catch (RedisFullException e) {
            answeredAt = System.nanoTime();
            throw e;
        }
    }
}
