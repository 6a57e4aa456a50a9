package dev.weirpool.worker;

import dev.weirpool.queue.Failure;
import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.Settlement;
import dev.weirpool.queue.protocol.StepReply;
import dev.weirpool.queue.protocol.StepRequest;
import dev.weirpool.queue.redis.Backoff;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Claims tasks one by one, runs each, and settles it in the same step that claims the next.
 *
 * <p>One thread claims and runs. Each exchange with Redis is sent again until it is answered: what it says about a task counts
 * once, however often it arrives.
 */
final class Worker {

    private static final Duration BELL_LIMIT = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final WorkerSettings settings;
    private final Redis redis;
    private final Broker broker;
    private final TaskCodec codec;
    private final TaskRunner runner;
    private final Board board;

    private volatile boolean stopping;
    private volatile @Nullable RedisConnection idleConnection; // set while it waits for the bell

    // owned by the thread that runs
    private final Deque<StepReply.Task> held = new ArrayDeque<>();
    private @Nullable RedisConnection connection;
    private boolean woken;

    private Worker(WorkerSettings settings) {
        this.settings = settings;
        this.redis = new Redis(settings.redis(), settings.timeout(), Duration.ZERO);
        this.broker = new Broker(settings.queue());
        this.codec =
                new TaskCodec(() -> redis, "worker " + ProcessHandle.current().pid() + " on " + Host.name());
        this.runner = new TaskRunner(codec);
        this.board = Board.open(settings.board());
    }

    static Worker boot(WorkerSettings settings) {
        return new Worker(settings);
    }

    /** Runs tasks until told to stop; returns what to exit with. */
    WorkerExit run() {
        var broken = settings.initializer().flatMap(runner::initialize);
        if (broken.isPresent()) {
            System.err.print("weirpool: the initializer failed: " + broken.get().stackAsText());
            return WorkerExit.NOT_INITIALIZED;
        }
        exchange(connection -> broker.register(connection, settings.worker(), settings.lease()));
        board.markReady();
        return work();
    }

    private WorkerExit work() {
        var settlements = List.<Settlement>of();
        while (true) {
            var last = stopping || hasRunEnough();
            var request = new StepRequest(last || !held.isEmpty() ? 0 : 1, held.size(), woken, settlements);
            var reply = exchange(connection -> broker.step(connection, settings.worker(), request));
            woken = false;
            if (reply instanceof StepReply.Fenced) {
                return WorkerExit.FENCED;
            }
            if (reply instanceof StepReply.Resync resync) {
                settlements = List.of();
                adopt(resync.held());
                continue;
            }
            settlements = List.of();
            if (reply instanceof StepReply.Claimed claimed) {
                held.addAll(claimed.tasks());
            }
            if (last) {
                exchange(connection -> broker.release(connection, settings.worker(), 0, true));
                return WorkerExit.DONE;
            }
            var next = held.poll();
            if (next != null) {
                settlements = List.of(settle(next));
            } else if (reply instanceof StepReply.Paused) {
                awaitResume();
            } else {
                awaitBell();
            }
        }
    }

    private boolean hasRunEnough() {
        return settings.maxTasks() > 0 && runner.calls() >= settings.maxTasks();
    }

    /** A reply was lost: what Redis says this worker holds is what it holds, and is yet to be run. */
    private void adopt(List<Envelope> inflight) {
        held.clear();
        inflight.forEach(envelope -> held.add(new StepReply.Task(envelope, false)));
    }

    private Settlement settle(StepReply.Task task) {
        var envelope = task.envelope();
        if (task.isCancelled()) {
            return new Settlement.Complete(envelope, codec.encode(new Outcome.Cancelled()));
        }
        if (envelope.size() > Envelope.MIN_BYTES && envelope.attempt() > envelope.maxAttempts()) {
            return bury(
                    envelope,
                    "gave up after " + envelope.maxAttempts() + (envelope.maxAttempts() == 1 ? " attempt" : " attempts")
                            + ": the worker died each time while it ran");
        }
        var outcome = runner.run(envelope);
        if (outcome.isEmpty()) {
            return bury(envelope, runner.whyUnreadable(envelope));
        }
        return new Settlement.Complete(envelope, codec.encode(outcome.get()));
    }

    private Settlement bury(Envelope envelope, String why) {
        return new Settlement.Bury(envelope, codec.encode(new Outcome.Threw(Failure.of(why, codec.where()))));
    }

    private void awaitBell() {
        try {
            var current = connect();
            idleConnection = current;
            if (!stopping) {
                woken = broker.awaitBell(current, BELL_LIMIT);
            }
        } catch (RedisUnavailableException e) {
            connection = null; // aborted by stop(), or Redis is away: the next exchange finds out
        } finally {
            idleConnection = null;
        }
    }

    @SuppressWarnings("WaitNotInLoop") // who waits longer or shorter than this looks again anyhow
    private void awaitResume() {
        synchronized (this) {
            if (!stopping) {
                try {
                    wait(PAUSE.toMillis());
                } catch (InterruptedException e) {
                    // a late interrupt meant for a task that has ended
                }
            }
        }
    }

    /** Does one exchange with Redis, however often it takes. */
    private <T> T exchange(Function<RedisConnection, T> work) {
        var backoff = new Backoff();
        while (true) {
            try {
                return work.apply(connect());
            } catch (RedisUnavailableException e) {
                connection = null;
                backoff.sleep();
            }
        }
    }

    private RedisConnection connect() {
        var current = connection;
        if (current == null) {
            current = redis.connect();
            connection = current;
        }
        return current;
    }

    /** Ends after the task that runs, giving back what was not started. Called by any thread. */
    void stop() {
        stopping = true;
        synchronized (this) {
            notifyAll();
        }
        var idle = idleConnection;
        if (idle != null) {
            idle.abort();
        }
    }

    /** Ends the task with that id, if it is the one that runs: by an interrupt, then by ending this process. */
    void cancel(String id) {
        runner.cancel(TaskId.parse(id), () -> Runtime.getRuntime().halt(WorkerExit.CANCELLED.code));
    }
}
