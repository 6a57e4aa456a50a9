package dev.weirpool.queue;

import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.redis.Redis;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The tasks of a queue that were given up; the newest 10 000 are kept. */
public final class DeadLetters {

    private static final int PAGE = 500;

    private final Redis redis;
    private final List<Broker> partitions;
    private final TaskCodec codec;

    DeadLetters(Redis redis, List<Broker> partitions, TaskCodec codec) {
        this.redis = redis;
        this.partitions = partitions;
        this.codec = codec;
    }

    public long size() {
        return partitions.stream()
                .mapToLong(broker -> redis.call(broker::deadCount))
                .sum();
    }

    /** {@code count} of them, without the first {@code skip}: the newest first, or those of each partition after the other. */
    public List<DeadLetter> list(int skip, int count) {
        var letters = new ArrayList<DeadLetter>();
        var toSkip = skip;
        for (var broker : partitions) {
            var first = toSkip;
            var wanted = count - letters.size();
            if (wanted > 0) {
                var page = redis.call(connection -> broker.dead(connection, first, wanted));
                page.forEach(envelope -> letters.add(letter(broker, envelope)));
                toSkip = Math.max(0, (int) (toSkip - redis.call(broker::deadCount)));
            }
        }
        return letters;
    }

    /** The one with that id; looks through all of them. */
    public Optional<DeadLetter> find(TaskId id) {
        return partitions.stream().flatMap(broker -> find(broker, id).stream()).findFirst();
    }

    private Optional<DeadLetter> find(Broker broker, TaskId id) {
        for (var skip = 0; ; skip += PAGE) {
            var from = skip;
            var page = redis.call(connection -> broker.dead(connection, from, PAGE));
            for (var envelope : page) {
                if (envelope.size() >= Envelope.MIN_BYTES
                        && envelope.producer() == id.producer()
                        && envelope.sequence() == id.sequence()) {
                    return Optional.of(letter(broker, envelope));
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
        return partitions.stream()
                .anyMatch(broker -> redis.call(connection -> broker.requeue(connection, letter.envelope(), request)));
    }

    /** Deletes it; false if it is gone. */
    public boolean delete(DeadLetter letter) {
        var request = UUID.randomUUID();
        return partitions.stream()
                .anyMatch(broker -> redis.call(connection -> broker.discard(connection, letter.envelope(), request)));
    }

    private DeadLetter letter(Broker broker, Envelope envelope) {
        var attempts = redis.call(connection -> broker.attempts(connection, envelope)).stream()
                .map(Attempt::of)
                .toList();
        return new DeadLetter(envelope, attempts, codec);
    }
}
