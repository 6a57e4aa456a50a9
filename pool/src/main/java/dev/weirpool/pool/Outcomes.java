package dev.weirpool.pool;

import dev.weirpool.queue.Failure;
import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.codec.AllowList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What callers get to see of an outcome. */
final class Outcomes {

    private Outcomes() {}

    /** A future that ends as the task did. */
    static CompletableFuture<@Nullable Object> future(CompletableFuture<Outcome> ended, AllowList allowed) {
        var future = new CompletableFuture<@Nullable Object>();
        ended.whenComplete((outcome, failure) -> {
            if (failure != null) {
                future.completeExceptionally(failure);
            } else if (outcome instanceof Outcome.Returned returned) {
                future.complete(returned.value());
            } else if (outcome instanceof Outcome.Threw threw) {
                future.completeExceptionally(threw.failure().rebuild(allowed));
            } else {
                future.cancel(false);
            }
        });
        return future;
    }

    /** A future of all items' values in order, or of what the first that failed threw; it ends when the last chunk has. */
    static CompletableFuture<List<@Nullable Object>> allOf(
            List<CompletableFuture<Outcome>> chunks, List<Integer> sizes, AllowList allowed) {
        var future = new CompletableFuture<List<@Nullable Object>>();
        CompletableFuture.allOf(chunks.toArray(CompletableFuture[]::new)).whenComplete((nothing, failure) -> {
            try {
                var values = new ArrayList<@Nullable Object>(
                        sizes.stream().mapToInt(Integer::intValue).sum());
                for (var i = 0; i < chunks.size(); i++) {
                    for (var outcome : ofChunk(chunks.get(i), sizes.get(i))) {
                        values.add(valueOrThrow(outcome, allowed));
                    }
                }
                future.complete(Collections.unmodifiableList(values));
            } catch (CancellationException e) {
                future.cancel(false);
            } catch (CompletionException e) {
                future.completeExceptionally(e.getCause());
            } catch (RuntimeException e) {
                future.completeExceptionally(e);
            }
        });
        return future;
    }

    private static @Nullable Object valueOrThrow(Outcome outcome, AllowList allowed) {
        if (outcome instanceof Outcome.Returned returned) {
            return returned.value();
        }
        if (outcome instanceof Outcome.Threw threw) {
            throw new CompletionException(threw.failure().rebuild(allowed));
        }
        throw new CancellationException("the task was cancelled");
    }

    /** The value, or the task's own exception, in a {@link dev.weirpool.queue.TaskFailedException} if it is checked. */
    static @Nullable Object valueOf(Outcome outcome, AllowList allowed) {
        try {
            return valueOrThrow(outcome, allowed);
        } catch (CompletionException e) {
            throw AsyncResult.unchecked(Objects.requireNonNull(e.getCause()));
        }
    }

    /** The outcomes of a chunk's items; if the chunk failed as a whole, that failure for each. */
    static List<Outcome> ofChunk(CompletableFuture<Outcome> ended, int size) {
        Outcome whole;
        try {
            whole = ended.join();
        } catch (CompletionException e) {
            throw AsyncResult.unchecked(Objects.requireNonNull(e.getCause()));
        }
        if (whole instanceof Outcome.Returned returned && returned.value() instanceof Object[] values) {
            return values.length == size
                    ? TaskCodec.outcomes(values)
                    : Collections.nCopies(size, lost(values.length, size));
        }
        return Collections.nCopies(size, whole);
    }

    private static Outcome lost(int got, int expected) {
        return new Outcome.Threw(Failure.of("a chunk of " + expected + " items came back with " + got, "this process"));
    }
}
