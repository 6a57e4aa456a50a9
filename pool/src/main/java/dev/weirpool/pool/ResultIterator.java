package dev.weirpool.pool;

import static java.util.Objects.requireNonNull;

import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.TaskId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The results of {@code imap} or {@code imapUnordered}, as they come. Items are taken from the input only as far ahead as the
 * buffer allows, so that input and output may be endless. For use by one thread.
 *
 * <p>An item whose task failed makes {@link #next} throw the task's exception; the call after that goes on with the next result.
 *
 * @param <R> what the task returns
 */
public final class ResultIterator<R> implements Iterator<R>, AutoCloseable {

    private static final Duration NO_LIMIT = Duration.ofDays(36_500);

    private final Dispatch dispatch;
    private final Iterator<?> items;
    private final Function<List<Object>, Dispatch.Ticket> submit;
    private final int chunkSize;
    private final int bufferSize;
    private final boolean ordered;

    private final Deque<Chunk> underWay = new ArrayDeque<>();
    private final BlockingQueue<Chunk> ended = new LinkedBlockingQueue<>();
    private final Deque<Outcome> outcomes = new ArrayDeque<>();
    private int taken;
    private boolean closed;
    private @Nullable RuntimeException inputFailure;
    private @Nullable ProgressLine line;

    ResultIterator(
            Dispatch dispatch,
            Iterator<?> items,
            Function<List<Object>, Dispatch.Ticket> submit,
            int chunkSize,
            int bufferSize,
            boolean ordered) {
        if (bufferSize < chunkSize) {
            throw new IllegalArgumentException(
                    "bufferSize must be at least the chunk size, " + chunkSize + ", got " + bufferSize);
        }
        this.dispatch = dispatch;
        this.items = items;
        this.submit = submit;
        this.chunkSize = chunkSize;
        this.bufferSize = bufferSize;
        this.ordered = ordered;
        readAhead();
    }

    /**
     * Shows a bar with how many results were taken, how fast, and how long the rest will take, on a line of standard error, if that is a
     * terminal.
     *
     * @param total how many there will be, 0 if that is not known
     */
    public ResultIterator<R> showProgress(String name, long total) {
        line = ProgressLine.start(name, total);
        return this;
    }

    /** Whether there is a further result, or will be; does not wait for it. */
    @Override
    public boolean hasNext() {
        return !outcomes.isEmpty() || !underWay.isEmpty() || inputFailure != null || (!closed && items.hasNext());
    }

    /**
     * Waits for the next result.
     *
     * @throws RuntimeException what the input threw, when all results before that have been taken; what the task threw, in a {@link dev.weirpool.queue.TaskFailedException} if it is checked
     * @throws NoSuchElementException if there is none
     */
    @Override
    public R next() {
        try {
            return next(NO_LIMIT);
        } catch (TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Waits for the next result, but no longer than {@code limit}.
     *
     * @throws TimeoutException if it is not there by then; it is not skipped
     */
    public R next(Duration limit) throws TimeoutException {
        if (!hasNext()) {
            throw new NoSuchElementException("all results have been taken");
        }
        readAhead();
        if (outcomes.isEmpty() && underWay.isEmpty()) {
            throw takeInputFailure();
        }
        if (outcomes.isEmpty()) {
            var chunk = await(limit);
            underWay.remove(chunk);
            outcomes.addAll(chunk.outcomes());
        }
        taken--;
        var outcome = outcomes.remove();
        readAhead();
        showStep();
        return value(outcome);
    }

    private void showStep() {
        if (line != null) {
            line.step(1);
            if (!hasNext()) {
                line.close();
            }
        }
    }

    /** The results that are left, in the same order, as a stream; closing it closes this. */
    public Stream<R> stream() {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED), false)
                .onClose(this::close);
    }

    /** Takes no more items and cancels the tasks that have not begun. */
    @Override
    public void close() {
        closed = true;
        if (line != null) {
            line.close();
        }
        var ids = underWay.stream().map(Chunk::id).toList();
        underWay.clear();
        outcomes.clear();
        if (!ids.isEmpty()) {
            dispatch.cancel(ids, false);
        }
    }

    /** An input that throws ends there; what it had given before is not lost by that. */
    private RuntimeException takeInputFailure() {
        var failure = requireNonNull(inputFailure);
        inputFailure = null;
        return failure;
    }

    private void readAhead() {
        try {
            submitAhead();
        } catch (RuntimeException e) {
            inputFailure = e;
            closed = true;
        }
    }

    private void submitAhead() {
        while (!closed && taken <= bufferSize - chunkSize && items.hasNext()) {
            var chunk = new ArrayList<Object>(chunkSize);
            while (chunk.size() < chunkSize && items.hasNext()) {
                chunk.add(items.next());
            }
            taken += chunk.size();
            var ticket = submit.apply(chunk);
            var submitted = new Chunk(ticket.id(), chunk.size(), ticket.outcome());
            underWay.add(submitted);
            if (!ordered) {
                ticket.outcome().whenComplete((outcome, failure) -> ended.add(submitted));
            }
        }
    }

    private Chunk await(Duration limit) throws TimeoutException {
        try {
            if (ordered) {
                var first = underWay.element();
                first.outcome.handle((outcome, failure) -> true).get(limit.toNanos(), TimeUnit.NANOSECONDS);
                return first;
            }
            var any = ended.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
            if (any == null) {
                throw new TimeoutException("no result within " + limit);
            }
            return any;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw AsyncResult.unchecked(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // null is what the task returned
    private R value(Outcome outcome) {
        return (R) Outcomes.valueOf(outcome, dispatch.allowed());
    }

    private record Chunk(TaskId id, int size, CompletableFuture<Outcome> outcome) {

        /** One outcome for each item; where the chunk as a whole has failed, that for each. */
        List<Outcome> outcomes() {
            return Outcomes.ofChunk(outcome, size);
        }
    }
}
