package dev.weirpool.queue;

import dev.weirpool.queue.protocol.BlobBroker;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Limit;
import dev.weirpool.queue.protocol.PushReply;
import dev.weirpool.queue.protocol.Submitter;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Puts tasks on a named queue for whichever workers serve it, now or later, without waiting for their results. A
 * {@code Pool} is what also brings results back.
 *
 * <p>A task that {@link #send} has returned for is in Redis and survives the death of this process. Many threads may send at
 * once; their tasks travel together.
 *
 * <p>While Redis is away, or does not answer, each method tries again for 10 s, then throws {@link RedisUnavailableException}: after 12 s
 * at the latest, or at once, with the interrupt kept, if the thread is interrupted, or if this is closed meanwhile.
 */
public final class TaskQueue implements AutoCloseable {

    /** How many of the latest tasks are sent again should Redis lose them in a failover. */
    private static final int REMEMBERED = 1000;

    private static final Duration SEND_LIMIT = Duration.ofSeconds(10);

    private final Redis redis;
    private final Broker broker;
    private final Submitter submitter;
    private final TaskCodec codec;

    /** The last that nobody waits for; those before it are stored by then. */
    private volatile Sent lastUnawaited = Sent.NONE;

    private TaskQueue(Redis redis, String name) {
        this.redis = redis;
        this.broker = new Broker(name);
        this.submitter = new Submitter(redis, broker, REMEMBERED);
        this.codec =
                new TaskCodec(() -> redis, "process " + ProcessHandle.current().pid());
    }

    /**
     * Opens the queue called {@code name}; it need not exist.
     *
     * @throws IllegalArgumentException if that is no queue name
     * @throws RedisUnavailableException if Redis does not answer; that is tried once, for 4 s at most
     */
    public static TaskQueue connect(RedisOptions options, String name) {
        new Broker(name); // checks the name before a server is started for it
        var queue = new TaskQueue(options.open(), name);
        queue.submitter.start();
        return queue;
    }

    public String name() {
        return broker.queue();
    }

    /** Sends {@code task} and waits until Redis holds it. */
    public TaskId send(Task<?> task) {
        return send(task, TaskOptions.DEFAULT);
    }

    /**
     * Sends {@code task} and waits until Redis holds it, for at most 10 s, and as long as there is no room for it.
     *
     * @throws IllegalArgumentException if an argument cannot travel, naming it
     * @throws dev.weirpool.queue.signing.MissingSecretException if there is no secret to sign it with
     * @throws DuplicateTaskException if another task holds its unique key
     * @throws QueueFullException if the queue is at its limit, and the task was sent {@link TaskOptions#withFailWhenFull}
     * @throws dev.weirpool.queue.redis.RedisFullException if Redis is full, and the task was sent so
     * @throws RedisUnavailableException if Redis does not take it in time; it may still get there
     * @throws dev.weirpool.queue.redis.NotDurableYetException if Redis takes it, but it is not in time as safe as
     *     {@link RedisOptions#withDurability} demands; it is accepted, and not to be sent again
     */
    public TaskId send(Task<?> task, TaskOptions options) {
        return await(submit(task, options));
    }

    /** Sends {@code task} with default options and does not wait: see {@link #sendAsync(Task, TaskOptions)}. */
    public CompletableFuture<TaskId> sendAsync(Task<?> task) {
        return sendAsync(task, TaskOptions.DEFAULT);
    }

    /**
     * Sends {@code task} and returns at once, unless 10 000 tasks wait to be sent: then it waits as long as Redis answers. Tasks sent by
     * one thread arrive in that order. Until the future has completed, the task is lost if this process dies; {@link #close} waits for
     * it.
     *
     * @return completes with the task's id when Redis holds it; with a {@link DuplicateTaskException} if another holds its unique key,
     *     and with a {@link QueueFullException} if there is no room for one sent {@link TaskOptions#withFailWhenFull}
     * @throws IllegalArgumentException if an argument cannot travel, naming it
     * @throws RedisUnavailableException if 10 000 tasks wait and Redis does not answer for 10 s, or the thread is interrupted
     */
    public CompletableFuture<TaskId> sendAsync(Task<?> task, TaskOptions options) {
        var sent = submit(task, options);
        remember(sent);
        return sent.stored.thenApply(reply -> idOf(sent, reply));
    }

    private synchronized void remember(Sent sent) {
        if (sent.id.sequence() > lastUnawaited.id.sequence()) {
            lastUnawaited = sent;
        }
    }

    /** Sends all of {@code tasks}, in order, and waits until Redis holds them; each wait is as for {@link #send}. */
    public List<TaskId> sendAll(List<? extends Task<?>> tasks) {
        return sendAll(tasks, TaskOptions.DEFAULT);
    }

    public List<TaskId> sendAll(List<? extends Task<?>> tasks, TaskOptions options) {
        var sent = tasks.stream().map(task -> submit(task, options)).toList();
        return sent.stream().map(this::await).toList();
    }

    private Sent submit(Task<?> task, TaskOptions options) {
        var draft = codec.draft(task, options, false);
        var sequence = new AtomicLong();
        var stored = submitter.submit(
                draft, TaskCodec.due(options), TaskCodec.uniqueName(options), options.failWhenFull(), sequence::set);
        return new Sent(new TaskId(submitter.producer(), sequence.get()), stored);
    }

    private TaskId await(Sent sent) {
        try {
            return idOf(sent, stored(sent));
        } catch (TimeoutException e) {
            var doubt = submitter.doubtAbout(sent.id.sequence());
            if (doubt.isPresent()) {
                throw doubt.get();
            }
            throw new RedisUnavailableException(
                    redis + " did not take the task within " + SEND_LIMIT.toSeconds() + " s; it may still get there",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisUnavailableException("interrupted while the task was being sent; it may still get there", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CompletionException(e.getCause());
        }
    }

    /** Waits no longer than the limit, but for a queue that is full. */
    private PushReply stored(Sent sent) throws InterruptedException, ExecutionException, TimeoutException {
        while (true) {
            try {
                return sent.stored.get(SEND_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (!submitter.isHeldUp()) {
                    throw e;
                }
            }
        }
    }

    private TaskId idOf(Sent sent, PushReply reply) {
        if (reply instanceof PushReply.Exists exists) {
            throw new DuplicateTaskException(TaskId.of(exists.holder()));
        }
        if (reply instanceof PushReply.Full full) {
            throw new QueueFullException(name(), full.limit().toString());
        }
        return sent.id;
    }

    private record Sent(TaskId id, CompletableFuture<PushReply> stored) {

        static final Sent NONE = new Sent(new TaskId(0, 0), CompletableFuture.completedFuture(new PushReply.Stored()));
    }

    /**
     * How the task with that id ended, if it has and was sent with {@link TaskOptions#withKeepResult}; empty if it has not ended,
     * or its result is no longer kept.
     *
     * @throws dev.weirpool.queue.signing.WrongSignatureException if what is kept there was not signed with a secret of this process
     */
    public Optional<Outcome> result(TaskId id) {
        var bytes = redis.call(
                connection -> Optional.ofNullable(broker.keptResult(connection, id.producer(), id.sequence())));
        return bytes.map(this::outcome);
    }

    private Outcome outcome(byte[] bytes) {
        var blob = TaskCodec.outcomeApart(bytes);
        if (blob.isEmpty()) {
            return codec.decodeOutcome(bytes);
        }
        var blobs = new BlobBroker(name());
        return redis.call(connection -> blobs.get(connection, blob.get()))
                .map(codec::decodeOutcome)
                .orElseGet(() -> codec.outcomeGone(blob.get()));
    }

    /** How far the task with that id last said it was; empty if it has said nothing, or nothing for ten minutes. */
    public Optional<Progress> progress(TaskId id) {
        return redis.call(connection -> broker.progress(connection, id.producer(), id.sequence()))
                .flatMap(Progress::of);
    }

    /** Has the task not run if it waits, and ended if it runs: by an interrupt, then by the end of its process. */
    public void cancel(TaskId id) {
        redis.call(connection -> {
            broker.cancel(connection, id.producer(), List.of(id.sequence()), true);
            return true;
        });
    }

    /** The tasks of this queue that were given up. */
    public DeadLetters deadLetters() {
        return new DeadLetters(redis, broker, codec);
    }

    /**
     * Has this queue take no more tasks, from anybody, while so much waits on it, ready or delayed; 0 for any number, which is the
     * default. The limit is kept in Redis with the queue. Tasks that are tried again or put back, and those of schedules, pass.
     *
     * @param bytes as long as fewer wait, one more task is taken, whatever its size
     * @throws IllegalArgumentException if one of them is negative
     * @throws dev.weirpool.queue.redis.RedisFullException if Redis is full
     */
    public void limit(long items, long bytes) {
        var limit = new Limit(items, bytes);
        redis.call(connection -> {
            broker.limit(connection, limit);
            return true;
        });
    }

    /** How many tasks wait here, those that are not due yet included; those that run are not. */
    public long size() {
        return redis.call(broker::waiting);
    }

    /** How many worker processes serve this queue now, on all machines. */
    public int workers() {
        return redis.call(broker::workers).size();
    }

    /** Lets no worker start a task of this queue until {@link #resume}; what runs is finished. */
    public void pause() {
        redis.call(connection -> {
            broker.pause(connection);
            return true;
        });
    }

    public void resume() {
        redis.call(connection -> {
            broker.resume(connection);
            return true;
        });
    }

    /**
     * Ends the connection, and the calls that wait for Redis; tasks that were sent stay on the queue. Waits for what {@link #sendAsync}
     * has not sent yet, for 10 s at most, and for nothing else.
     */
    @Override
    public void close() {
        try {
            lastUnawaited.stored.handle((reply, failure) -> true).get(SEND_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // its future tells
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        submitter.close();
        redis.close();
    }

    @Override
    public String toString() {
        return "queue " + name() + " on " + redis;
    }
}
