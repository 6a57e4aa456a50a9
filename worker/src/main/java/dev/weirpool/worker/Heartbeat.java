package dev.weirpool.worker;

import dev.weirpool.queue.inspect.LauncherState;
import dev.weirpool.queue.inspect.WorkerState;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Duty;
import dev.weirpool.queue.protocol.Orders;
import dev.weirpool.queue.protocol.Partitions;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Renews the leases of a launcher's workers, three times in the length of a lease, and at once when asked to. With that it says how
 * the launcher is, and hears what operators have ordered.
 */
final class Heartbeat extends Duty {

    private final Broker broker;
    private final Duration lease;
    private final Heart heart;
    private final Partitions partitions;
    private final boolean reports;
    private final Orders orders;
    private final Semaphore due = new Semaphore(0);
    private boolean isUnlisted; // owned by the duty's thread

    /** @param partitions to which that of {@code broker} belongs; with the first it says how the launcher is, and hears orders */
    Heartbeat(Redis redis, Broker broker, Partitions partitions, Duration lease, Heart heart) {
        super("weirpool-heartbeat-" + broker.queue(), redis);
        this.broker = broker;
        this.lease = lease;
        this.heart = heart;
        this.partitions = partitions;
        this.reports = broker.queue().equals(partitions.queue());
        this.orders = new Orders(broker.queue());
    }

    /** Makes the next heartbeat come now. */
    void hurry() {
        due.release();
    }

    /** The last connection was lost, and maybe the heartbeat that was on it: leases must not wait for the next one. */
    @Override
    protected void connected(RedisConnection redis) {
        hurry();
        if (isUnlisted) { // that was tried with the last connection; leases must not wait for it
            isUnlisted = false;
            return;
        }
        isUnlisted = true;
        broker.enlist(redis);
        if (reports) {
            partitions.keep(redis);
        }
        isUnlisted = false;
    }

    @Override
    protected void round(RedisConnection redis) throws InterruptedException {
        due.tryAcquire(lease.toMillis() / 3, TimeUnit.MILLISECONDS);
        due.drainPermits();
        var state = heart.state();
        if (state.isEmpty()) {
            return;
        }
        var present = state.get().workers().stream()
                .filter(WorkerState::ready)
                .map(WorkerState::name)
                .toList();
        if (!present.isEmpty()) {
            heart.found(broker.heartbeat(redis, lease, present));
        }
        if (reports) {
            report(redis, state.get());
        }
    }

    private void report(RedisConnection redis, LauncherState state) {
        var answers = heart.answers();
        answers.forEach((number, answer) -> {
            if (!answer.isEmpty()) {
                orders.answer(redis, number, answer);
            }
        });
        orders.report(redis, state.id(), state.toBytes(), lease.multipliedBy(2), List.copyOf(answers.keySet()))
                .forEach(heart::ordered);
    }
}
