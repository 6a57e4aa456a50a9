package dev.weirpool.queue;

import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.redis.Redis;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The tasks of a queue that were given up; the newest 10 000 are kept. */
public final class DeadLetters {

    private static final int PAGE = 500;

    private final Redis redis;
    private final Broker broker;
    private final TaskCodec codec;

    DeadLetters(Redis redis, Broker broker, TaskCodec codec) {
        this.redis = redis;
        this.broker = broker;
        this.codec = codec;
    }

    public long size() {
        return redis.call(broker::deadCount);
    }

    /** {@code count} of them, the newest first, without the first {@code skip}. */
    public List<DeadLetter> list(int skip, int count) {
        return redis.call(connection -> broker.dead(connection, skip, count)).stream()
                .map(this::letter)
                .toList();
    }

    /** The one with that id; looks through all of them. */
    public Optional<DeadLetter> find(TaskId id) {
        for (var skip = 0; ; skip += PAGE) {
            var from = skip;
            var page = redis.call(connection -> broker.dead(connection, from, PAGE));
            for (var envelope : page) {
                if (envelope.size() >= Envelope.MIN_BYTES
                        && envelope.producer() == id.producer()
                        && envelope.sequence() == id.sequence()) {
                    return Optional.of(letter(envelope));
                }
            }
            if (page.size() < PAGE) {
                return Optional.empty();
            }
        }
    }

    /** Puts it back on the queue, with its id and its history, and all its attempts before it; false if it is gone. */
    public boolean retry(DeadLetter letter) {
        var request = UUID.randomUUID();
        return redis.call(connection -> broker.requeue(connection, letter.envelope(), request));
    }

    /** Deletes it; false if it is gone. */
    public boolean delete(DeadLetter letter) {
        var request = UUID.randomUUID();
        return redis.call(connection -> broker.discard(connection, letter.envelope(), request));
    }

    private DeadLetter letter(Envelope envelope) {
        var attempts = redis.call(connection -> broker.attempts(connection, envelope)).stream()
                .map(Attempt::of)
                .toList();
        return new DeadLetter(envelope, attempts, codec);
    }
}
