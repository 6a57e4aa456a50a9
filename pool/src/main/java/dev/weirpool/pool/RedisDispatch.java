package dev.weirpool.pool;

import static java.util.Objects.requireNonNull;

import dev.weirpool.queue.DuplicateTaskException;
import dev.weirpool.queue.Progress;
import dev.weirpool.queue.QueueFullException;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.codec.AllowList;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Partitions;
import dev.weirpool.queue.protocol.PushReply;
import dev.weirpool.queue.protocol.Submitter;
import dev.weirpool.queue.protocol.Submitters;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisFullException;
import dev.weirpool.queue.redis.RedisRefusedException;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.worker.Census;
import dev.weirpool.worker.Launcher;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends tasks through Redis to worker processes: those of a launcher of our own, or others'. */
final class RedisDispatch implements Dispatch {

    private static final Logger log = LoggerFactory.getLogger(RedisDispatch.class);
    private static final Duration END_LIMIT = Duration.ofDays(365);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Redis redis;
    private final Broker broker; // of the first partition, which has the name of the queue
    private final TaskCodec codec;
    private final @Nullable Launcher launcher;
    private final int processes;
    private final boolean ownsQueue;
    private final Submitters submitters;
    private final List<Lane> lanes;
    private final AtomicLong endPatience = new AtomicLong(PATIENCE.toNanos());
    private volatile boolean killed;
    private volatile boolean isAway;

    /** The way to one partition and back. */
    private record Lane(Broker broker, Submitter submitter, OpenTickets tickets, ResultCollector collector) {}

    /**
     * @param launcher keeps the workers of this pool; null if others do
     * @param ownsQueue whether the queue is to be deleted at the end
     */
    RedisDispatch(
            Redis redis, TaskCodec codec, String queue, @Nullable Launcher launcher, int processes, boolean ownsQueue) {
        this.redis = redis;
        this.broker = new Broker(queue);
        this.codec = codec;
        this.launcher = launcher;
        this.processes = processes;
        this.ownsQueue = ownsQueue;
        var partitions = ownsQueue // which nobody divides
                ? new Partitions(queue, 1)
                : redis.call(connection -> Partitions.of(connection, queue));
        this.submitters = new Submitters(redis, partitions, Integer.MAX_VALUE);
        this.lanes = submitters.all().stream().map(this::lane).toList();
        lanes.forEach(lane -> {
            lane.submitter.start();
            lane.collector.start();
        });
        if (launcher != null) {
            launcher.stopped().whenComplete((nothing, failure) -> workersGone(failure));
        }
    }

    private Lane lane(Submitter submitter) {
        var tickets = new OpenTickets();
        submitter.onRefused((sequence, holder) -> refuse(tickets, sequence, holder));
        var collector = new ResultCollector(redis, submitter, codec, tickets, ownsQueue);
        return new Lane(submitter.broker(), submitter, tickets, collector);
    }

    private void workersGone(@Nullable Throwable failure) {
        if (failure != null) {
            var cause = new PoolTerminatedException("the pool has no workers: " + failure.getMessage(), failure);
            lanes.forEach(lane -> lane.tickets.abandon(cause));
        }
    }

    @Override
    public AllowList allowed() {
        return codec.allowed();
    }

    @Override
    public Ticket submit(Task<?> task, TaskOptions options) {
        var draft = codec.draft(task, options, true);
        var unique = TaskCodec.uniqueName(options);
        var lane = lanes.get(submitters.choose(options.partitionKey(), unique));
        var opened = new AtomicReference<@Nullable Ticket>();
        try {
            var stored = lane.submitter.submit(
                    draft,
                    TaskCodec.due(options),
                    unique,
                    options.failWhenFull(),
                    sequence -> opened.set(open(lane, sequence)));
            var ticket = requireNonNull(opened.get());
            stored.whenComplete((reply, failure) -> {
                if (failure != null) {
                    lane.tickets.fail(ticket.id().sequence(), failure);
                } else if (reply instanceof PushReply.Exists exists) {
                    refuse(lane.tickets, ticket.id().sequence(), exists);
                } else if (reply instanceof PushReply.Full full) {
                    lane.tickets.fail(
                            ticket.id().sequence(),
                            new QueueFullException(broker.queue(), full.limit().toString()));
                }
            });
            return ticket;
        } catch (RuntimeException e) {
            var ticket = opened.get();
            if (ticket != null) {
                lane.tickets.fail(ticket.id().sequence(), e);
            }
            throw e;
        }
    }

