package dev.weirpool.worker;

import dev.weirpool.queue.Failure;
import dev.weirpool.queue.Invocation;
import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.Progress;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskContext;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TimeLimitExceededException;
import dev.weirpool.queue.codec.DecodingException;
import dev.weirpool.queue.protocol.Envelope;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs one task at a time on the calling thread and says how it ended; this is where whatever a task throws is caught. */
public final class TaskRunner {

    private static final Duration CANCEL_GRACE = Duration.ofSeconds(2);

    private final TaskCodec codec;
    private final Function<Envelope, Task<?>> decode;
    private final BiConsumer<TaskId, Progress> progress;
    private long calls;

    // guarded by this
    private @Nullable TaskContext running;
    private @Nullable Thread runningThread;
    private boolean cancelled;
    private boolean softLimitReached;
    private @Nullable ScheduledThreadPoolExecutor timer;

    /**
     * @param decode reads a task, or throws a {@link DecodingException}
     * @param progress told what tasks say of theirs, on any thread
     */
    public TaskRunner(TaskCodec codec, Function<Envelope, Task<?>> decode, BiConsumer<TaskId, Progress> progress) {
        this.codec = codec;
        this.decode = decode;
        this.progress = progress;
    }

    /**
     * How a task ended.
     *
     * @param isRetryable whether it threw something that its options say it is tried again for
     */
    public record Run(Outcome outcome, boolean isRetryable) {}

    /** How many calls were made so far; a chunk counts one for each of its items. */
    long calls() {
        return calls;
    }

    /** Calls the initializer; says why it failed, if it did. */
    public Optional<Failure> initialize(Envelope initializer) {
        var outcome = run(initializer, 0).outcome();
        return outcome instanceof Outcome.Threw threw ? Optional.of(threw.failure()) : Optional.empty();
    }

    /**
     * Runs the task.
     *
     * @param fence the number of its claim
     * @throws DecodingException if it cannot be read
     * @throws IllegalArgumentException if it is no envelope
     */
    public Run run(Envelope envelope, long fence) {
        envelope.requireReadable();
        var options = codec.options(envelope);
        var task = decode.apply(envelope);
        var id = new TaskId(envelope.producer(), envelope.sequence());
        var context = new TaskContext(
                id,
                envelope.attempt(),
                fence,
                envelope.name(),
                options.headers(),
                deadline(options),
                said -> progress.accept(id, said));
        var alarm = begin(context, options);
        Outcome outcome;
        var isRetryable = false;
        try {
            outcome = new Outcome.Returned(context.within(() -> call(task)));
        } catch (Throwable e) { // whatever the task throws is the task's outcome
            outcome = new Outcome.Threw(Failure.of(e, codec.where()));
            isRetryable = options.retriesOn(e);
        }
        return end(alarm, options, new Run(outcome, isRetryable));
    }

    private static Optional<Instant> deadline(TaskOptions options) {
        return options.softTimeLimit().or(options::timeLimit).map(Instant.now()::plus);
    }

    private @Nullable Object call(Task<?> task) throws Exception {
        return Invocation.of(task, codec.allowed()).call(() -> calls++, thrown -> Failure.of(thrown, codec.where()));
    }

    private synchronized @Nullable ScheduledFuture<?> begin(TaskContext context, TaskOptions options) {
        running = context;
        runningThread = Thread.currentThread();
        cancelled = false;
        softLimitReached = false;
        return options.softTimeLimit()
                .map(limit -> timer().schedule(() -> reachSoftLimit(context), limit.toMillis(), TimeUnit.MILLISECONDS))
                .orElse(null);
    }

    private ScheduledThreadPoolExecutor timer() {
        var current = timer;
        if (current == null) {
            current = new ScheduledThreadPoolExecutor(1, body -> {
                var thread = new Thread(body, "weirpool-time-limit");
                thread.setDaemon(true);
                return thread;
            });
            current.setRemoveOnCancelPolicy(true);
            timer = current;
        }
        return current;
    }

    private void reachSoftLimit(TaskContext context) {
        synchronized (this) {
            var thread = runningThread;
            if (running != context || thread == null) {
                return;
            }
            softLimitReached = true;
            context.markCancelled();
            thread.interrupt();
        }
        context.softTimeLimitReached();
    }

    private synchronized Run end(@Nullable ScheduledFuture<?> alarm, TaskOptions options, Run run) {
        if (alarm != null) {
            alarm.cancel(false);
        }
        running = null;
        runningThread = null;
        Thread.interrupted(); // an interrupt that the task did not use up must not hit the next one
        notifyAll();
        if (cancelled) {
            return new Run(new Outcome.Cancelled(), false);
        }
        if (softLimitReached && run.outcome instanceof Outcome.Threw threw) {
            var exceeded = new TimeLimitExceededException("the task exceeded its soft time limit of "
                    + options.softTimeLimit().map(Duration::toMillis).orElse(0L) + " ms");
            return new Run(
                    new Outcome.Threw(Failure.of(exceeded, codec.where()).causedBy(threw.failure())),
                    run.isRetryable || options.retriesOn(exceeded));
        }
        return run;
    }

    /** Interrupts the task with that id if it runs; does {@code resort} if it does not end within the grace. */
    public synchronized void cancel(TaskId id, Runnable resort) {
        var context = running;
        var thread = runningThread;
        if (context == null || thread == null || !context.id().equals(id) || cancelled) {
            return;
        }
        cancelled = true;
        context.markCancelled();
        thread.interrupt();
        var guard = new Thread(() -> enforce(context, resort), "weirpool-cancel");
        guard.setDaemon(true);
        guard.start();
    }

    private synchronized void enforce(TaskContext context, Runnable resort) {
        var deadline = System.nanoTime() + CANCEL_GRACE.toNanos();
        while (running == context) {
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
