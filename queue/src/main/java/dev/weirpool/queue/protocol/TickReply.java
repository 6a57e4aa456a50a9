package dev.weirpool.queue.protocol;

import java.util.List;

/**
 * What a tick found.
 *
 * @param promoted how many delayed tasks became ready
 * @param expired workers whose lease has run out
 * @param hasCancelMarks whether any task is marked to be ended if it runs
 */
public record TickReply(int promoted, List<String> expired, boolean hasCancelMarks) {

    static final int MOST_PROMOTED = 500;

    /** Whether more may be due than one tick promotes. */
    public boolean hasMoreDue() {
        return promoted == MOST_PROMOTED;
    }
}
