package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Numbers the changes that one thread at a time makes to shared queues, so that a change sent again is not made again.
 *
 * <p>Redis remembers the last number of each session until it has been silent for ten minutes. There are as many sessions as threads of this process
 * have ever made changes at once.
 */
final class Session {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final ConcurrentLinkedDeque<Session> IDLE = new ConcurrentLinkedDeque<>();

    private final byte[] id = bytes(HexFormat.of().toHexDigits(RANDOM.nextLong()));
    private long change;
    private int sent;

    Session() {}

    /** A session for the calling thread's own use until it is given back. */
    static Session borrow() {
        var idle = IDLE.poll();
        return idle != null ? idle : new Session();
    }

    void giveBack() {
        IDLE.push(this);
    }

    /** Begins another change. */
    void next() {
        change++;
        sent = 0;
    }

    /** To be called whenever the change is sent; true if that is not the first time. */
    boolean isSentAgain() {
        return sent++ > 0;
    }

    byte[] id() {
        return id;
    }

    byte[] change() {
        return bytes(change);
    }
}
