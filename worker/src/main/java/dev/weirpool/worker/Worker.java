package dev.weirpool.worker;

import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.codec.AllowList;
import dev.weirpool.queue.codec.DecodingException;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.StepReply;
import dev.weirpool.queue.protocol.Tally;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.signing.WrongSignatureException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs tasks one after the other: it claims some, runs each, and settles them in the same step that claims the next. */
final class Worker {

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final WorkerSettings settings;
    private final Pace pace = new Pace();
    private final Sources sources;
    private final TaskCodec codec;
    private final TaskRunner runner;
    private final Board board;
    private final Console console = new Console();

    private volatile boolean stopping;
    // owned by the thread that runs
    private @Nullable ScheduledThreadPoolExecutor timer;
    private @Nullable LogContext logContext; // there from the first task on: start-up is not for it

    private Worker(WorkerSettings settings) {
        this.settings = settings;
        var redis = new Redis(settings.redis(), settings.timeout(), Duration.ZERO, settings.keyring());
        settings.keyring().adopt();
        this.codec = new TaskCodec(
                () -> redis,
                "worker " + ProcessHandle.current().pid() + " on " + Host.name(),
                AllowList.of(settings.allow()));
        this.board = Board.open(settings.board());
        this.sources = new Sources(
                settings.partitions().stream()
                        .map(queue -> new Sources.Source(
                                new Claims(new Broker(queue), redis, settings.worker(), pace),
                                new Payloads(codec, redis, queue)))
                        .toList(),
                settings.home());
        this.runner = new TaskRunner(codec, task -> payloads().decode(task), (task, progress) -> board.say(progress));
    }

    static Worker boot(WorkerSettings settings) {
        Redis.serve(settings.redis());
        LateLogging.arrange();
        return new Worker(settings);
    }

    /** Runs tasks until told to stop; returns what to exit with. */
    WorkerExit run() {
        var broken = settings.initializer().flatMap(runner::initialize);
        if (broken.isPresent()) {
            System.err.print("weirpool: the initializer failed: " + broken.get().stackAsText());
            return WorkerExit.NOT_INITIALIZED;
        }
        sources.all().forEach(source -> source.claims().register(settings.lease()));
        return board.markReady() ? work() : WorkerExit.DONE;
    }

    private WorkerExit work() {
        var isIdle = false;
        while (true) {
            var last = stopping || hasRunEnough();
            if (last && isIdle) {
                return release();
            }
            var claims = sources.current().claims();
            if (sources.isTurnOver() && claims.isClear()) {
                sources.next();
                continue;
            }
            if (last || claims.needStep()) {
                var want = last || sources.isTurnOver() ? 0 : want();
                var atBell =
                        isIdle ? claims.stepAtBell(want, sources.rest(), () -> stopping) : Optional.<StepReply>empty();
                if (isIdle && atBell.isEmpty() && stopping) {
                    continue;
                }
                var reply = atBell.isPresent() ? atBell.get() : claims.step(want);
                if (reply instanceof StepReply.Fenced) {
                    return WorkerExit.FENCED;
                }
                if (last && !(reply instanceof StepReply.Resync)) {
                    return release();
                }
                isIdle = sources.isIdleAfter(reply);
                if (isIdle && sources.arePaused()) {
                    isIdle = false;
                    awaitResume();
                }
                continue;
            }
            var next = claims.start();
            if (next != null) {
                var since = System.nanoTime();
                claims.ended(settle(next));
                pace.ran(System.nanoTime() - since, next.envelope().size());
            }
        }
    }

    private Payloads payloads() {
        return sources.current().payloads();
    }

    private WorkerExit release() {
        sources.all().forEach(source -> source.claims().release());
        return WorkerExit.DONE;
    }

    private int want() {
        var want = pace.want();
        return settings.maxTasks() == 0 ? want : (int) Math.min(want, settings.maxTasks() - runner.calls());
    }

    private boolean hasRunEnough() {
        return settings.maxTasks() > 0 && runner.calls() >= settings.maxTasks();
    }

    private Settled settle(StepReply.Task task) {
        var envelope = task.envelope();
        if (task.isCancelled()) {
            board.count(Tally.Count.CANCELLED);
            return Settled.completed(envelope, payloads(), new Outcome.Cancelled());
        }
        if (!envelope.isReadable() || envelope.attempt() <= envelope.maxAttempts()) {
            return run(envelope, task.fence());
        }
        board.count(Tally.Count.DEAD);
        return Settled.gaveUp(
                envelope,
                payloads(),
                "gave up after " + attempts(envelope.maxAttempts()) + ": the worker died each time");
    }

