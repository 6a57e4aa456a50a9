package dev.weirpool.queue.protocol;

import dev.weirpool.queue.redis.Redis;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** A {@link Submitter} for each partition of a queue, and which of them is to send a task. */
public final class Submitters {

    private final Partitions partitions;
    private final List<Submitter> all;
    private final AtomicInteger turn;

    /** @param mostAccepted how many accepted tasks each remembers; see {@link Submitter} */
    public Submitters(Redis redis, Partitions partitions, int mostAccepted) {
        this.partitions = partitions;
        this.all = partitions.names().stream()
                .map(queue -> new Submitter(redis, new Broker(queue), mostAccepted))
                .toList();
        this.turn = new AtomicInteger(
                ThreadLocalRandom.current().nextInt(all.size())); // of programs that send one task each, too
    }

    /** In the order of the partitions. */
    public List<Submitter> all() {
        return all;
    }

    /**
     * Which one is to send a task: always the same of those that have a key, or else a unique name, in common; each in turn for those
     * that have neither.
     */
    public int choose(Optional<String> key, Optional<UniqueName> unique) {
        if (all.size() == 1) {
            return 0;
        }
        return key.or(() -> unique.map(UniqueName::name))
                .map(partitions::indexFor)
                .orElseGet(() -> Math.floorMod(turn.getAndIncrement(), all.size()));
    }
}
