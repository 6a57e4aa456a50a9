package dev.weirpool.pool;

import dev.weirpool.queue.Failure;
import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.Progress;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.codec.AllowList;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.worker.Census;
import dev.weirpool.worker.LogContext;
import dev.weirpool.worker.TaskRunner;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on threads of this JVM, for unit tests. Arguments and results are encoded and decoded as they would be on their way
 * to a worker, so that what cannot travel fails here too.
 */
final class InlineDispatch implements Dispatch {

    private final TaskCodec codec;
    private final LogContext logContext;
    private final @Nullable Envelope initializer;
    private final AtomicLong sequence = new AtomicLong();
    private final AtomicLong claims = new AtomicLong();
    private final OpenTickets tickets = new OpenTickets();
    private final ConcurrentHashMap<Long, Boolean> cancelled = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, Progress> progress = new ConcurrentHashMap<>();
    private final PriorityBlockingQueue<Waiting> waiting = new PriorityBlockingQueue<>();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, InlineDispatch::daemon);
    private final List<Runner> runners;
    private volatile boolean ending;

    InlineDispatch(TaskCodec codec, String queue, int threads, @Nullable Task<?> initializer) {
        this.codec = codec;
        this.logContext = new LogContext(queue, "inline");
        this.initializer = initializer == null
                ? null
                : codec.draft(initializer, TaskOptions.DEFAULT, false).seal(0, 0);
        this.runners = Stream.generate(Runner::new).limit(threads).toList();
        runners.forEach(runner -> runner.thread.start());
    }

    @Override
    public AllowList allowed() {
        return codec.allowed();
    }

    @Override
    public Ticket submit(Task<?> task, TaskOptions options) {
        var number = sequence.incrementAndGet();
        var envelope = codec.draft(task, options, true).seal(0, number);
        CompletableFuture<Outcome> outcome = tickets.open(number);
        enqueue(
                envelope,
                options.at().map(at -> Duration.between(Instant.now(), at)).orElse(options.delay()));
        return new Ticket(new TaskId(0, number), outcome);
    }

    private void enqueue(Envelope envelope, Duration delay) {
        if (delay.isZero() || delay.isNegative()) {
            waiting.add(new Waiting(envelope));
        } else {
            timer.schedule(() -> waiting.add(new Waiting(envelope)), delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void cancel(List<TaskId> tasks, boolean endRunning) {
        for (var task : tasks) {
            cancelled.put(task.sequence(), true);
            if (endRunning) {
                runners.forEach(runner -> runner.tasks.cancel(task, () -> {}));
            }
        }
    }

    @Override
    public Optional<Progress> progress(TaskId task) {
        return Optional.ofNullable(progress.get(task.sequence()));
    }

    @Override
    public Optional<Census> census() {
        return Optional.empty();
    }

    @Override
    public int workers() {
        return runners.size();
    }

    @Override
    public void abandon(RuntimeException cause) {
        tickets.abandon(cause);
    }

    @Override
    public void awaitAll() throws InterruptedException {
        tickets.awaitEmpty();
    }

    @Override
    public void kill() {
        end();
    }

    @Override
    public void end() {
        ending = true;
        timer.shutdownNow();
        runners.forEach(runner -> runner.thread.interrupt());
    }

    private static Thread daemon(Runnable body) {
        var thread = new Thread(body, "weirpool-inline");
        thread.setDaemon(true);
        return thread;
    }

    /** One thread, in the place of one worker. */
    private final class Runner {

        final TaskRunner tasks =
                new TaskRunner(codec, codec::decode, (task, said) -> progress.put(task.sequence(), said));
        final Thread thread = daemon(this::run);

        private void run() {
            var broken =
                    initializer == null ? null : tasks.initialize(initializer).orElse(null);
            while (!ending) {
                try {
                    attempt(waiting.take().envelope(), broken);
                } catch (InterruptedException e) {
                    // the pool ends, or an interrupt came late for a task that has ended
                }
            }
        }

        private void attempt(Envelope envelope, @Nullable Failure broken) {
            if (broken != null) {
                resolve(envelope, new Outcome.Threw(broken));
            } else if (cancelled.remove(envelope.sequence()) != null) {
                resolve(envelope, new Outcome.Cancelled());
            } else {
                var run = run(envelope);
                if (run.isRetryable() && envelope.attempt() < envelope.maxAttempts()) {
                    enqueue(
                            envelope.nextAttempt(),
                            codec.options(envelope).backoff().after(envelope.attempt()));
                } else {
                    resolve(envelope, run.outcome());
                }
            }
        }

        private TaskRunner.Run run(Envelope envelope) {
            logContext.enter(envelope);
            try {
                return tasks.run(envelope, claims.incrementAndGet());
            } finally {
                logContext.leave();
            }
        }

        private void resolve(Envelope envelope, Outcome outcome) {
            tickets.resolve(envelope.sequence(), codec.decodeOutcome(codec.encode(outcome)));
        }
    }

    private record Waiting(Envelope envelope) implements Comparable<Waiting> {

        @Override
        public int compareTo(Waiting other) {
            var byPriority = Integer.compare(envelope.priority(), other.envelope.priority());
            return byPriority != 0 ? byPriority : Long.compare(envelope.sequence(), other.envelope.sequence());
        }
    }
}
