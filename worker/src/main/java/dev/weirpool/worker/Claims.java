package dev.weirpool.worker;

import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Effect;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.Settlement;
import dev.weirpool.queue.protocol.StepReply;
import dev.weirpool.queue.protocol.StepRequest;
import dev.weirpool.queue.redis.Backoff;
import dev.weirpool.queue.redis.ForeignDataException;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a worker holds: the task that runs, those claimed ahead of it, and those that have ended but are not settled yet; and its
 * connection to Redis.
 *
 * <p>Quick tasks are claimed and settled many at a time. One that takes long holds up neither: after ten milliseconds a thread beside
 * it settles what has ended and gives back what is ahead. Each exchange with Redis is sent again until it is answered: what it says
 * about a task counts once, however often it arrives.
 */
final class Claims {

    private static final long HOLD_MILLIS = 10;
    private static final int MOST_UNSETTLED_BYTES = 1 << 20;

    private final Broker broker;
    private final Redis redis;
    private final String worker;
    private final Pace pace;

    // guarded by this
    private final Deque<StepReply.Task> ahead = new ArrayDeque<>();
    private final List<Settlement> settlements = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private @Nullable Envelope running;
    private int unsettledBytes;
    private boolean settleNow;
    private long heldSince; // the oldest that is ahead or not settled
    private @Nullable Thread guard;
    private boolean guardWaits;

    // one thread at a time: under the lock, or that which waits for the bell when nothing is held
    private @Nullable RedisConnection connection;
    private String said = "";
    private volatile @Nullable RedisConnection idleConnection; // set while it waits for the bell

    Claims(Broker broker, Redis redis, String worker, Pace pace) {
        this.pace = pace;
        this.broker = broker;
        this.redis = redis;
        this.worker = worker;
    }

    synchronized void register(Duration lease) {
        exchange(current -> broker.register(current, worker, lease));
    }

    /** Whether a step has to come before the next task: there is none, or what has ended must be settled first. */
    synchronized boolean needStep() {
        var next = ahead.peek();
        return next == null
                || (!settlements.isEmpty()
                        && (settleNow || unsettledBytes > MOST_UNSETTLED_BYTES || isAlone(next.envelope())));
    }

    synchronized boolean isEmpty() {
        return ahead.isEmpty();
    }

    /** Whether nothing is held, and nothing has to be settled. */
    synchronized boolean isClear() {
        return ahead.isEmpty() && settlements.isEmpty() && effects.isEmpty();
    }

    /**
     * Settles what has ended; if nothing is held then, claims.
     *
     * @param want how many
     */
    synchronized StepReply step(int want) {
        var request = new StepRequest(
                ahead.isEmpty() ? want : 0, ahead.size(), false, List.copyOf(settlements), List.copyOf(effects));
        var reply = exchange(current -> broker.step(current, worker, request));
        forgetSettled();
        adopt(reply);
        return reply;
    }

    private synchronized void adopt(StepReply reply) {
        if (reply instanceof StepReply.Resync resync) { // a reply was lost: what Redis says is what is held
            ahead.clear();
            resync.held().stream()
                    .filter(task ->
                            running == null || !Arrays.equals(task.envelope().fence(), running.fence()))
                    .forEach(ahead::add);
        } else if (reply instanceof StepReply.Claimed claimed) {
            ahead.addAll(claimed.tasks());
        } else if (reply instanceof StepReply.Fenced) {
            ahead.clear();
        }
        heldSince = System.nanoTime();
    }

    private void forgetSettled() {
        settlements.clear();
        effects.clear();
        unsettledBytes = 0;
        settleNow = false;
    }

    /** The next task, which runs from now on; null if it has been given back. */
    synchronized StepReply.@Nullable Task start() {
        var next = ahead.poll();
        if (next != null) {
            running = next.envelope();
            if (isHolding()) {
                watch();
            }
        }
        return next;
    }

