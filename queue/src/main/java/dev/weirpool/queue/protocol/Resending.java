package dev.weirpool.queue.protocol;

import dev.weirpool.queue.redis.RedisConnection;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What follows when Redis has lost tasks that it had accepted, or their results: the tasks that have not ended are sent again. */
final class Resending {

    private static final Logger log = LoggerFactory.getLogger(Resending.class);

    private final String queue;
    private final Accepted accepted;
    private final Delivery delivery;
    private final Room room;
    private final Consumer<CompletableFuture<PushReply>> full;

    // set by any thread
    private volatile @Nullable LongConsumer resultLost;
    private volatile BiConsumer<Long, PushReply.Exists> refused = (sequence, holder) -> {};

    /** @param full told what those are to hear who do not wait for room, when there is none */
    Resending(
            String queue,
            Accepted accepted,
            Delivery delivery,
            Room room,
            Consumer<CompletableFuture<PushReply>> full) {
        this.queue = queue;
        this.accepted = accepted;
        this.delivery = delivery;
        this.room = room;
        this.full = full;
    }

    /** Has {@code resultLost} called, once, for each task whose result may be lost. */
    void onResultLost(LongConsumer resultLost) {
        this.resultLost = resultLost;
    }

    /** Has {@code refused} called for each task that was lost and is not sent again. */
    void onRefused(BiConsumer<Long, PushReply.Exists> refused) {
        this.refused = refused;
    }

    /** Redis has all up to {@code last}, or had, so that their results may be lost. */
    void reportLostResults(long last) {
        var report = resultLost;
        if (report != null) {
            resultLost = null;
            accepted.in(0, last).forEach(task -> report.accept(task.sequence()));
        }
    }

    /**
     * Sends what is lost behind {@code from}, up to {@code last}.
     *
     * @return the last sequence that is stored then
     */
    long after(long from, long last, RedisConnection redis) throws InterruptedException {
        var lost = accepted.in(from, Math.max(from, last));
        log.warn(
                "Redis has lost tasks of queue {} that it had accepted; sending the {} again that have not ended",
                queue,
                lost.size());
        var previous = from;
        for (var i = 0; i < lost.size(); ) {
            var part = lost.subList(i, endOfBatch(lost, i));
            var reply = delivery.send(redis, previous, part);
            if (reply instanceof PushReply.Gap gap) {
                return after(gap.lastSequence(), last, redis); // lost again meanwhile
            }
            if (reply instanceof PushReply.Exists exists) {
                refuse(part.get(0), exists);
            }
            if (reply instanceof PushReply.Full atLimit) {
                part = part.stream()
                        .takeWhile(task -> task.sequence() <= atLimit.lastSequence())
                        .toList();
                full.accept(CompletableFuture.completedFuture(atLimit));
                room.pause(atLimit, !part.isEmpty());
            }
            i += part.size();
            previous = i == 0 ? from : lost.get(i - 1).sequence();
        }
        room.freed();
        return previous;
    }

    private static int endOfBatch(List<Pending> tasks, int from) {
        var bytes = 0;
        for (var i = from; i < tasks.size(); i++) {
            bytes += tasks.get(i).envelope().size();
            if (i > from
                    && (bytes > Submitter.BATCH_BYTES
                            || i - from == Submitter.BATCH_TASKS
                            || tasks.get(i).isAlone())) {
                return i;
            }
            if (tasks.get(i).isAlone()) {
                return i + 1;
            }
        }
        return tasks.size();
    }

    private void refuse(Pending task, PushReply.Exists exists) {
        if (!Arrays.equals(exists.holder(), task.envelope().id())) { // else it is still there itself
            accepted.forget(task.sequence());
            log.warn("a task that Redis has lost is not sent again: another holds its unique name by now");
            refused.accept(task.sequence(), exists);
        }
    }
}
