package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.protocol.Replies.list;
import static dev.weirpool.queue.protocol.Replies.number;
import static dev.weirpool.queue.protocol.Replies.part;
import static dev.weirpool.queue.protocol.Replies.raw;
import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static dev.weirpool.queue.redis.RedisConnection.seconds;

import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.redis.Script;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Signer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The steps of the protocol on one shared queue; may be used by all threads of the process.
 *
 * <p>Each is one atomic change in Redis, sent again while Redis is away for as long as its patience lasts, and made once all
 * the same, except {@link #take}.
 */
public final class SharedQueueBroker {

    /** The most items that one call puts or takes. */
    public static final int MOST_ITEMS = 1000;

    private static final Script OPEN = Script.load(SharedQueueBroker.class, "shared-open");
    private static final Script PUT = Script.load(SharedQueueBroker.class, "shared-put");
    private static final Script TAKE = Script.load(SharedQueueBroker.class, "shared-take");
    private static final Script CLAIM = Script.load(SharedQueueBroker.class, "shared-claim");
    private static final Script SETTLE = Script.load(SharedQueueBroker.class, "shared-settle");
    private static final Script RETURN = Script.load(SharedQueueBroker.class, "shared-return");
    private static final Script RENEW = Script.load(SharedQueueBroker.class, "shared-renew");
    private static final Script RECOVER = Script.load(SharedQueueBroker.class, "shared-recover");
    private static final Script DONE = Script.load(SharedQueueBroker.class, "shared-done");
    private static final Script JOIN = Script.load(SharedQueueBroker.class, "shared-join");
    private static final Script REMOVE = Script.load(SharedQueueBroker.class, "shared-remove");
    private static final Script CLEAR = Script.load(SharedQueueBroker.class, "shared-clear");
    private static final Script SHUTDOWN = Script.load(SharedQueueBroker.class, "shared-shutdown");
    private static final Script DELETE = Script.load(SharedQueueBroker.class, "shared-delete");

    private static final byte[] NO_CONTEXT = {};
    private static final byte[] STATE = bytes("state");
    private static final byte[] ONE = bytes(1);
    private static final byte[] ZERO = bytes(0);

    private final Redis redis;
    private final String name;
    private final Keys.Shared keys;
    private final Signer signer;

    /**
     * @throws IllegalArgumentException if {@code name} is not a queue name
     */
    public SharedQueueBroker(Redis redis, String name) {
        this.redis = redis;
        this.name = name;
        this.keys = new Keys(name).shared();
        this.signer = redis.keyring().signer(Direction.ITEM, name);
    }

    /** An item as it is put: signed. */
    public byte[] seal(byte[] item) {
        return signer.seal(NO_CONTEXT, item);
    }

    /**
     * The item that was {@link #seal}ed.
     *
     * @throws dev.weirpool.queue.signing.WrongSignatureException if it was not signed by one of our keys
     */
    public byte[] open(byte[] sealed) {
        return signer.open(NO_CONTEXT, sealed);
    }

    /**
     * Checks that items can be verified, before any is taken.
     *
     * @throws dev.weirpool.queue.signing.MissingSecretException if they cannot
     */
    public void requireSecret() {
        redis.keyring().require();
    }

    public Redis redis() {
        return redis;
    }

    public String name() {
        return name;
    }

    /** Makes the queue known with this bound, 0 for none, unless it is known already; returns its state. */
    public SharedQueueState open(int maxSize) {
        return redis.call(connection ->
                SharedQueueState.read(raw(connection.run(OPEN, 1, List.of(keys.state, bytes(maxSize))))));
    }

    public SharedQueueState state() {
        return redis.call(connection -> connection.call("HGET", keys.state, STATE) instanceof byte[] state
                ? SharedQueueState.read(state)
                : SharedQueueState.NONE);
    }

    /**
     * Puts items, at most {@link #MOST_ITEMS}, as far as there is room.
     *
     * @param known what the caller takes the state to be; nothing is put unless it is that, and open
     * @param hasWaited whether the caller has waited for room, and so wakes the next who does
     */
    public PutReply put(List<byte[]> items, SharedQueueState known, boolean hasWaited) {
        return change((connection, session) -> put(connection, session, items, known, hasWaited));
    }

    PutReply put(
            RedisConnection connection,
            Session session,
            List<byte[]> items,
            SharedQueueState known,
            boolean hasWaited) {
        var arguments = new ArrayList<byte[]>(10 + items.size());
        arguments.add(keys.items);
        arguments.add(keys.state);
        arguments.add(keys.sessions);
        arguments.add(keys.bell);
        arguments.add(keys.room);
        arguments.add(known.wireForm());
        arguments.add(session.id());
        arguments.add(session.change());
        arguments.add(flag(session.isSentAgain()));
        arguments.add(flag(hasWaited));
        arguments.addAll(items);
        var reply = connection.runDurably(keys.mark, PUT, 5, arguments);
        return reply instanceof byte[] state
                ? new PutReply.Refused(SharedQueueState.read(state))
                : new PutReply.Accepted((int) Math.min(items.size(), number(reply)));
    }

    /**
     * Takes up to {@code most} items of a queue that is known to have no bound, for who has not waited: then the script would do nothing
     * but this. If the connection breaks before the reply is here, what was taken is lost, and others are taken.
     */
    public List<byte[]> pop(int most) {
        var reply = redis.call(connection -> Optional.ofNullable(connection.call("LPOP", keys.items, bytes(most))));
        return reply.map(items -> byteArrays((List<?>) items)).orElse(List.of());
    }

    /**
     * Takes up to {@code most} items, at most {@link #MOST_ITEMS}. If the connection breaks before the reply is here, what was
     * taken is lost, and others are taken.
     *
     * @param isBounded whether the queue may have a bound
     * @param hasWaited whether the caller has waited for an item, and so wakes the next who does
     */
    public TakeReply take(int most, boolean isBounded, boolean hasWaited) {
        var arguments = takeArguments(most, isBounded, hasWaited);
        return redis.call(connection -> takeReply(connection.run(TAKE, 4, arguments)));
    }

    /**
     * Waits up to {@code limit} for the bell that tells of an item, and takes as {@link #take} does, in one exchange. If the thread is
     * interrupted this goes on to the end, and the thread is still interrupted; unless Redis does not answer in time.
     *
     * @throws InterruptedException if interrupted while Redis does not answer
     */
    public TakeReply takeAtBell(int most, boolean isBounded, Duration limit) throws InterruptedException {
        var arguments = takeArguments(most, isBounded, true);
        return interruptibly(connection -> takeReply(connection.runAtBell(keys.bell, limit, TAKE, 4, arguments)));
    }

    private List<byte[]> takeArguments(int most, boolean isBounded, boolean hasWaited) {
        return List.of(keys.items, keys.state, keys.bell, keys.room, bytes(most), flag(isBounded), flag(hasWaited));
    }

    static TakeReply takeReply(@Nullable Object reply) {
        return reply instanceof List<?> items
                ? new TakeReply.Items(byteArrays(items))
                : new TakeReply.Empty(SharedQueueState.read(raw(reply)));
    }

    /**
     * Lets {@code claimant} hold the oldest item, and gives it a lease.
     *
     * @param isBounded whether the queue may have a bound
     * @param hasWaited whether the caller has waited for an item, and so wakes the next who does
     */
    ClaimReply claim(
            RedisConnection connection,
            Session session,
            long claimant,
            Duration lease,
            boolean isBounded,
            boolean hasWaited) {
        var reply = connection.run(
                CLAIM,
                8,
                List.of(
                        keys.items,
                        keys.state,
                        keys.bell,
                        keys.room,
                        keys.claims,
                        keys.claimed,
                        keys.leases,
                        keys.session(session),
                        session.id(),
                        session.change(),
                        flag(session.isSentAgain()),
                        bytes(claimant),
                        bytes(lease.toMillis()),
                        flag(isBounded),
                        flag(hasWaited)));
        if (reply instanceof List<?> parts) {
            return new ClaimReply.Claimed(raw(part(parts, 0)), raw(part(parts, 1)));
        }
        return reply instanceof byte[] state
                ? new ClaimReply.Empty(SharedQueueState.read(state))
                : new ClaimReply.HeldByOthers(number(reply));
    }

    /** Reports an item that {@code claimant} holds as done; false if it holds it no longer. */
    boolean settle(RedisConnection connection, Session session, long claimant, byte[] claim) {
        return number(connection.run(
                        SETTLE,
                        7,
                        List.of(
                                keys.state,
                                keys.joined,
                                keys.claims,
                                keys.claimed,
                                keys.leases,
                                keys.watch,
                                keys.session(session),
                                session.change(),
                                bytes(claimant),
                                claim)))
                == 1;
    }

    /** Puts an item that {@code claimant} holds at the front of the queue; false if it holds it no longer. */
    boolean giveBack(RedisConnection connection, long claimant, byte[] claim) {
        return number(connection.run(
                        RETURN,
                        6,
                        List.of(
                                keys.items,
                                keys.bell,
                                keys.claims,
                                keys.claimed,
                                keys.leases,
                                keys.watch,
                                bytes(claimant),
                                claim)))
                == 1;
    }

    /** Prolongs the lease of {@code claimant}; false if it holds nothing. */
    boolean renew(RedisConnection connection, long claimant, Duration lease) {
        return number(connection.run(
                        RENEW, 2, List.of(keys.leases, keys.watch, bytes(claimant), bytes(lease.toMillis()))))
                == 1;
    }

    /** Puts what claimants hold whose lease has run out at the front of the queue, and returns how many items that are. */
    public long recover(Duration lease) {
        return redis.call(connection -> number(connection.run(
                RECOVER,
                6,
                List.of(
                        keys.items,
                        keys.bell,
                        keys.claims,
                        keys.claimed,
                        keys.leases,
                        keys.watch,
                        bytes(lease.toMillis() / 2),
                        bytes(lease.toMillis()),
                        bytes(Claimant.MOST_CLAIMS)))));
    }

    /** Waits up to {@code limit} for the bell that tells of an item. It is a hint: there may be one, or none. */
    public void awaitItem(Duration limit) throws InterruptedException {
        await(keys.bell, limit);
    }

    /** Waits up to {@code limit} for the bell that tells of room. */
    public void awaitRoom(Duration limit) throws InterruptedException {
        await(keys.room, limit);
    }

    /** Waits up to {@code limit} for the bell that tells that all is done. */
    public void awaitAllDone(Duration limit) throws InterruptedException {
        await(keys.joined, limit);
    }

    private void await(byte[] bell, Duration limit) throws InterruptedException {
        interruptibly(connection -> connection.callBlocking(limit, "BLPOP", bell, seconds(limit)) != null);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private <T> T interruptibly(Function<RedisConnection, T> work) throws InterruptedException {
        try {
            return redis.call(work);
        } catch (RedisUnavailableException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException().initCause(e);
            }
            throw e;
        }
    }

    /** Reports one item as dealt with; false if all are already. */
    public boolean done() {
        return change((connection, session) -> number(connection.run(
                        DONE, 3, List.of(keys.state, keys.joined, keys.session(session), session.change()))))
                == 1;
    }

    /** How many items were put but not reported as dealt with. If there are none, others who wait for that are woken. */
    public long unfinished() {
        return redis.call(connection -> number(connection.run(JOIN, 2, List.of(keys.state, keys.joined))));
    }

    /** Drops the oldest waiting item that has these bytes; false if there is none. */
    public boolean remove(byte[] item) {
        return change((connection, session) -> number(connection.run(
                        REMOVE,
                        5,
                        List.of(
                                keys.items,
                                keys.state,
                                keys.room,
                                keys.joined,
                                keys.session(session),
                                session.change(),
                                item))))
                == 1;
    }

    /** Drops all waiting items. */
    public void clear() {
        change((connection, session) -> number(connection.run(
                CLEAR,
                5,
                List.of(keys.items, keys.state, keys.room, keys.joined, keys.session(session), session.change()))));
    }

    /** Lets nobody put items any more. */
    public void shutdown(int maxSize, boolean dropItems) {
        change((connection, session) -> number(connection.run(
                SHUTDOWN,
                6,
                List.of(
                        keys.items,
                        keys.state,
                        keys.bell,
                        keys.room,
                        keys.joined,
                        keys.session(session),
                        session.change(),
                        bytes(maxSize),
                        flag(dropItems)))));
    }

    /** Forgets the queue and all that waits on it. */
    public void delete() {
        change((connection, session) -> number(connection.run(
                DELETE,
                11,
                List.of(
                        keys.session(session),
                        keys.items,
                        keys.state,
                        keys.sessions,
                        keys.bell,
                        keys.room,
                        keys.joined,
                        keys.claims,
                        keys.claimed,
                        keys.leases,
                        keys.watch,
                        session.change()))));
    }

    public long size() {
        return redis.call(connection -> number(connection.call("LLEN", keys.items)));
    }

    /** Up to {@code count} waiting items from {@code index}, the oldest having index 0. They stay. */
    public List<byte[]> peek(long index, int count) {
        return redis.call(connection ->
                byteArrays(list(connection.call("LRANGE", keys.items, bytes(index), bytes(index + count - 1)))));
    }

    private <T> T change(BiFunction<RedisConnection, Session, T> work) {
        var session = Session.borrow();
        session.next();
        try {
            return redis.call(connection -> work.apply(connection, session));
        } finally {
            session.giveBack();
        }
    }

    private static byte[] flag(boolean value) {
        return value ? ONE : ZERO;
    }

    private static List<byte[]> byteArrays(List<?> reply) {
        var arrays = new ArrayList<byte[]>(reply.size());
        for (var each : reply) {
            arrays.add(raw(each));
        }
        return arrays;
    }
}
