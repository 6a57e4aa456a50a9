package dev.weirpool.queue.protocol;

import dev.weirpool.queue.redis.ForeignDataException;
import dev.weirpool.queue.redis.NotDurableYetException;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisFullException;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Signer;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends tasks in the order in which they were submitted, each batch being what has gathered while the last one was on its way.
 *
 * <p>Submitting does not wait for Redis, except when {@value #MOST_WAITING} tasks wait to be sent; then as long as Redis answers. While Redis is away, or
 * has no room for them, the tasks wait here; they are lost if this process dies before they were sent.
 */
public final class Submitter extends Duty {

    static final int MOST_WAITING = 10_000;
    private static final long SILENCE_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    static final int BATCH_TASKS = 500;
    static final int BATCH_BYTES = 1 << 20;
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /**
     * So often it asks whether anything was lost when there is nothing to send: another server may have taken over, and whoever does not
     * send would not notice. Besides, Redis forgets a producer that it has not heard of for a week.
     */
    private static final long MOST_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Broker broker;
    private final Signer signer;
    private final long producer = RANDOM.nextLong();
    private final BlockingQueue<Pending> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final ReentrantLock order = new ReentrantLock();
    private final AtomicLong neverSent = new AtomicLong();

    private long sequence; // guarded by order
    private volatile @Nullable RuntimeException ended;

    private final Accepted accepted;
    private final Delivery delivery;
    private final Room room;
    private final Resending resending;

    // owned by the duty's thread, and by whoever ends it
    private final List<Pending> batch = new ArrayList<>();
    private final Deque<Pending> drained = new ArrayDeque<>(); // no longer waiting, and not in a batch yet
    private long lastStored;
    private boolean enlisted;

    private volatile boolean resting;
    private volatile boolean unsure;

    /**
     * @param mostAccepted how many accepted tasks to remember, the latest, unless they are {@link #resolved} before; of less than all no
     *     more than 64 MiB
     */
    public Submitter(Redis redis, Broker broker, int mostAccepted) {
        super("weirpool-submitter-" + broker.queue(), redis);
        this.broker = broker;
        this.signer = redis.keyring().signer(Direction.TASK, broker.queue());
        this.accepted = new Accepted(mostAccepted);
        this.delivery = new Delivery(broker, producer);
        this.room = new Room(broker.queue());
        this.resending = new Resending(broker.queue(), accepted, delivery, room, this::refuse);
    }

    /** The task with that sequence has ended and need not be sent again, whatever Redis loses. */
    public void resolved(long sequence) {
        accepted.forget(sequence);
    }

    /**
     * The results that came lately are lost. Has it checked whether Redis has lost tasks as well, and those sent again; for every
     * other task that was accepted and has not ended, as far as is known, {@code resultLost} is called with its sequence.
     */
    public void verify(LongConsumer resultLost) {
        resending.onResultLost(resultLost);
        unsure = true;
        wakeFromRest();
    }

    /**
     * Has {@code refused} called with the sequence of a task that Redis had accepted and lost, and that cannot be sent again because
     * another holds its unique name by now.
     */
    public void onRefused(BiConsumer<Long, PushReply.Exists> refused) {
        resending.onRefused(refused);
    }

    /** Of the queue that it sends to. */
    public Broker broker() {
        return broker;
    }

    /** Which producer the tasks of this submitter carry. */
    public long producer() {
        return producer;
    }

    /**
     * Gives the task its sequence and queues it for sending. {@code onSequence} runs before it can be sent, so that whoever
     * awaits the result is known in time.
     *
     * @param unique the name that the task is to hold, alone
     * @param failWhenFull whether it does not wait here until there is room for it
     * @return completes with {@link PushReply.Stored} when Redis holds the task, with {@link PushReply.Exists} if another holds its
     *     name, with {@link PushReply.Full} if it does not wait for room, and exceptionally when Redis never will hold it
     * @throws dev.weirpool.queue.signing.MissingSecretException if there is nothing to sign it with
     * @throws RedisUnavailableException if too many tasks wait already and Redis does not answer for 10 s, or the thread is
     *     interrupted while it waits
     */
    public CompletableFuture<PushReply> submit(
            Envelope.Draft draft, Due due, Optional<UniqueName> unique, boolean failWhenFull, LongConsumer onSequence) {
        var blob = draft.apart();
        Pending pending;
        var refusal = failWhenFull ? enterOrBeRefused() : null;
        if (refusal != null) {
            onSequence.accept(neverSent.decrementAndGet());
            return refusal;
        }
        if (!failWhenFull) {
            order.lock();
        }
        try {
            var cause = ended;
            if (cause != null) {
                throw cause;
            }
            var number = sequence + 1;
            pending = new Pending(
                    blob.map(apart -> draft.sealApart(apart, producer, number, due.millisSince1970(), signer))
                            .orElseGet(() -> draft.seal(producer, number, due.millisSince1970(), signer)),
                    blob.map(apart -> new Pending.Body(apart, draft.body())),
                    due,
                    unique,
                    failWhenFull,
                    new CompletableFuture<>());
            onSequence.accept(number);
            sequence = number;
            enqueue(pending);
        } finally {
            order.unlock();
        }
        wakeFromRest();
        return pending.stored();
    }

    private void wakeFromRest() {
        if (resting) {
            resting = false; // one call wakes it
            wake();
        }
    }

    /** Takes the lock, which others may hold for as long as there is no room: then it returns what to tell who does not wait. */
    private @Nullable CompletableFuture<PushReply> enterOrBeRefused() {
        try {
            do {
                var refusal = room.refusal();
                if (refusal != null) {
                    return refusal;
                }
            } while (!order.tryLock(Room.LEAST_PAUSE_MILLIS, TimeUnit.MILLISECONDS));
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisUnavailableException("interrupted while other tasks waited to be sent to Redis", e);
        }
    }

    /** Whether Redis answers that it has no room for what is to be sent. */
    public boolean isHeldUp() {
        return room.refusal() != null && System.nanoTime() - delivery.answeredAt() < SILENCE_LIMIT_NANOS;
    }

    private void enqueue(Pending pending) {
        try {
            var since = System.nanoTime();
            while (!waiting.offer(pending, 100, TimeUnit.MILLISECONDS)) {
                var cause = ended;
                if (cause != null) {
                    throw cause;
                }
                var now = System.nanoTime();
                if (now - since > SILENCE_LIMIT_NANOS && now - delivery.answeredAt() > SILENCE_LIMIT_NANOS) {
                    throw new RedisUnavailableException(
                            MOST_WAITING + " tasks wait to be sent to Redis, which does not answer",
                            new TimeoutException());
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
    protected void connected(RedisConnection redis) {
        unsure = lastStored > 0; // the server may have been restarted, or another have taken its place
        enlisted = false;
    }

    @Override
    protected void round(RedisConnection redis) throws InterruptedException {
        try {
            send(redis);
        } catch (RedisFullException e) {
            // refused whole: nothing was stored, and the same batch is sent again when workers have drained some
            refuse(CompletableFuture.failedFuture(e));
            if (batch.isEmpty()) {
                room.freed();
            }
            throw new RedisUnavailableException(String.valueOf(e.getMessage()), e);
        }
        if (batch.isEmpty() && drained.isEmpty()) {
            rest();
        }
    }

    /** Waits until there is something to do; not for ever, so that a silence is noticed. */
    private void rest() throws InterruptedException {
        resting = true;
        if (waiting.isEmpty() && !unsure) {
            LockSupport.parkNanos(this, REST_NANOS);
        }
        resting = false;
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private void send(RedisConnection redis) throws InterruptedException {
        if (unsure || (lastStored > 0 && System.nanoTime() - delivery.answeredAt() > MOST_SILENCE_NANOS)) {
            unsure = false;
            if (delivery.ask(redis, lastStored) instanceof PushReply.Gap gap) {
                resending.reportLostResults(gap.lastSequence());
                lastStored = resending.after(gap.lastSequence(), lastStored, redis);
            } else {
                resending.reportLostResults(lastStored);
            }
        }
        if (batch.isEmpty()) {
            gather();
        }
        if (batch.isEmpty()) {
            return;
        }
        if (!enlisted) {
            broker.enlist(redis);
            enlisted = true;
        }
        settle(redis, delivery.sendDurably(redis, lastStored, batch));
    }

    private void settle(RedisConnection redis, PushReply reply) throws InterruptedException {
        if (reply instanceof PushReply.Gap gap) {
            lastStored = resending.after(gap.lastSequence(), lastStored, redis);
            return;
        }
        if (reply instanceof PushReply.Full full) {
            var taken = batch.stream()
                    .takeWhile(pending -> pending.sequence() <= full.lastSequence())
                    .toList();
            taken.forEach(pending -> accept(pending, new PushReply.Stored()));
            batch.removeAll(taken);
            refuse(CompletableFuture.completedFuture(full));
            if (batch.isEmpty()) {
                room.freed(); // the next one asks
            } else {
                room.pause(full, !taken.isEmpty());
            }
            return;
        }
        batch.forEach(pending -> accept(pending, reply));
        batch.clear();
        room.freed();
    }

    /** Refuses those who do not wait, from now on at once. */
    private void refuse(CompletableFuture<PushReply> answer) {
        room.filled(answer); // before those are looked for who did not see it
        batch.removeIf(pending -> isRefused(pending, answer));
        drained.removeIf(pending -> isRefused(pending, answer));
        waiting.removeIf(pending -> isRefused(pending, answer));
    }

    private boolean isRefused(Pending pending, CompletableFuture<PushReply> answer) {
        if (pending.failWhenFull()) {
            accepted.forget(pending.sequence());
            pending.endWith(answer);
        }
        return pending.failWhenFull();
    }

    /** Why the task with that sequence does not count as accepted though Redis has it; empty if it has not, or it does. */
    public Optional<NotDurableYetException> doubtAbout(long sequence) {
        return delivery.doubtAbout(sequence);
    }

    private void accept(Pending pending, PushReply reply) {
        lastStored = pending.sequence();
        if (reply instanceof PushReply.Exists) {
            accepted.forget(lastStored);
        } else {
            accepted.add(pending);
        }
        pending.stored().complete(reply);
    }

    private void gather() {
        if (drained.isEmpty()) {
            waiting.drainTo(drained, BATCH_TASKS);
        }
        var bytes = 0;
        for (var pending = drained.peek(); pending != null; pending = drained.peek()) {
            bytes += pending.envelope().size();
            if (!batch.isEmpty() && (bytes > BATCH_BYTES || pending.isAlone())) {
                return;
            }
            batch.add(drained.remove());
            accepted.expect(pending);
            if (pending.isAlone()) {
                return;
            }
        }
    }

    /** Stops sending; what was not sent fails with {@link RedisUnavailableException}. */
    @Override
    public void close() {
        super.close();
        end(new RedisUnavailableException("closed before the task was sent", new IllegalStateException("closed")));
    }

    @Override
    protected boolean goesOnAfter(RuntimeException e) {
        if (e instanceof ForeignDataException) { // what comes later is tried: somebody may have mended it
            failAll(e);
            return super.goesOnAfter(e);
        }
        end(e);
        return false;
    }

    private void end(RuntimeException cause) {
        if (ended == null) {
            ended = cause;
        }
        failAll(cause);
    }

    private synchronized void failAll(RuntimeException cause) {
        batch.forEach(pending -> pending.stored()
                .completeExceptionally(doubtAbout(pending.sequence())
                        .<RuntimeException>map(doubted -> doubted)
                        .orElse(cause)));
        batch.clear();
        drained.forEach(pending -> pending.stored().completeExceptionally(cause));
        drained.clear();
        failWaiting(cause);
    }

    private void failWaiting(RuntimeException cause) {
        for (var pending = waiting.poll(); pending != null; pending = waiting.poll()) {
            pending.stored().completeExceptionally(cause);
        }
    }
}
