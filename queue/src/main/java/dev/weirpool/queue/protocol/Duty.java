package dev.weirpool.queue.protocol;

import dev.weirpool.queue.redis.Backoff;
import dev.weirpool.queue.redis.ForeignDataException;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A background thread that does one thing over and over on a Redis connection of its own, and outlives any outage.
 *
 * <p>Started once; {@link #close} may be called often, from any thread, and returns when the thread has stopped.
 */
public abstract class Duty implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Duty.class);

    private final Redis redis;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile @Nullable RedisConnection connection;
    private boolean outage; // owned by the thread
    private String told = ""; // owned by the thread

    protected Duty(String name, Redis redis) {
        this.redis = redis;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** One round; it is done again at once, or after a pause if Redis was away, until the duty is closed. */
    protected abstract void round(RedisConnection redis) throws InterruptedException;

    /** Called on the duty's thread each time a connection has been made, before the first round on it. */
    protected void connected(RedisConnection redis) {}

    /**
     * Called on the duty's thread when a round failed for a reason other than an outage. Returns whether the duty goes on, after a
     * pause: it does unless somebody waits for what it will never do.
     */
    protected boolean goesOnAfter(RuntimeException e) {
        var message = String.valueOf(e.getMessage());
        if (e instanceof ForeignDataException) {
            if (!message.equals(told)) { // it stays so until somebody does something
                log.error("{}; {} tries again", message, thread.getName());
            }
            told = message;
        } else {
            log.error("{} failed: {}; trying again", thread.getName(), message, e);
        }
        return true;
    }

    /** Ends a park of the duty's thread, or the next one. Called by any thread. */
    protected void wake() {
        LockSupport.unpark(thread);
    }

    protected boolean isStopping() {
        return stopping;
    }

    /** Ends the duty and waits for its thread, unless called on it. */
    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
        var current = connection;
        if (current != null) {
            current.abort(); // wakes it if it waits inside Redis
        }
        if (thread == Thread.currentThread()) {
            return;
        }
        var interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        var backoff = new Backoff();
        while (!stopping) {
            try {
                rounds(backoff);
            } catch (RedisUnavailableException e) {
                if (!stopping && !outage) {
                    outage = true;
                    log.warn("{}; {} goes on when it is back", e.getMessage(), thread.getName());
                }
                backoff.sleep(); // interrupted: stopping, as a rule
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (stopping || !goesOnAfter(e)) {
                    return;
                }
                backoff.sleep();
            }
        }
    }

    private void rounds(Backoff backoff) throws InterruptedException {
        try (var current = redis.connect()) {
            connection = current;
            connected(current);
            while (!stopping) {
                round(current);
                backoff.reset();
                told = "";
                if (outage) {
                    outage = false;
                    log.info("Redis is back; {} goes on", thread.getName());
                }
            }
        } finally {
            connection = null;
        }
    }
}
