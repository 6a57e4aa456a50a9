package dev.weirpool.queue.protocol;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process as one that holds items of a shared queue: it has a lease, and renews it as long as it holds any.
 *
 * <p>There is one for each queue, whatever the number of {@link SharedQueueBroker}s and threads. It comes with the first
 * {@link #enter} and ends by itself when it has had nothing to do for the length of a lease.
 */
public final class Claimant extends Duty {

    private static final Logger log = LoggerFactory.getLogger(Claimant.class);

    /** The most items that one process holds of one queue, which bounds what is given back at once. */
    public static final int MOST_CLAIMS = 1000;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Map<Key, Claimant> ALL = new HashMap<>(); // guarded by itself

    private final Key key;
    private final SharedQueueBroker broker;

    /** A score of a sorted set carries no more than 53 bits. */
    private final long number = RANDOM.nextLong() >>> 12;

    // guarded by ALL
    private int entered;
    private long leftAt;

    private final BlockingQueue<Consumer<RedisConnection>> inbox = new LinkedBlockingQueue<>();

    // owned by the duty's thread
    private @Nullable Consumer<RedisConnection> current;
    private long renewedAt = System.nanoTime();

    private record Key(URI redis, String queue, Duration lease) {}

    private Claimant(Key key, SharedQueueBroker broker) {
        super("weirpool-claims-" + key.queue, broker.redis());
        this.key = key;
        this.broker = broker;
    }

    /**
     * The claimant of this process for the broker's queue, for one claim; {@link #leave} has to follow, or a {@link Hold} that is
     * settled or given back.
     *
     * @throws IllegalStateException if there are {@value #MOST_CLAIMS} already
     */
    public static Claimant enter(SharedQueueBroker broker, Duration lease) {
        var key = new Key(broker.redis().uri(), broker.name(), lease);
        synchronized (ALL) {
            var claimant = ALL.get(key);
            if (claimant == null) {
                claimant = new Claimant(key, broker);
                claimant.start();
                ALL.put(key, claimant);
            }
            if (claimant.entered == MOST_CLAIMS) {
                throw new IllegalStateException("this process has " + MOST_CLAIMS + " claims on queue " + broker.name()
                        + " already; call done() or close() on some of them first");
            }
            claimant.entered++;
            return claimant;
        }
    }

    /** The claim is over, or was none. */
    public void leave() {
        synchronized (ALL) {
            entered--;
            leftAt = System.nanoTime();
        }
    }

    /**
     * Claims the oldest item. If Redis does not answer, and has or may have given it out, it is given back when it does.
     *
     * @param isBounded whether the queue may have a bound
     * @param hasWaited whether the caller has waited for an item, and so wakes the next who does
     */
    public ClaimReply claim(boolean isBounded, boolean hasWaited) {
        var session = Session.borrow();
        session.next();
        try {
            var reply = broker.redis().call(connection -> claim(connection, session, isBounded, hasWaited));
            session.giveBack();
            return reply;
        } catch (RedisUnavailableException e) {
            inbox.add(connection -> {
                if (claim(connection, session, isBounded, hasWaited) instanceof ClaimReply.Claimed claimed) {
                    giveBackLater(claimed.claim());
                }
                session.giveBack();
            });
            throw e;
        }
    }

    private ClaimReply claim(RedisConnection connection, Session session, boolean isBounded, boolean hasWaited) {
        return broker.claim(connection, session, number, key.lease, isBounded, hasWaited);
    }

    /** What {@link #claim} has returned, to be settled or given back. */
    public Hold hold(ClaimReply.Claimed claimed) {
        return new Hold(claimed.claim());
    }

    /** One item that this process holds. */
    public final class Hold {

        private final byte[] claim;
        private @Nullable Session settling; // the change is the same each time it is tried
        private Optional<Boolean> settled = Optional.empty();

        private Hold(byte[] claim) {
            this.claim = claim;
        }

        /** Reports the item as done; false if it is no longer held. If this fails it may be called again. */
        public synchronized boolean settle() {
            if (settled.isPresent()) {
                return settled.get();
            }
            if (settling == null) {
                settling = Session.borrow();
                settling.next();
            }
            var session = settling;
            var isHeld = broker.redis().call(connection -> broker.settle(connection, session, number, claim));
            session.giveBack();
            end(isHeld);
            return isHeld;
        }

        /** Gives the item back, unless it is settled: now, or, if Redis does not answer, when it does. */
        public synchronized void giveBack() {
            if (settled.isPresent()) {
                return;
            }
            try {
                broker.redis().call(connection -> broker.giveBack(connection, number, claim));
            } catch (RedisUnavailableException e) {
                log.debug("{}; an item of queue {} is given back when it does", e.getMessage(), broker.name());
                giveBackLater(claim);
            }
            end(false);
        }

        private void end(boolean isSettled) {
            settled = Optional.of(isSettled);
            leave();
        }
    }

    private void giveBackLater(byte[] claim) {
        inbox.add(connection -> broker.giveBack(connection, number, claim));
    }

    @Override
    protected void round(RedisConnection redis) throws InterruptedException {
        var left = renewedAt + key.lease.toNanos() / 3 - System.nanoTime();
        if (left <= 0) {
            if (!endIfIdle()) {
                broker.renew(redis, number, key.lease);
                renewedAt = System.nanoTime();
            }
            return;
        }
        if (current == null) {
            current = inbox.poll(left, NANOSECONDS);
        }
        if (current != null) {
            current.accept(redis); // comes again if Redis is away
            current = null;
        }
    }

    private boolean endIfIdle() {
        synchronized (ALL) {
            if (entered > 0 || !inbox.isEmpty() || System.nanoTime() - leftAt < key.lease.toNanos()) {
                return false;
            }
            ALL.remove(key, this);
        }
        close();
        return true;
    }

    @Override
    protected boolean goesOnAfter(RuntimeException e) {
        synchronized (ALL) {
            ALL.remove(key, this);
        }
        super.goesOnAfter(e);
        return false;
    }
}
