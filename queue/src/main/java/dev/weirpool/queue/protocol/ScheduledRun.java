package dev.weirpool.queue.protocol;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the end of a task means to the schedule that put it: the task carries this as headers.
 *
 * @param schedule whose tasks are counted while they run
 * @param again if the schedule goes on with the end of this one: when
 */
public record ScheduledRun(String schedule, Optional<Again> again) {

    /** How long a schedule waits for the end of its task; for longer, and it is taken for lost. */
    public static final Duration LOST = Duration.ofDays(1);

    private static final String SCHEDULE = "!schedule";
    private static final String DELAY = "!again";

    /**
     * How a schedule goes on.
     *
     * @param putOff its next planned time in ms for as long as the task has not ended; if it is another, it has been changed
     * @param delay how long it waits from the end of the task in ms
     */
    public record Again(long putOff, long delay) {}

    /** What {@code task} carries; empty for one that no schedule counts, or that cannot be read. */
    public static Optional<ScheduledRun> of(Envelope task) {
        if (!task.hasHeaders()) {
            return Optional.empty();
        }
        var headers = task.headers();
        var delay = headers.getOrDefault(DELAY, "");
        // what came out of Redis may be anything
        var again = delay.matches("\\d{1,15}")
                ? Optional.of(new Again(putOff(task.sequence(), Long.parseLong(delay)), Long.parseLong(delay)))
                : Optional.<Again>empty();
        return Optional.ofNullable(headers.get(SCHEDULE)).map(schedule -> new ScheduledRun(schedule, again));
    }

    /** What a schedule is put off to when it is fired for {@code planned}, until its task has ended. */
    public static long putOff(long planned, long delay) {
        return planned + delay + LOST.toMillis();
    }

    /** The headers of a task that {@code schedule} counts, besides {@code others}. */
    public static Map<String, String> headers(Map<String, String> others, String schedule, Optional<Duration> again) {
        var all = new LinkedHashMap<>(others);
        all.put(SCHEDULE, schedule);
        again.ifPresent(delay -> all.put(DELAY, Long.toString(delay.toMillis())));
        return all;
    }
}
