package dev.weirpool.worker;

import dev.weirpool.queue.Failure;
import dev.weirpool.queue.Invocation;
import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskContext;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.codec.DecodingException;
import dev.weirpool.queue.protocol.Envelope;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs one task at a time on the calling thread and says how it ended; this is where whatever a task throws is caught. */
public final class TaskRunner {

    private static final Duration CANCEL_GRACE = Duration.ofSeconds(2);

    private final TaskCodec codec;
    private long calls;

    // guarded by this
    private @Nullable TaskId running;
    private @Nullable Thread runningThread;
    private boolean cancelled;

    public TaskRunner(TaskCodec codec) {
        this.codec = codec;
    }

    /** How many calls were made so far; a chunk counts one for each of its items. */
    long calls() {
        return calls;
    }

    /** Calls the initializer; says why it failed, if it did. */
    public Optional<Failure> initialize(Envelope initializer) {
        return run(initializer)
                .filter(Outcome.Threw.class::isInstance)
                .map(outcome -> ((Outcome.Threw) outcome).failure());
    }

    /** Runs the task; empty if it cannot be read. */
    public Optional<Outcome> run(Envelope envelope) {
        Task<?> task;
        try {
            envelope.requireReadable();
            task = codec.decode(envelope);
        } catch (DecodingException | IllegalArgumentException e) {
            return Optional.empty();
        }
        var id = new TaskId(envelope.producer(), envelope.sequence());
        var context = new TaskContext(id, envelope.attempt(), envelope.name(), envelope.headers());
        begin(id);
        Outcome outcome;
        try {
            outcome = new Outcome.Returned(context.within(() -> call(task)));
        } catch (Throwable e) { // whatever the task throws is the task's outcome
            outcome = new Outcome.Threw(Failure.of(e, codec.where()));
        }
        return Optional.of(end() ? new Outcome.Cancelled() : outcome);
    }

    private @Nullable Object call(Task<?> task) throws Exception {
        return Invocation.of(task).call(() -> calls++, thrown -> Failure.of(thrown, codec.where()));
    }

    /** Why {@link #run} could not read the task. */
    String whyUnreadable(Envelope envelope) {
        try {
            envelope.requireReadable();
            codec.decode(envelope);
            return "the task could not be read";
        } catch (DecodingException | IllegalArgumentException e) {
            return "the task cannot be read: " + e.getMessage();
        }
    }

    private synchronized void begin(TaskId id) {
        running = id;
        runningThread = Thread.currentThread();
        cancelled = false;
    }

    /** Returns whether the task was cancelled meanwhile. */
    private synchronized boolean end() {
        running = null;
        runningThread = null;
        Thread.interrupted(); // an interrupt that the task did not use up must not hit the next one
        notifyAll();
        return cancelled;
    }

    /** Interrupts the task with that id if it runs; does {@code resort} if it does not end within the grace. */
    public synchronized void cancel(TaskId id, Runnable resort) {
        var thread = runningThread;
        if (!id.equals(running) || thread == null || cancelled) {
            return;
        }
        cancelled = true;
        thread.interrupt();
        var guard = new Thread(() -> enforce(id, resort), "weirpool-cancel");
        guard.setDaemon(true);
        guard.start();
    }

    private synchronized void enforce(TaskId id, Runnable resort) {
        var deadline = System.nanoTime() + CANCEL_GRACE.toNanos();
        while (id.equals(running)) {
            var left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                resort.run();
                return;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