    private static void refuse(OpenTickets tickets, long sequence, PushReply.Exists exists) {
        tickets.fail(sequence, new DuplicateTaskException(TaskId.of(exists.holder())));
    }

    private static Ticket open(Lane lane, long sequence) {
        return new Ticket(new TaskId(lane.submitter.producer(), sequence), lane.tickets.open(sequence));
    }

    @Override
    public Optional<Census> census() {
        return Optional.ofNullable(launcher).map(Launcher::census);
    }

    @Override
    public Optional<Progress> progress(TaskId task) {
        return redis.call(connection -> broker.progress(connection, task.producer(), task.sequence()))
                .flatMap(Progress::of);
    }

    @Override
    public void cancel(List<TaskId> tasks, boolean endRunning) {
        for (var lane : lanes) {
            var sequences = tasks.stream()
                    .filter(task -> task.producer() == lane.submitter.producer())
                    .map(TaskId::sequence)
                    .toList();
            if (!sequences.isEmpty()) {
                quietly("cancel tasks", PATIENCE, connection -> cancel(connection, lane, sequences, endRunning));
            }
        }
    }

    private static void cancel(RedisConnection redis, Lane lane, List<Long> sequences, boolean endRunning) {
        lane.broker.cancel(redis, lane.submitter.producer(), sequences, endRunning);
    }

    @Override
    public int workers() {
        return launcher != null
                ? processes
                : Math.max(1, redis.call(broker::workers).size());
    }

    @Override
    public void abandon(RuntimeException cause) {
        var open = new HashMap<Lane, List<Long>>();
        lanes.forEach(lane -> {
            open.put(lane, lane.tickets.sequences());
            lane.tickets.abandon(cause);
        });
        kill(); // before Redis is asked, which may take its time
        if (!ownsQueue) {
            open.values().removeIf(List::isEmpty);
            open.forEach((lane, sequences) ->
                    lastly("cancel tasks", connection -> cancel(connection, lane, sequences, true)));
        }
    }

    @Override
    public void awaitAll() throws InterruptedException {
        for (var lane : lanes) {
            lane.tickets.awaitEmpty();
        }
    }

    @Override
    public void kill() {
        killed = true;
        if (launcher != null) {
            launcher.kill();
        }
    }

    @Override
    public void end() {
        if (launcher != null) {
            var since = System.nanoTime();
            launcher.stop(END_LIMIT);
            launcher.stopped().handle((nothing, failure) -> true).join();
            if (killed) {
                endPatience.addAndGet(since - System.nanoTime()); // then all it may have waited for is Redis
            }
        }
        lanes.forEach(lane -> {
            lane.collector.close();
            lane.submitter.close();
        });
        lanes.forEach(lane -> lastly(
                "close the results", connection -> lane.broker.closeResults(connection, lane.submitter.producer())));
        if (ownsQueue) {
            lastly("delete the queue", connection -> broker.drop(connection, List.of()));
        }
        redis.close();
    }

    /** Does one of the last things, for which, all together, Redis is waited for no longer than for one. */
    private void lastly(String what, Consumer<RedisConnection> work) {
        if (isAway) {
            log.warn("Redis is away; queue {} is left as it is: did not {}", broker.queue(), what);
            return;
        }
        var since = System.nanoTime();
        isAway = !quietly(what, Duration.ofNanos(Math.max(0, endPatience.get())), work);
        endPatience.addAndGet(since - System.nanoTime());
    }

    /** Does what can be left undone when Redis is away; false if it is. */
    private boolean quietly(String what, Duration patience, Consumer<RedisConnection> work) {
        try {
            redis.call(patience, connection -> {
                work.accept(connection);
                return true;
            });
            return true;
        } catch (RedisUnavailableException | RedisFullException | RedisRefusedException e) {
            log.warn("could not {} of queue {}: {}", what, broker.queue(), e.getMessage());
            return !(e instanceof RedisUnavailableException);
        }
    }
}
