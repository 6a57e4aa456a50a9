package dev.weirpool.scheduler;

import dev.weirpool.queue.Failure;
import dev.weirpool.queue.Invocation;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.codec.AllowList;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Schedules and delayed tasks under a clock that stands still until it is moved: for tests of when things happen. There is no Redis, no
 * thread and no waiting, and the decisions are those of a {@link Scheduler}.
 *
 * <pre>{@code
 * var rehearsal = Rehearsal.from(Instant.parse("2026-11-01T00:00:00Z"));
 * rehearsal.schedule("nightly", Task.of(Reports::nightly), Schedule.cron("0 30 2 * * ?", "Europe/Berlin"));
 * assertThat(rehearsal.advance(Duration.ofDays(30))).hasSize(30);
 * }</pre>
 *
 * <p>For one thread.
 */
public final class Rehearsal {

    /** Of tasks that are due at one moment, the one that was planned first comes first. */
    private record Due(
            Instant planned, long order, @Nullable Entry entry, Task<?> task) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            var byTime = planned.compareTo(other.planned);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private static final class Entry {
        private final ScheduledTask scheduled;
        private final PriorityQueue<Instant> ends = new PriorityQueue<>();
        private boolean isPaused;
        private long skipped;
        private long missed;

        private Entry(ScheduledTask scheduled) {
            this.scheduled = scheduled;
        }
    }

    /**
     * A task that would have been put on its queue.
     *
     * @param at when
     * @param planned for which planned time: the same, unless it was missed
     * @param schedule the schedule's name; empty for one that was sent
     */
    public record Fire(Instant at, Instant planned, Optional<String> schedule, Task<?> task) {

        /** Runs it, in this thread, and returns what it returns or throws what it throws. */
        public @Nullable Object run() throws Exception {
            return Invocation.of(task, AllowList.ofProgram())
                    .call(() -> {}, thrown -> Failure.of(thrown, "a rehearsal"));
        }
    }

    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<String, Duration> durations = new HashMap<>();
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private Instant now;
    private long order;

    private Rehearsal(Instant start) {
        this.now = start;
    }

    /** One that begins at {@code start}. */
    public static Rehearsal from(Instant start) {
        return new Rehearsal(start);
    }

    /** What time it is. */
    public Instant now() {
        return now;
    }

    /** A clock that shows what time it is here, for the code that is tested. */
    public InstantSource clock() {
        return this::now;
    }

    /** See {@link Scheduler#schedule(String, Task, Schedule)}. */
    public void schedule(String name, Task<?> task, Schedule schedule) {
        schedule(name, task, schedule, ScheduleOptions.DEFAULT);
    }

    /**
     * See {@link Scheduler#schedule(String, Task, Schedule, ScheduleOptions)}. A schedule of that name is replaced.
     *
     * @throws IllegalArgumentException if {@code name} is not a schedule name, or there is no planned time left
     */
    public void schedule(String name, Task<?> task, Schedule schedule, ScheduleOptions options) {
        var entry = new Entry(new ScheduledTask(name, task, schedule, options));
        if (schedule.next(now).isEmpty()) {
            throw new IllegalArgumentException(
                    "schedule '" + name + "' never fires: " + schedule.description() + ", and that is over at " + now);
        }
        forget(name);
        entries.put(name, entry);
        plan(entry, schedule.next(now));
    }

    /** Has every task of that schedule run for {@code duration}, instead of for no time: for schedules that must not overlap. */
    public void lasting(String name, Duration duration) {
        existing(name);
        durations.put(name, duration);
    }

    /** Has {@code task} come when its delay or time says, or with the next {@link #advance}. */
    public void send(Task<?> task, TaskOptions options) {
        due.add(new Due(options.at().orElse(now.plus(options.delay())), order++, null, task));
    }

    /** See {@link Scheduler#pause}. */
    public void pause(String name) {
        existing(name).isPaused = true;
        due.removeIf(each -> each.entry == entries.get(name));
    }

    /** See {@link Scheduler#resume}. */
    public void resume(String name) {
        var entry = existing(name);
        if (entry.isPaused) {
            entry.isPaused = false;
            plan(entry, entry.scheduled.schedule().next(now));
        }
    }

    /** See {@link Scheduler#remove}. */
    public void remove(String name) {
        existing(name);
        forget(name);
    }

    private void forget(String name) {
        var old = entries.remove(name);
        due.removeIf(each -> old != null && each.entry == old);
    }

    /** How many tasks of that schedule were not put because as many as may ran. */
    public long skipped(String name) {
        return existing(name).skipped;
    }

    /** How many planned times of that schedule were dropped because they were noticed too late. */
    public long missed(String name) {
        return existing(name).missed;
    }

    /** Lets {@code time} pass, and returns what would have been put on the queue meanwhile, in order. */
    public List<Fire> advance(Duration time) {
        var end = now.plus(time);
        var fires = new ArrayList<Fire>();
        for (var next = due.peek(); next != null && !next.planned.isAfter(end); next = due.peek()) {
            due.remove();
            now = next.planned.isAfter(now) ? next.planned : now;
            fire(next, fires);
        }
        now = end;
        return List.copyOf(fires);
    }

    /** Lets {@code time} pass without a scheduler, and returns what one that comes then puts on the queue at once. */
    public List<Fire> outage(Duration time) {
        now = now.plus(time);
        return advance(Duration.ZERO);
    }

    private void fire(Due due, List<Fire> fires) {
        var entry = due.entry;
        if (entry == null) {
            fires.add(new Fire(now, due.planned, Optional.empty(), due.task));
            return;
        }
        var schedule = entry.scheduled.schedule();
        var decision = Decision.of(
                schedule, due.planned, now, entry.scheduled.options().misfire());
        entry.missed += decision.missed();
        var next = decision.next();
        for (var planned : decision.fires()) {
            if (isAllowed(entry)) {
                fires.add(new Fire(now, planned, Optional.of(entry.scheduled.name()), due.task));
                var end = now.plus(durations.getOrDefault(entry.scheduled.name(), Duration.ZERO));
                entry.ends.add(end);
                next = schedule.afterCompletion() ? schedule.next(end) : next;
            } else {
                entry.skipped++;
                next = schedule.afterCompletion() ? schedule.next(now) : next;
            }
        }
        plan(entry, next);
    }

    private boolean isAllowed(Entry entry) {
        while (!entry.ends.isEmpty() && !entry.ends.element().isAfter(now)) {
            entry.ends.remove();
        }
        var most = entry.scheduled.options().maxConcurrent();
        return most == 0 || entry.ends.size() < most;
    }

    private void plan(Entry entry, Optional<Instant> next) {
        next.ifPresent(planned -> due.add(new Due(planned, order++, entry, entry.scheduled.task())));
    }

    private Entry existing(String name) {
        var entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException(
                    "there is no schedule '" + name + "'" + Suggestion.of(name, entries.keySet()));
        }
        return entry;
    }
}
