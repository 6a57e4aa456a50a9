package dev.weirpool.queue.protocol;

import dev.weirpool.queue.redis.ForeignDataException;
import dev.weirpool.queue.redis.NotDurableYetException;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisFullException;
import dev.weirpool.queue.redis.RedisRefusedException;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Signer;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends tasks in the order in which they were submitted, each batch being what has gathered while the last one was on its way.
 *
 * <p>Submitting does not wait for Redis, except when {@value #MOST_WAITING} tasks wait to be sent; then as long as Redis answers. While Redis is away, or
 * has no room for them, the tasks wait here; they are lost if this process dies before they were sent.
 */
public final class Submitter extends Duty {

    private static final Logger log = LoggerFactory.getLogger(Submitter.class);

    static final int MOST_WAITING = 10_000;
    private static final long SILENCE_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int BATCH_TASKS = 500;
    private static final int BATCH_BYTES = 1 << 20;
    private static final long MOST_REMEMBERED_BYTES = 1 << 26;

    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /**
     * So often it asks whether anything was lost when there is nothing to send: another server may have taken over, and whoever does not
     * send would not notice. Besides, Redis forgets a producer that it has not heard of for a week.
     */
    private static final long MOST_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long LEAST_PAUSE_MILLIS = 5;
    private static final long MOST_PAUSE_MILLIS = 100;
    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Broker broker;
    private final BlobBroker blobs;
    private final Signer signer;
    private final long producer = RANDOM.nextLong();
    private final BlockingQueue<Pending> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final ReentrantLock order = new ReentrantLock();
    private final AtomicLong neverSent = new AtomicLong();

    private long sequence; // guarded by order
    private volatile @Nullable RuntimeException ended;

    // what Redis has accepted, or is about to, to be sent again should Redis lose it
    private final ConcurrentHashMap<Long, Pending> accepted = new ConcurrentHashMap<>();
    private final int mostAccepted;

    // owned by the duty's thread, and by whoever ends it
    private final Deque<Pending> remembered =
            new ArrayDeque<>(); // what is accepted, the oldest first, if there is a limit
    private long rememberedBytes;
    private final List<Pending> batch = new ArrayList<>();
    private @Nullable Pending next;
    private long lastStored;
    private boolean enlisted;

    private long pauseMillis = LEAST_PAUSE_MILLIS;
    private long heldUpSince;
    private boolean toldHeldUp;

    private volatile boolean resting;

    /** What those hear who do not wait, while there is no room for those who do. */
    private volatile @Nullable CompletableFuture<PushReply> noRoom;

    // set by any thread
    private volatile boolean unsure;
    private volatile @Nullable LongConsumer resultLost;
    private volatile BiConsumer<Long, PushReply.Exists> refused = (sequence, holder) -> {};

    private volatile long answeredAt = System.nanoTime();
    private volatile @Nullable Doubt doubt;

    /**
     * @param mostAccepted how many accepted tasks to remember, the latest, unless they are {@link #resolved} before; of less than all no
     *     more than 64 MiB
     */
    public Submitter(Redis redis, Broker broker, int mostAccepted) {
        super("weirpool-submitter-" + broker.queue(), redis);
        this.broker = broker;
        this.blobs = new BlobBroker(broker.queue());
        this.signer = redis.keyring().signer(Direction.TASK, broker.queue());
        this.mostAccepted = mostAccepted;
    }

    /** The task with that sequence has ended and need not be sent again, whatever Redis loses. */
    public void resolved(long sequence) {
        accepted.remove(sequence);
    }

    /**
     * The results that came lately are lost. Has it checked whether Redis has lost tasks as well, and those sent again; for every
     * other task that was accepted and has not ended, as far as is known, {@code resultLost} is called with its sequence.
     */
    public void verify(LongConsumer resultLost) {
        this.resultLost = resultLost;
        unsure = true;
        wakeFromRest();
    }

    /**
     * Has {@code refused} called with the sequence of a task that Redis had accepted and lost, and that cannot be sent again because
     * another holds its unique name by now.
     */
    public void onRefused(BiConsumer<Long, PushReply.Exists> refused) {
        this.refused = refused;
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
                    blob.map(apart -> new Body(apart, draft.body())),
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
        return pending.stored;
    }

    private void wakeFromRest() {
        if (resting) {
            wake();
        }
    }

    /** Takes the lock, which others may hold for as long as there is no room: then it returns what to tell who does not wait. */
    private @Nullable CompletableFuture<PushReply> enterOrBeRefused() {
        try {
            do {
                var refusal = noRoom;
                if (refusal != null) {
                    return refusal;
                }
            } while (!order.tryLock(LEAST_PAUSE_MILLIS, TimeUnit.MILLISECONDS));
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisUnavailableException("interrupted while other tasks waited to be sent to Redis", e);
        }
    }

    /** Whether Redis answers that it has no room for what is to be sent. */
    public boolean isHeldUp() {
        return noRoom != null && System.nanoTime() - answeredAt < SILENCE_LIMIT_NANOS;
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
                if (now - since > SILENCE_LIMIT_NANOS && now - answeredAt > SILENCE_LIMIT_NANOS) {
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
        send(redis);
        if (batch.isEmpty() && next == null) {
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
        if (unsure || (lastStored > 0 && System.nanoTime() - answeredAt > MOST_SILENCE_NANOS)) {
            unsure = false;
            if (push(redis, lastStored, List.of()) instanceof PushReply.Gap gap) {
                reportLostResults(gap.lastSequence());
                sendAgain(redis, gap.lastSequence());
            } else {
                reportLostResults(lastStored);
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
        settle(redis, sendDurably(() -> send(redis, lastStored, batch)));
    }

    private void settle(RedisConnection redis, PushReply reply) throws InterruptedException {
        if (reply instanceof PushReply.Gap gap) {
            sendAgain(redis, gap.lastSequence());
            return;
        }
        if (reply instanceof PushReply.Full full) {
            var taken = batch.stream()
                    .takeWhile(pending -> pending.envelope.sequence() <= full.lastSequence())
                    .toList();
            taken.forEach(pending -> accept(pending, new PushReply.Stored()));
            batch.removeAll(taken);
            refuse(CompletableFuture.completedFuture(full));
            if (batch.isEmpty()) {
                hasRoom(); // as far as is known: the next one asks
            } else {
                awaitRoom(full, !taken.isEmpty());
            }
            return;
        }
        batch.forEach(pending -> accept(pending, reply));
        batch.clear();
        hasRoom();
    }

    private void awaitRoom(PushReply.Full full, boolean somethingWasTaken) throws InterruptedException {
        if (!toldHeldUp && System.nanoTime() - heldUpSince > TELL_NANOS) {
            toldHeldUp = true;
            log.warn(
                    "queue {} has been at its limit of {} for 10 s; what is sent to it waits in this process",
                    broker.queue(),
                    full.limit());
        }
        pauseMillis = somethingWasTaken ? LEAST_PAUSE_MILLIS : Math.min(MOST_PAUSE_MILLIS, 2 * pauseMillis);
        TimeUnit.MILLISECONDS.sleep(pauseMillis);
    }

    private void hasRoom() {
        noRoom = null;
        pauseMillis = LEAST_PAUSE_MILLIS;
        toldHeldUp = false;
    }

    /** Refuses those who do not wait, from now on at once. */
    private void refuse(CompletableFuture<PushReply> answer) {
        if (noRoom == null) {
            heldUpSince = System.nanoTime();
        }
        noRoom = answer; // before those are looked for who did not see it
        batch.removeIf(pending -> isRefused(pending, answer));
        waiting.removeIf(pending -> isRefused(pending, answer));
        if (next != null && isRefused(next, answer)) {
            next = null;
        }
    }

    private boolean isRefused(Pending pending, CompletableFuture<PushReply> answer) {
        if (pending.failWhenFull) {
            accepted.remove(pending.envelope.sequence());
            answer.whenComplete((reply, failure) -> {
                if (failure == null) {
                    pending.stored.complete(reply);
                } else {
                    pending.stored.completeExceptionally(failure);
                }
            });
        }
        return pending.failWhenFull;
    }

    /** As long as what Redis has accepted is not durable, it is sent again: that does nothing but wait for it once more. */
    private PushReply sendDurably(Supplier<PushReply> sending) {
        try {
            var reply = sending.get();
            doubt = null;
            return reply;
        } catch (NotDurableYetException e) {
            answeredAt = System.nanoTime();
            doubt = new Doubt(batch.get(batch.size() - 1).envelope.sequence(), e);
            throw e;
        }
    }

    /** What Redis has accepted up to {@code last}, and {@code why} it does not count as accepted yet. */
    private record Doubt(long last, NotDurableYetException why) {}

    /** Why the task with that sequence does not count as accepted though Redis has it; empty if it has not, or it does. */
    public Optional<NotDurableYetException> doubtAbout(long sequence) {
        var now = doubt;
        return now == null || sequence > now.last ? Optional.empty() : Optional.of(now.why);
    }

    private void reportLostResults(long last) {
        var report = resultLost;
        if (report != null) {
            resultLost = null;
            acceptedIn(0, last).forEach(pending -> report.accept(pending.envelope.sequence()));
        }
    }

    /** What was accepted behind {@code from}, up to {@code last}, in order. */
    private List<Pending> acceptedIn(long from, long last) {
        return accepted.values().stream()
                .filter(pending -> pending.envelope.sequence() > from && pending.envelope.sequence() <= last)
                .sorted(Comparator.comparingLong(pending -> pending.envelope.sequence()))
                .toList();
    }

    private PushReply send(RedisConnection redis, long previous, List<Pending> tasks) {
        var first = tasks.get(0); // alone in its batch, if it is one of these
        if (first.body.isPresent()) {
            return offer(() -> sendApart(redis, previous, first, first.body.get()));
        }
        if (first.unique.isPresent()) {
            return offer(() -> broker.pushUnique(redis, previous, first.envelope, first.due, first.unique.get()));
        }
        return push(redis, previous, tasks);
    }

    private PushReply sendApart(RedisConnection redis, long previous, Pending task, Body body) {
        var reached = broker.reachedLimit(redis); // a body must not be there for as long as its task has to wait here
        if (reached.isPresent()) {
            return new PushReply.Full(previous, reached.get());
        }
        blobs.put(redis, body.blob, body.bytes, BlobBroker.UNSENT_LIFE, false);
        var reply = broker.pushApart(redis, previous, task.envelope, task.due, task.unique);
        if (reply instanceof PushReply.Exists) {
            blobs.drop(redis, body.blob);
        }
        if (reply instanceof PushReply.BodyMissing) {
            throw new RedisUnavailableException(
                    "Redis has lost the body of a task while it was sent", new IllegalStateException("no body"));
        }
        return reply;
    }

    private void accept(Pending pending, PushReply reply) {
        var sequence = pending.envelope.sequence();
        lastStored = sequence;
        if (reply instanceof PushReply.Exists) {
            accepted.remove(sequence);
        } else if (mostAccepted < Integer.MAX_VALUE) {
            remembered.add(pending);
            rememberedBytes += pending.bytes();
            while (remembered.size() > mostAccepted || rememberedBytes > MOST_REMEMBERED_BYTES) {
                var forgotten = remembered.remove();
                rememberedBytes -= forgotten.bytes();
                accepted.remove(forgotten.envelope.sequence());
            }
        }
        pending.stored.complete(reply);
    }

    private PushReply push(RedisConnection redis, long previous, List<Pending> tasks) {
        return offer(() -> broker.push(redis, producer, previous, envelopes(tasks), dues(tasks)));
    }

    private static List<Envelope> envelopes(List<Pending> tasks) {
        return tasks.stream().map(Pending::envelope).toList();
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
            // refused whole: nothing was stored, and the same batch is sent again when workers have drained some
            refuse(CompletableFuture.failedFuture(e));
            if (batch.isEmpty()) {
                hasRoom();
            }
            throw new RedisUnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    private void sendAgain(RedisConnection redis, long from) throws InterruptedException {
        var lost = acceptedIn(from, Math.max(from, lastStored));
        log.warn(
                "Redis has lost tasks of queue {} that it had accepted; sending the {} again that have not ended",
                broker.queue(),
                lost.size());
        var previous = from;
        for (var i = 0; i < lost.size(); ) {
            var part = lost.subList(i, endOfBatch(lost, i));
            var reply = send(redis, previous, part);
            if (reply instanceof PushReply.Gap gap) {
                sendAgain(redis, gap.lastSequence()); // lost again meanwhile
                return;
            }
            if (reply instanceof PushReply.Exists exists) {
                refuse(part.get(0), exists);
            }
            if (reply instanceof PushReply.Full full) {
                part = part.stream()
                        .takeWhile(pending -> pending.envelope.sequence() <= full.lastSequence())
                        .toList();
                refuse(CompletableFuture.completedFuture(full));
                awaitRoom(full, !part.isEmpty());
            }
            i += part.size();
            previous = i == 0 ? from : lost.get(i - 1).envelope.sequence();
        }
        lastStored = previous;
        hasRoom();
    }

    private static int endOfBatch(List<Pending> tasks, int from) {
        var bytes = 0;
        for (var i = from; i < tasks.size(); i++) {
            bytes += tasks.get(i).envelope.size();
            if (i > from
                    && (bytes > BATCH_BYTES
                            || i - from == BATCH_TASKS
                            || tasks.get(i).isAlone())) {
                return i;
            }
            if (tasks.get(i).isAlone()) {
                return i + 1;
            }
        }
        return tasks.size();
    }

    private void refuse(Pending pending, PushReply.Exists exists) {
        var sequence = pending.envelope.sequence();
        if (!Arrays.equals(exists.holder(), pending.envelope.id())) { // else it is still there itself
            accepted.remove(sequence);
            log.warn("a task that Redis has lost is not sent again: another holds its unique name by now");
            refused.accept(sequence, exists);
        }
    }

    private void gather() {
        var first = next != null ? next : waiting.poll();
        next = null;
        var bytes = 0;
        for (var pending = first; pending != null; pending = waiting.poll()) {
            bytes += pending.envelope.size();
            if (!batch.isEmpty() && (bytes > BATCH_BYTES || pending.isAlone())) {
                next = pending;
                return;
            }
            batch.add(pending);
            accepted.put(
                    pending.envelope.sequence(), pending); // now: it may have ended before we know that it was accepted
            if (batch.size() == BATCH_TASKS || pending.isAlone()) {
                return;
            }
        }
    }

    private static List<Due> dues(List<Pending> tasks) {
        return tasks.stream().allMatch(pending -> pending.due.equals(Due.NOW))
                ? List.of()
                : tasks.stream().map(Pending::due).toList();
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
        batch.forEach(pending -> pending.stored.completeExceptionally(doubtAbout(pending.envelope.sequence())
                .<RuntimeException>map(doubted -> doubted)
                .orElse(cause)));
        batch.clear();
        if (next != null) {
            next.stored.completeExceptionally(cause);
            next = null;
        }
        failWaiting(cause);
    }

    private void failWaiting(RuntimeException cause) {
        for (var pending = waiting.poll(); pending != null; pending = waiting.poll()) {
            pending.stored.completeExceptionally(cause);
        }
    }

    private record Pending(
            Envelope envelope,
            Optional<Body> body,
            Due due,
            Optional<UniqueName> unique,
            boolean failWhenFull,
            CompletableFuture<PushReply> stored) {

        /** Whether it is sent with no other. */
        boolean isAlone() {
            return unique.isPresent() || body.isPresent();
        }

        long bytes() {
            return (long) envelope.size()
                    + body.map(apart -> apart.bytes.length).orElse(0);
        }
    }

    /** A body that is sent ahead of its envelope. */
    private record Body(Blob blob, byte[] bytes) {}
}
