package dev.weirpool.worker;

import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.protocol.Blame;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Duty;
import dev.weirpool.queue.redis.Backoff;
import dev.weirpool.queue.redis.ForeignDataException;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back the tasks of dead workers: of our own as soon as they have exited, of anybody's when their lease has run out. Ten
 * times a second it ticks, which also promotes delayed tasks that are due; and it deletes queues that were left behind.
 */
final class Recoverer extends Duty {

    private static final Logger log = LoggerFactory.getLogger(Recoverer.class);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration BACKOFF = Duration.ofSeconds(1);
    private static final long SPOILT_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long SWEEP_NANOS = Duration.ofHours(1).toNanos();

    private final Broker broker;
    private final TaskCodec codec;
    private final Duration grace;
    private final Runnable cancelMarksSeen;
    private volatile Instant lastTick = Instant.EPOCH;
    private final BlockingDeque<Death> deaths = new LinkedBlockingDeque<>();

    // owned by the duty's thread
    private long sweepAt = System.nanoTime();

    private final Map<String, Long> spoilt = new HashMap<>(); // workers that cannot be recovered, until when

    /**
     * @param cancelMarksSeen called at each tick while any task of the queue is marked to be ended if it runs
     */
    Recoverer(Redis redis, Broker broker, TaskCodec codec, Duration lease, Runnable cancelMarksSeen) {
        super("weirpool-recoverer-" + broker.queue(), redis);
        this.broker = broker;
        this.codec = codec;
        this.grace = lease.plus(Backoff.LONGEST); // another thread may find so much later that Redis is back
        this.cancelMarksSeen = cancelMarksSeen;
    }

    /** When the last tick succeeded. */
    Instant lastTick() {
        return lastTick;
    }

    /** A worker of ours has exited: gives back what it held. */
    void recover(Death death) {
        deaths.add(death);
    }

    /** The workers of ours that are still to be recovered; complete once this duty is closed. */
    List<Death> unfinished() {
        return List.copyOf(deaths);
    }

    void recover(RedisConnection redis, Death death) {
        var inflight = broker.inflight(redis, death.worker());
        var blame = inflight.isEmpty() ? new Blame.Nobody() : death.blame(inflight, codec);
        var tasks = broker.recoverDead(redis, death.worker(), BACKOFF, blame);
        if (tasks > 0) {
            log.warn("recovered {} of the tasks of worker {}, which {}", tasks, death.worker(), death.how());
        }
    }

    @Override
    protected void round(RedisConnection redis) throws InterruptedException {
        var death = deaths.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
        while (death != null) {
            recoverOrRemember(redis, death);
            death = deaths.poll();
        }
        var tick = broker.tick(redis, GAP, grace);
        while (tick.hasMoreDue() && deaths.isEmpty() && !isStopping()) { // a herd of them came due
            tick = broker.tick(redis, GAP, grace);
        }
        lastTick = Instant.now();
        var now = System.nanoTime();
        spoilt.values().removeIf(until -> until - now < 0);
        for (var expired : tick.expired()) {
            if (!spoilt.containsKey(expired)) {
                recoverExpired(redis, expired);
            }
        }
        if (tick.hasCancelMarks()) {
            cancelMarksSeen.run();
        }
        if (System.nanoTime() - sweepAt >= 0) {
            sweepAt = System.nanoTime() + SWEEP_NANOS; // also if it fails
            dropAbandoned(redis);
        }
    }

    private void recoverExpired(RedisConnection redis, String worker) {
        try {
            var tasks = broker.recoverExpired(redis, worker, BACKOFF);
            if (tasks >= 0) {
                log.warn("the lease of worker {} ran out; gave back {} of its tasks", worker, tasks);
            }
        } catch (ForeignDataException e) {
            spoilt.put(worker, System.nanoTime() + SPOILT_NANOS); // the others are not to wait for it
            throw e;
        }
    }

    /** A program that was killed has left the queue of its own pool behind. */
    private void dropAbandoned(RedisConnection redis) {
        var dropped = Broker.dropAbandoned(redis);
        dropped.forEach(queue -> log.info("queue {} was abandoned by its pool and is deleted", queue));
        if (!dropped.isEmpty()) { // there may be more
            sweepAt = System.nanoTime();
        }
    }

    private void recoverOrRemember(RedisConnection redis, Death death) {
        try {
            recover(redis, death);
        } catch (ForeignDataException e) {
            throw e; // nothing else is to wait for it: its lease runs out
        } catch (RuntimeException e) {
            deaths.addFirst(death); // not known to be done: it is done again when Redis is back
            throw e;
        }
    }
}
