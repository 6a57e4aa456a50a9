package dev.weirpool.dashboard;

import java.time.Instant;
import java.util.List;

/**
 * What every page has in common.
 *
 * @param section of the menu that it belongs to
 * @param self path and query of the page, from which it is read anew; empty if it is not
 * @param isPart whether only the part that changes is wanted, by a page that is there already
 * @param said what was done just now; empty if nothing was
 */
record Frame(
        String title,
        String section,
        String self,
        boolean isPart,
        String said,
        Instant at,
        boolean isReadOnly,
        boolean hidesPayloads,
        Snapshot now,
        Assets assets) {

    /** An entry of the menu. */
    record Section(String path, String title) {}

    static final List<Section> SECTIONS = List.of(
            new Section("/", "Overview"),
            new Section("/queues", "Queues"),
            new Section("/workers", "Workers"),
            new Section("/schedules", "Schedules"),
            new Section("/dead", "Dead letters"),
            new Section("/redis", "Redis"));

    /** Of a page that stays as it is: an answer that was asked for once. */
    Frame still() {
        return new Frame(title, section, "", isPart, said, at, isReadOnly, hidesPayloads, now, assets);
    }

    boolean isCurrent(Section entry) {
        return entry.title().equals(section);
    }

    boolean mayChange() {
        return !isReadOnly;
    }
}
