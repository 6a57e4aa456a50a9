package dev.weirpool.dashboard;

import dev.weirpool.queue.protocol.Period;
import java.time.Duration;
import java.util.Locale;

/** How far back a page looks, and in what steps. */
enum Range {
    HOUR("Last hour", Period.MINUTE, 60, 1),
    DAY("Last day", Period.TEN_MINUTES, 144, 1),
    WEEK("Last week", Period.HOUR, 168, 1),
    MONTH("Last 30 days", Period.HOUR, 720, 4);

    final String title;
    final Period period;
    final int periods;
    final int merged;

    Range(String title, Period period, int periods, int merged) {
        this.title = title;
        this.period = period;
        this.periods = periods;
        this.merged = merged;
    }

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    Duration step() {
        return period.length().multipliedBy(merged);
    }

    /** The one of that id, else the last hour. */
    static Range of(String id) {
        for (var range : values()) {
            if (range.id().equals(id)) {
                return range;
            }
        }
        return HOUR;
    }
}
