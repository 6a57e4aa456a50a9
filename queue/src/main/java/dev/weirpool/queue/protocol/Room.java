package dev.weirpool.queue.protocol;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether there is room on a queue for what is to be sent, as Redis last said; while there is none it is asked again after a pause. */
final class Room {

    private static final Logger log = LoggerFactory.getLogger(Room.class);

    static final long LEAST_PAUSE_MILLIS = 5;
    private static final long MOST_PAUSE_MILLIS = 100;
    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String queue;
    private volatile @Nullable CompletableFuture<PushReply> refusal;

    // owned by the thread that sends
    private long pauseMillis = LEAST_PAUSE_MILLIS;
    private long fullSince;
    private boolean told;

    Room(String queue) {
        this.queue = queue;
    }

    /** What those hear who do not wait; null if there is room. Called by any thread. */
    @Nullable
    CompletableFuture<PushReply> refusal() {
        return refusal;
    }

    /** There is none: those who do not wait hear {@code answer}, from now on at once. */
    void filled(CompletableFuture<PushReply> answer) {
        if (refusal == null) {
            fullSince = System.nanoTime();
        }
        refusal = answer;
    }

    /** There is some, as far as is known. */
    void freed() {
        refusal = null;
        pauseMillis = LEAST_PAUSE_MILLIS;
        told = false;
    }

    /** Waits before it is asked for again; longer each time that nothing was taken. */
    void pause(PushReply.Full full, boolean somethingWasTaken) throws InterruptedException {
        if (!told && System.nanoTime() - fullSince > TELL_NANOS) {
            told = true;
            log.warn(
                    "queue {} has been at its limit of {} for 10 s; what is sent to it waits in this process",
                    queue,
                    full.limit());
        }
        pauseMillis = somethingWasTaken ? LEAST_PAUSE_MILLIS : Math.min(MOST_PAUSE_MILLIS, 2 * pauseMillis);
        TimeUnit.MILLISECONDS.sleep(pauseMillis);
    }
}
