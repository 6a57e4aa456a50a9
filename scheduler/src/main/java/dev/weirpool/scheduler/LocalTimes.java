package dev.weirpool.scheduler;

import java.time.Instant;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import org.jspecify.annotations.Nullable;

/**
 * Turns the local times of a cron expression into moments, where the clocks of a zone are changed.
 *
 * <p>Between two changes a local time is a moment minus the offset. Where clocks are put forward, local times that are skipped fire
 * together at the change. Where they are put back, the local times that come again count only if the expression repeats.
 */
final class LocalTimes {

    /** More than any change of the clocks. */
    private static final long NEAR = 2 * 86_400;

    private LocalTimes() {}

    /** The first time later than {@code after}; null if there is none. */
    static @Nullable Instant next(Cron cron, ZoneRules rules, Instant after) {
        var moment = Instant.ofEpochSecond(after.getEpochSecond());
        var offset = rules.getOffset(moment).getTotalSeconds();
        var local = moment.getEpochSecond() + offset + 1;
        if (!cron.repeats() && !rules.isFixedOffset()) {
            local = Math.max(local, seen(rules, moment));
        }
        var found = cron.next(local);
        while (found != Cron.NEVER) {
            var change = rules.nextTransition(moment);
            if (change == null || found - offset < change.toEpochSecond()) {
                return Instant.ofEpochSecond(found - offset);
            }
            if (change.toEpochSecond() - moment.getEpochSecond() > NEAR
                    && found - offset - change.toEpochSecond() > 2 * NEAR) {
                // what lies between cannot matter: nothing matches there, and its changes do not lead back before here
                moment = Instant.ofEpochSecond(found - NEAR);
                offset = rules.getOffset(moment).getTotalSeconds();
                continue;
            }
            moment = change.getInstant();
            offset = change.getOffsetAfter().getTotalSeconds();
            var resumed = moment.getEpochSecond() + offset;
            if (change.isGap() && found < resumed) {
                return moment;
            }
            if (change.isOverlap() && cron.repeats()) {
                found = cron.next(resumed);
            }
        }
        return null;
    }

    /** The local time up to which all have been seen at {@code moment}, when clocks were put back not long before. */
    private static long seen(ZoneRules rules, Instant moment) {
        var seen = Long.MIN_VALUE;
        ZoneOffsetTransition change = rules.previousTransition(moment.plusSeconds(1));
        while (change != null && moment.getEpochSecond() - change.toEpochSecond() < NEAR) {
            if (change.isOverlap()) {
                seen = Math.max(
                        seen, change.toEpochSecond() + change.getOffsetBefore().getTotalSeconds());
            }
            change = rules.previousTransition(change.getInstant());
        }
        return seen;
    }
}