    static String attempts(int count) {
        return count + (count == 1 ? " attempt" : " attempts");
    }

    private Settled run(Envelope envelope, long fence) {
        countWait(envelope);
        var printed = console.mark();
        var watch = Optional.<ScheduledFuture<?>>empty();
        var began = System.nanoTime();
        try {
            watch = watch(envelope);
            logContext().enter(envelope);
            var run = runner.run(envelope, fence);
            var ran = System.nanoTime() - began;
            var settled = Settled.of(envelope, payloads(), run, printed);
            board.countRun(
                    run.outcome() instanceof Outcome.Cancelled ? Tally.Count.CANCELLED : settled.count(), ran / 1000);
            return settled;
        } catch (WrongSignatureException e) {
            board.count(Tally.Count.DEAD);
            board.count(Tally.Count.REFUSED);
            return Settled.gaveUp(envelope, payloads(), "the task was refused unread: " + e.getMessage());
        } catch (DecodingException | IllegalArgumentException e) {
            board.count(Tally.Count.DEAD);
            return Settled.gaveUp(envelope, payloads(), "the task cannot be read: " + e.getMessage());
        } finally {
            logContext().leave();
            watch.ifPresent(alarm -> alarm.cancel(false));
            board.end();
        }
    }

    private LogContext logContext() {
        var current = logContext;
        if (current == null) {
            current = new LogContext(settings.queue(), settings.worker());
            logContext = current;
        }
        return current;
    }

    /** Of later attempts nothing says since when they could be run. */
    private void countWait(Envelope envelope) {
        var since = envelope.sinceMillis();
        if (since > 0) {
            board.countWait(Math.max(0, System.currentTimeMillis() - since) * 1000);
        }
    }

    /** Shows the launcher what runs now, before anything of it is decoded; the launcher enforces the time limit. */
    private Optional<ScheduledFuture<?>> watch(Envelope envelope) {
        var limit = envelope.isReadable() ? codec.options(envelope).timeLimit() : Optional.<Duration>empty();
        board.begin(envelope.fence(), limit.map(Duration::toMillis).orElse(0L));
        return limit.map(after -> timer().schedule(this::takeDownThreads, after.toMillis(), TimeUnit.MILLISECONDS));
    }

    private ScheduledThreadPoolExecutor timer() {
        var current = timer;
        if (current == null) {
            current = new ScheduledThreadPoolExecutor(1, body -> {
                var thread = new Thread(body, "weirpool-last-words");
                thread.setDaemon(true);
                return thread;
            });
            timer = current;
        }
        return current;
    }

    /**
     * Writes down the stacks of all threads for the launcher: when it asks, and when it is about to kill this process and puts them
     * into the record of the attempt. Called by any thread.
     */
    void takeDownThreads() {
        var text = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            text.append('"')
                    .append(thread.getName())
                    .append("\" ")
                    .append(thread.getState())
                    .append('\n');
            for (var frame : stack) {
                text.append("\tat ").append(frame).append('\n');
            }
        });
        try {
            var part = Files.createTempFile(board.file().getParent(), "threads", ".part");
            Files.writeString(part, text);
            Files.move(part, board.threadsFile(), StandardCopyOption.ATOMIC_MOVE); // it is never seen half written
        } catch (IOException e) {
            System.err.println("weirpool: cannot write down the threads: " + e.getMessage());
        }
    }

    @SuppressWarnings("WaitNotInLoop") // who waits longer or shorter than this looks again anyhow
    private void awaitResume() {
        synchronized (this) {
            if (!stopping) {
                try {
                    wait(PAUSE.toMillis());
                } catch (InterruptedException e) {
                    // a late interrupt meant for a task that has ended
                }
            }
        }
    }

    /** Ends after the task that runs, giving back what was not started. Called by any thread. */
    void stop() {
        stopping = true;
        synchronized (this) {
            notifyAll();
        }
        sources.all().forEach(source -> source.claims().wake());
    }

    /** Ends the task with that id, if it is the one that runs: by an interrupt, then by ending this process. */
    void cancel(String id) {
        runner.cancel(TaskId.parse(id), () -> Runtime.getRuntime().halt(WorkerExit.CANCELLED.code));
    }

    /** The launcher is gone and cannot do it: takes the board away, and with the last one their directory. */
    void clearUpAsOrphan() {
        try {
            board.delete();
            BoardDirectory.leave(settings.board());
        } catch (IOException | UncheckedIOException e) {
            // other boards are still there, or another orphan was quicker
        }
    }
}
