package dev.weirpool.pool;

import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.protocol.BlobBroker;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Duty;
import dev.weirpool.queue.protocol.ResultEntry;
import dev.weirpool.queue.protocol.Submitter;
import dev.weirpool.queue.redis.ForeignDataException;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.signing.Refusals;
import java.time.Duration;

/**
 * Reads the results of one producer's tasks from their stream and resolves the tickets.
 *
 * <p>The place up to which it has read is kept here, and what was read is dropped later, so that nothing is lost when the connection is;
 * a new one reads all that is there once more. The stream lapses an hour
 * after it was last renewed, and with it the results of a client that has died.
 */
final class ResultCollector extends Duty {

    private static final Duration READ_LIMIT = Duration.ofSeconds(2);
    private static final Duration STREAM_LIFE = Duration.ofHours(1);
    private static final long RENEWAL_NANOS = Duration.ofMinutes(10).toNanos();
    private static final int TRIM_AFTER = 10_000;
    private static final int TRIM_AFTER_BYTES = 1 << 20;

    /** How long a pool's own queue outlives a pool that was killed. */
    static final Duration QUEUE_LIFE = Duration.ofDays(1);

    private final Broker broker;
    private final BlobBroker blobs;
    private final Submitter submitter;
    private final long producer;
    private final TaskCodec codec;
    private final OpenTickets tickets;
    private final boolean ownsQueue;
    private final Refusals refusals;

    // owned by the duty's thread
    private String cursor = "0-0";
    private int untrimmed;
    private long untrimmedBytes;
    private long renewedAt = System.nanoTime();

    ResultCollector(Redis redis, Submitter submitter, TaskCodec codec, OpenTickets tickets, boolean ownsQueue) {
        super("weirpool-results-" + submitter.broker().queue(), redis);
        this.broker = submitter.broker();
        this.blobs = new BlobBroker(broker.queue());
        this.submitter = submitter;
        this.producer = submitter.producer();
        this.codec = codec;
        this.tickets = tickets;
        this.ownsQueue = ownsQueue;
        this.refusals = new Refusals("a result of queue " + broker.queue());
        redis.use(connection -> broker.openResults(connection, producer, STREAM_LIFE));
    }

    @Override
    protected void connected(RedisConnection redis) {
        cursor = "0-0"; // places are times by the clock of a server, and another may have taken over, whose clock is
        // behind
        renew(redis);
    }

    @Override
    protected boolean goesOnAfter(RuntimeException e) {
        if (e instanceof ForeignDataException) {
            return super.goesOnAfter(e); // who waits goes on waiting, as for a result that is not genuine
        }
        tickets.abandon(e); // nobody would bring their results
        return false;
    }

    @Override
    protected void round(RedisConnection redis) {
        if (System.nanoTime() - renewedAt > RENEWAL_NANOS) {
            renew(redis);
        }
        var reply = broker.readResults(redis, producer, cursor, READ_LIMIT);
        var isNews = !reply.cursor().equals(cursor);
        cursor = reply.cursor();
        reply.refused().forEach(refusals::add); // who waits goes on waiting: the genuine result may be yet to come
        for (var result : reply.results()) {
            untrimmedBytes += result.result().length;
            collect(redis, result);
        }
        untrimmed += reply.results().size() + reply.refused().size();
        if (untrimmed >= TRIM_AFTER || untrimmedBytes >= TRIM_AFTER_BYTES || (untrimmed > 0 && !isNews)) {
            broker.trimResults(redis, producer, cursor);
            untrimmed = 0;
            untrimmedBytes = 0;
        }
    }

    private void collect(RedisConnection redis, ResultEntry result) {
        var apart = TaskCodec.outcomeApart(result.result());
        if (tickets.contains(result.sequence())) {
            var outcome = apart.isEmpty()
                    ? codec.decodeOutcome(result.result())
                    : blobs.get(redis, apart.get())
                            .map(codec::decodeOutcome)
                            .orElseGet(() -> codec.outcomeGone(apart.get()));
            submitter.resolved(result.sequence());
            tickets.resolve(result.sequence(), outcome);
        }
        if (apart.isPresent() && !TaskCodec.isKeptApart(result.result())) {
            blobs.drop(redis, apart.get());
        }
    }

    private void renew(RedisConnection redis) {
        if (ownsQueue) {
            broker.own(redis, QUEUE_LIFE);
        }
        if (!broker.renewResults(redis, producer, STREAM_LIFE)) {
            // we were away for longer than it lives, or Redis has lost it, and maybe tasks as well
            broker.openResults(redis, producer, STREAM_LIFE);
            submitter.verify(sequence -> tickets.fail(
                    sequence,
                    new RedisUnavailableException(
                            "the result of this task may be lost: the stream for it was gone from Redis, as it is when this process has"
                                    + " been out of touch for an hour",
                            new IllegalStateException("no result stream"))));
        }
        renewedAt = System.nanoTime();
    }
}
