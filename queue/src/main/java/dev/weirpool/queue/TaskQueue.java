package dev.weirpool.queue;

import dev.weirpool.queue.protocol.BlobBroker;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Limit;
import dev.weirpool.queue.protocol.Partitions;
import dev.weirpool.queue.protocol.PushReply;
import dev.weirpool.queue.protocol.Submitter;
import dev.weirpool.queue.protocol.Submitters;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

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
    private final List<Broker> partitions;
    private final Submitters submitters;
    private final TaskCodec codec;

    /** The last that nobody waits for, by partition; those before it are stored by then. */
    private final Map<Submitter, Sent> lastUnawaited = new ConcurrentHashMap<>();

    private TaskQueue(Redis redis, Partitions partitions) {
        this.redis = redis;
        this.partitions = partitions.names().stream().map(Broker::new).toList();
        this.submitters = new Submitters(redis, partitions, REMEMBERED);
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
        var redis = options.open();
        try {
            var queue = new TaskQueue(redis, redis.call(connection -> Partitions.of(connection, name)));
            queue.submitters.all().forEach(Submitter::start);
            return queue;
        } catch (RuntimeException e) {
            redis.close();
            throw e;
        }
    }

    public String name() {
        return partitions.get(0).queue();
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
        lastUnawaited.merge(sent.by, sent, (last, other) -> other.id.sequence() > last.id.sequence() ? other : last);
        return sent.stored.thenApply(reply -> idOf(sent, reply));
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
        var unique = TaskCodec.uniqueName(options);
        var by = submitters.all().get(submitters.choose(options.partitionKey(), unique));
        var sequence = new AtomicLong();
        var stored = by.submit(draft, TaskCodec.due(options), unique, options.failWhenFull(), sequence::set);
        return new Sent(by, new TaskId(by.producer(), sequence.get()), stored);
    }

    private TaskId await(Sent sent) {
        try {
            return idOf(sent, stored(sent));
        } catch (TimeoutException e) {
            var doubt = sent.by.doubtAbout(sent.id.sequence());
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
                if (!sent.by.isHeldUp()) {
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

    private record Sent(Submitter by, TaskId id, CompletableFuture<PushReply> stored) {}

    /**
     * How the task with that id ended, if it has and was sent with {@link TaskOptions#withKeepResult}; empty if it has not ended,
     * or its result is no longer kept.
     *
     * @throws dev.weirpool.queue.signing.WrongSignatureException if what is kept there was not signed with a secret of this process
     */
    public Optional<Outcome> result(TaskId id) {
        return partitions.stream()
                .flatMap(broker -> result(broker, id).stream())
                .findFirst();
    }

    private Optional<Outcome> result(Broker broker, TaskId id) {
        var bytes = redis.call(
                connection -> Optional.ofNullable(broker.keptResult(connection, id.producer(), id.sequence())));
        return bytes.map(kept -> outcome(broker, kept));
    }

    private Outcome outcome(Broker broker, byte[] bytes) {
        var blob = TaskCodec.outcomeApart(bytes);
        if (blob.isEmpty()) {
            return codec.decodeOutcome(bytes);
        }
        var blobs = new BlobBroker(broker.queue());
        return redis.call(connection -> blobs.get(connection, blob.get()))
                .map(codec::decodeOutcome)
                .orElseGet(() -> codec.outcomeGone(blob.get()));
    }

    /** How far the task with that id last said it was; empty if it has said nothing, or nothing for ten minutes. */
    public Optional<Progress> progress(TaskId id) {
        return redis.call(connection -> partitions.get(0).progress(connection, id.producer(), id.sequence()))
                .flatMap(Progress::of);
    }

    /** Has the task not run if it waits, and ended if it runs: by an interrupt, then by the end of its process. */
    public void cancel(TaskId id) {
        each((connection, broker) -> broker.cancel(connection, id.producer(), List.of(id.sequence()), true));
    }

    /** The tasks of this queue that were given up. */
    public DeadLetters deadLetters() {
        return new DeadLetters(redis, partitions, codec);
    }

    /**
     * Has this queue take no more tasks, from anybody, while so much waits on it, ready or delayed; 0 for any number, which is the
     * default. The limit is kept in Redis with the queue; of several partitions each takes its share. Tasks that are tried again or put
     * back, and those of schedules, pass.
     *
     * @param bytes as long as fewer wait, one more task is taken, whatever its size
     * @throws IllegalArgumentException if one of them is negative
     * @throws dev.weirpool.queue.redis.RedisFullException if Redis is full
     */
    public void limit(long items, long bytes) {
        var limit = new Limit(items, bytes).share(partitions.size());
        each((connection, broker) -> broker.limit(connection, limit));
    }

    /** How many tasks wait here, those that are not due yet included; those that run are not. */
    public long size() {
        return partitions.stream()
                .mapToLong(broker -> redis.call(broker::waiting))
                .sum();
    }

    /** How many worker processes serve this queue now, on all machines. */
    public int workers() {
        return redis.call(partitions.get(0)::workers).size(); // each serves all of them
    }

    /** Lets no worker start a task of this queue until {@link #resume}; what runs is finished. */
    public void pause() {
        each((connection, broker) -> broker.pause(connection));
    }

    public void resume() {
        each((connection, broker) -> broker.resume(connection));
    }

    /**
     * Ends the connection, and the calls that wait for Redis; tasks that were sent stay on the queue. Waits for what {@link #sendAsync}
     * has not sent yet, for 10 s at most, and for nothing else.
     */
    @Override
    public void close() {
        try {
            CompletableFuture.allOf(lastUnawaited.values().stream()
                            .map(sent -> sent.stored.handle((reply, failure) -> true))
                            .toArray(CompletableFuture<?>[]::new))
                    .get(SEND_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // its future tells
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        submitters.all().forEach(Submitter::close);
        redis.close();
    }

    private void each(BiConsumer<RedisConnection, Broker> work) {
        partitions.forEach(broker -> redis.use(connection -> work.accept(connection, broker)));
    }

    @Override
    public String toString() {
        return "queue " + name() + " on " + redis;
    }
}
