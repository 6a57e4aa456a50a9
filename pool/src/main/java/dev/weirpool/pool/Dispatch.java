package dev.weirpool.pool;

import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.Progress;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.codec.AllowList;
import dev.weirpool.worker.Census;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Where a pool's tasks go and their outcomes come from: Redis, or threads of this JVM. */
sealed interface Dispatch permits RedisDispatch, InlineDispatch {

    /**
     * Sends a task on its way.
     *
     * @throws IllegalArgumentException if it cannot travel
     */
    Ticket submit(Task<?> task, TaskOptions options);

    /** Asks that tasks do not run, and, if so wished, that those that run are ended. */
    void cancel(List<TaskId> tasks, boolean endRunning);

    /** How far a task last said it was. */
    Optional<Progress> progress(TaskId task);

    /** How its own workers are; empty if it has none. */
    Optional<Census> census();

    /** How many processes or threads run tasks, at least 1. */
    int workers();

    /** Fails every open ticket, and each that is submitted from now on, with {@code cause}. */
    void abandon(RuntimeException cause);

    /** Waits until all tickets are resolved. */
    void awaitAll() throws InterruptedException;

    /** Kills the workers; returns at once. */
    void kill();

    /** Ends the workers, each when it has ended its task, and waits until they are gone. */
    void end();

    /** A task under way. */
    record Ticket(TaskId id, CompletableFuture<Outcome> outcome) {}

    /** Which classes results may be of. */
    AllowList allowed();
}
