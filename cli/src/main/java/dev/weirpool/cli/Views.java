package dev.weirpool.cli;

import dev.weirpool.cli.output.Column;
import dev.weirpool.cli.output.Column.Bytes;
import dev.weirpool.queue.inspect.LauncherState;
import dev.weirpool.queue.inspect.QueueState;
import dev.weirpool.queue.inspect.TaskSummary;
import dev.weirpool.queue.inspect.WorkerState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the command tells of queues, tasks and workers. The names are a contract: {@code docs/operations.md} lists them. */
final class Views {

    static final List<Column<QueueState>> QUEUE = List.of(
            Column.of("queue", QueueState::name),
            Column.of("ready", QueueState::ready),
            Column.of("delayed", QueueState::delayed),
            Column.of("running", QueueState::running),
            Column.of("dead", QueueState::dead),
            Column.of("workers", QueueState::workers),
            Column.of("oldest_age", QueueState::oldestAge),
            Column.of("state", Views::state),
            Column.wide("ready_by_priority", QueueState::readyByPriority),
            Column.wide("waiting_bytes", queue -> new Bytes(queue.waitingBytes())),
            Column.wide("max_waiting", QueueState::maxWaiting),
            Column.wide("max_waiting_bytes", queue -> new Bytes(queue.maxWaitingBytes())),
            Column.wide("partitions", QueueState::partitions),
            Column.wide("claims", QueueState::claims),
            Column.wide("schedules", QueueState::schedules),
            Column.wide("next_fire", QueueState::nextFire),
            Column.wide("next_due", QueueState::nextDue),
            Column.wide("last_served", QueueState::lastServed),
            Column.wide("at", QueueState::at));

    static final List<Column<TaskSummary>> TASK = List.of(
            Column.of("id", task -> task.id().toString()),
            Column.of("task", TaskSummary::name),
            Column.of("state", task -> lower(task.state())),
            Column.of("attempt", TaskSummary::attempt),
            Column.wide("max_attempts", TaskSummary::maxAttempts),
            Column.of("priority", TaskSummary::priority),
            Column.of("size", task -> new Bytes(task.size())),
            Column.of("due", TaskSummary::due),
            Column.of("since", TaskSummary::since),
            Column.of("worker", TaskSummary::worker),
            Column.of("progress", TaskSummary::progress));

    static final List<Column<Staff>> WORKER = List.of(
            Column.of("worker", staff -> staff.worker.name()),
            Column.of("queue", Staff::queue),
            Column.of("host", staff -> staff.launcher.host()),
            Column.of("pid", staff -> "" + staff.worker.pid()),
            Column.of("up", staff -> age(staff, Optional.of(staff.worker.startedAt()))),
            Column.of("memory", staff -> new Bytes(staff.worker.memory())),
            Column.of("begun", staff -> staff.worker.begun()),
            Column.of("state", Staff::state),
            Column.of("task", staff -> staff.worker.task()),
            Column.of("running_for", staff -> age(staff, staff.worker.since())),
            Column.wide("started_at", staff -> known(staff.worker.startedAt())),
            Column.wide("since", staff -> staff.worker.since()),
            Column.wide("heap_limit", staff -> new Bytes(staff.worker.heapLimit())),
            Column.wide("launcher", staff -> staff.launcher.id()),
            Column.wide("launcher_pid", staff -> staff.launcher.pid()),
            Column.wide("launcher_version", staff -> staff.launcher.version()),
            Column.wide("launcher_restarts", staff -> staff.launcher.restarts()),
            Column.wide("launcher_draining", staff -> staff.launcher.draining()),
            Column.wide("reported_at", staff -> known(staff.launcher.at())));

    private Views() {}

    /** A worker with its launcher and queue. */
    record Staff(String queue, LauncherState launcher, WorkerState worker) {

        String state() {
            if (!launcher.isKnown()) {
                return "silent";
            }
            if (!worker.ready()) {
                return "boots";
            }
            return (worker.task().isPresent() ? "runs" : "waits") + (launcher.draining() ? ", drains" : "");
        }
    }

    /** What there is to say of a queue, in a word. */
    private static String state(QueueState queue) {
        if (queue.paused()) {
            return "paused";
        }
        if (queue.isAbandoned()) {
            return "nobody serves it";
        }
        return queue.isFull() ? "at its limit" : "";
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** By the launcher's own clock. */
    private static Optional<Duration> age(Staff staff, Optional<Instant> since) {
        return since.filter(moment -> staff.launcher.isKnown() && !moment.equals(Instant.EPOCH))
                .map(moment -> Duration.between(moment, staff.launcher.at()))
                .map(age -> age.isNegative() ? Duration.ZERO : age);
    }

    private static Optional<Instant> known(Instant moment) {
        return Optional.of(moment).filter(known -> !known.equals(Instant.EPOCH));
    }
}