    /** The task that ran has ended. */
    synchronized void ended(Settled settled) {
        if (running != null && isAlone(running)) {
            settleNow = true;
        }
        running = null;
        if (settlements.isEmpty() && ahead.isEmpty()) {
            heldSince = System.nanoTime();
        }
        settlements.addAll(settled.settlements());
        effects.addAll(settled.effects());
        unsettledBytes += settled.bytes();
    }

    /** One that has failed before, or may not be run twice, shares its fate with no other: all else is settled when it begins. */
    private static boolean isAlone(Envelope task) {
        return !task.isReadable() || task.attempt() > 1 || task.maxAttempts() == 1;
    }

    private boolean isHolding() {
        return running != null && (!ahead.isEmpty() || !settlements.isEmpty());
    }

    private void watch() {
        if (guard == null) {
            guard = new Thread(this::guard, "weirpool-claims");
            guard.setDaemon(true);
            guard.start();
        } else if (guardWaits) {
            guardWaits = false;
            notifyAll();
        }
    }

    /** Lets no task hold up others: those that have ended before it are settled, those that it was claimed with given back. */
    private void guard() {
        try {
            while (true) {
                awaitHolding();
                TimeUnit.MILLISECONDS.sleep(HOLD_MILLIS);
                letGo();
            }
        } catch (InterruptedException e) {
            // nobody interrupts it: the process ends
        }
    }

    private synchronized void awaitHolding() throws InterruptedException {
        while (!isHolding()) {
            guardWaits = true;
            wait();
        }
        guardWaits = false;
    }

    private synchronized void letGo() {
        if (!isHolding() || System.nanoTime() - heldSince < TimeUnit.MILLISECONDS.toNanos(HOLD_MILLIS)) {
            return;
        }
        if (!settlements.isEmpty()) {
            step(0);
        }
        var first = running;
        if (first != null && !ahead.isEmpty()) {
            exchange(current -> broker.giveBackAhead(current, worker, first));
            pace.gaveBack();
            ahead.clear();
        }
    }

    /** Gives back what was not started, and ends the registration. */
    synchronized void release() {
        exchange(current -> broker.release(current, worker, 0, true));
        ahead.clear();
    }

    /**
     * Waits for the bell up to {@code limit}, while nothing is held, and claims the moment it rings; empty if that was cut short: by {@link #wake},
     * because {@code isStopping}, or because Redis is away.
     */
    Optional<StepReply> stepAtBell(int want, Duration limit, BooleanSupplier isStopping) {
        try {
            var current = connect();
            idleConnection = current;
            if (isStopping.getAsBoolean()) {
                return Optional.empty();
            }
            var request = new StepRequest(want, 0, true, List.of(), List.of());
            var reply = broker.stepAtBell(current, worker, request, limit);
            adopt(reply);
            return Optional.of(reply);
        } catch (RedisUnavailableException e) {
            connection = null; // what it may have claimed is told by the next step
            return Optional.empty();
        } catch (ForeignDataException e) {
            connection = null;
            say(e);
            new Backoff().sleep(); // the next step does not wait
            return Optional.empty();
        } finally {
            idleConnection = null;
        }
    }

    /** Ends the wait for the bell. Called by any thread. */
    void wake() {
        var idle = idleConnection;
        if (idle != null) {
            idle.abort();
        }
    }

    /** Does one exchange with Redis, however often it takes. */
    private <T> T exchange(Function<RedisConnection, T> work) {
        var backoff = new Backoff();
        while (true) {
            try {
                var reply = work.apply(connect());
                said = "";
                return reply;
            } catch (RedisUnavailableException e) {
                connection = null;
                backoff.sleep();
            } catch (ForeignDataException e) { // another process would fare no better
                connection = null;
                say(e);
                backoff.sleep();
            }
        }
    }

    private void say(ForeignDataException e) {
        var message = String.valueOf(e.getMessage());
        if (!message.equals(said)) {
            System.err.println("weirpool: " + message + "; this worker tries again");
        }
        said = message;
    }

    private RedisConnection connect() {
        var current = connection;
        if (current == null) {
            current = redis.connect();
            connection = current;
        }
        return current;
    }
}
