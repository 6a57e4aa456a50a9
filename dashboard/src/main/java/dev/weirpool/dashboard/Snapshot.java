package dev.weirpool.dashboard;

import dev.weirpool.queue.inspect.LauncherState;
import dev.weirpool.queue.inspect.QueueState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How everything was at one moment.
 *
 * @param problem why Redis could not be asked; empty if it could
 * @param spoilt why queues are left out
 * @param at on the clock of Redis, as far as it answered
 */
record Snapshot(String problem, List<String> spoilt, Instant at, List<Queue> queues, List<Launcher> launchers) {

    /** A queue, and how many of its attempts ended well or not in the last minute. */
    record Queue(QueueState state, double done, double failed) {}

    /** A launcher, and the queue that it serves. */
    record Launcher(String queue, LauncherState state) {}

    Snapshot {
        spoilt = List.copyOf(spoilt);
        queues = List.copyOf(queues);
        launchers = List.copyOf(launchers);
    }

    static Snapshot failed(String problem, Instant now) {
        return new Snapshot(problem, List.of(), now, List.of(), List.of());
    }

    boolean isDown() {
        return !problem.isEmpty();
    }

    Optional<Queue> queue(String name) {
        return queues.stream()
                .filter(queue -> queue.state().name().equals(name))
                .findFirst();
    }

    List<String> names() {
        return queues.stream().map(queue -> queue.state().name()).toList();
    }

    long ready() {
        return queues.stream().mapToLong(queue -> queue.state().ready()).sum();
    }

    long delayed() {
        return queues.stream().mapToLong(queue -> queue.state().delayed()).sum();
    }

    long running() {
        return queues.stream().mapToLong(queue -> queue.state().running()).sum();
    }

    long dead() {
        return queues.stream().mapToLong(queue -> queue.state().dead()).sum();
    }

    long workers() {
        return queues.stream().mapToLong(queue -> queue.state().workers()).sum();
    }

    double done() {
        return queues.stream().mapToDouble(Queue::done).sum();
    }

    double failed() {
        return queues.stream().mapToDouble(Queue::failed).sum();
    }

    /** The queues on which tasks wait that nobody runs. */
    List<QueueState> abandoned() {
        return queues.stream().map(Queue::state).filter(QueueState::isAbandoned).toList();
    }

    List<QueueState> paused() {
        return queues.stream().map(Queue::state).filter(QueueState::paused).toList();
    }
}
