package dev.weirpool.queue.protocol;

import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisFullException;
import dev.weirpool.queue.redis.RedisRefusedException;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends tasks in the order in which they were submitted, each batch being what has gathered while the last one was on its way.
 *
 * <p>Submitting does not wait for Redis, except when {@value #MOST_WAITING} tasks wait to be sent. While Redis is away the
 * tasks wait here; they are lost if this process dies before they were sent.
 */
public final class Submitter extends Duty {

    static final int MOST_WAITING = 10_000;
    private static final int BATCH_TASKS = 500;
    private static final int BATCH_BYTES = 1 << 20;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Broker broker;
    private final long producer = RANDOM.nextLong();
    private final BlockingQueue<Pending> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Object order = new Object();

    private long sequence; // guarded by order
    private volatile @Nullable RuntimeException ended;

    // owned by the duty's thread
    private final List<Pending> batch = new ArrayList<>();
    private @Nullable Pending next;

    public Submitter(Redis redis, Broker broker) {
        super("weirpool-submitter-" + broker.queue(), redis);
        this.broker = broker;
    }

    /** Which producer the tasks of this submitter carry. */
    public long producer() {
        return producer;
    }

    /**
     * Gives the task its sequence and queues it for sending. {@code onSequence} runs before it can be sent, so that whoever
     * awaits the result is known in time.
     *
     * @return completes when Redis holds the task, or exceptionally when it never will
     * @throws RedisUnavailableException if too many tasks wait already and the thread is interrupted while it waits
     */
    public CompletableFuture<Long> submit(Envelope.Draft draft, Due due, LongConsumer onSequence) {
        synchronized (order) {
            var cause = ended;
            if (cause != null) {
                throw cause;
            }
            var number = sequence + 1;
            var pending = new Pending(draft.seal(producer, number), due, new CompletableFuture<>());
            onSequence.accept(number);
            enqueue(pending);
            sequence = number;
            return pending.stored;
        }
    }

    private void enqueue(Pending pending) {
        try {
            while (!waiting.offer(pending, 100, TimeUnit.MILLISECONDS)) {
                var cause = ended;
                if (cause != null) {
                    throw cause;
                }
            }
            var cause = ended;
            if (cause != null) { // it ended while this one was being queued, and nobody looks at the queue any more
                failWaiting(cause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisUnavailableException(
                    "interrupted while " + MOST_WAITING + " tasks waited to be sent to Redis", e);
        }
    }

    @Override
    protected void round(RedisConnection redis) throws InterruptedException {
        if (batch.isEmpty()) {
            gather();
        }
        if (batch.isEmpty()) {
            return;
        }
        PushReply reply;
        try {
            reply = broker.push(redis, envelopes(), dues());
        } catch (RedisFullException e) {
            // refused whole: nothing was stored, and the same batch is sent again when workers have drained some
            throw new RedisUnavailableException(String.valueOf(e.getMessage()), e);
        } catch (RedisRefusedException e) {
            end(e);
            throw e;
        }
        if (reply instanceof PushReply.Stored) {
            batch.forEach(pending -> pending.stored.complete(pending.envelope.sequence()));
            batch.clear();
            return;
        }
        var refusal = reply instanceof PushReply.Closed
                ? new RedisRefusedException("queue " + broker.queue() + " is closed and takes no more tasks")
                : new RedisRefusedException("Redis has lost tasks of queue " + broker.queue()
                        + " that it had accepted: it was restarted without an append-only file, or flushed");
        end(refusal);
        throw refusal;
    }

    private void gather() throws InterruptedException {
        var first = next != null ? next : waiting.poll(500, TimeUnit.MILLISECONDS);
        next = null;
        var bytes = 0;
        for (var pending = first; pending != null; pending = waiting.poll()) {
            bytes += pending.envelope.size();
            if (!batch.isEmpty() && bytes > BATCH_BYTES) {
                next = pending;
                return;
            }
            batch.add(pending);
            if (batch.size() == BATCH_TASKS) {
                return;
            }
        }
    }

    private List<Envelope> envelopes() {
        return batch.stream().map(Pending::envelope).toList();
    }

    private List<Due> dues() {
        return batch.stream().allMatch(pending -> pending.due.equals(Due.NOW))
                ? List.of()
                : batch.stream().map(Pending::due).toList();
    }

    /** Stops sending; what was not sent fails with {@link RedisUnavailableException}. */
    @Override
    public void close() {
        super.close();
        end(new RedisUnavailableException("closed before the task was sent", new IllegalStateException("closed")));
    }

    @Override
    protected void failed(RuntimeException e) {
        end(e);
    }

    private void end(RuntimeException cause) {
        if (ended == null) {
            ended = cause;
        }
        batch.forEach(pending -> pending.stored.completeExceptionally(cause));
        batch.clear();
        if (next != null) {
            next.stored.completeExceptionally(cause);
        }
        failWaiting(cause);
    }

    private void failWaiting(RuntimeException cause) {
        for (var pending = waiting.poll(); pending != null; pending = waiting.poll()) {
            pending.stored.completeExceptionally(cause);
        }
    }

    private record Pending(Envelope envelope, Due due, CompletableFuture<Long> stored) {}
}
