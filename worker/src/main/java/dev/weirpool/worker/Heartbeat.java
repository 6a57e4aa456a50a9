package dev.weirpool.worker;

import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Duty;
import dev.weirpool.queue.protocol.HeartbeatReply;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Renews the leases of a launcher's workers, three times in the length of a lease, and at once when asked to. */
final class Heartbeat extends Duty {

    private final Broker broker;
    private final Duration lease;
    private final Supplier<List<String>> workers;
    private final Consumer<HeartbeatReply> found;
    private final Semaphore due = new Semaphore(0);

    /**
     * @param workers those that are registered; called on this duty's thread
     * @param found told what each heartbeat found, on this duty's thread
     */
    Heartbeat(
            Redis redis,
            Broker broker,
            Duration lease,
            Supplier<List<String>> workers,
            Consumer<HeartbeatReply> found) {
        super("weirpool-heartbeat-" + broker.queue(), redis);
        this.broker = broker;
        this.lease = lease;
        this.workers = workers;
        this.found = found;
    }

    /** Makes the next heartbeat come now. */
    void hurry() {
        due.release();
    }

    /** The last connection was lost, and maybe the heartbeat that was on it: leases must not wait for the next one. */
    @Override
    protected void connected(RedisConnection redis) {
        hurry();
    }

    @Override
    protected void round(RedisConnection redis) throws InterruptedException {
        due.tryAcquire(lease.toMillis() / 3, TimeUnit.MILLISECONDS);
        due.drainPermits();
        var present = workers.get();
        if (!present.isEmpty()) {
            found.accept(broker.heartbeat(redis, lease, present));
        }
    }
}
