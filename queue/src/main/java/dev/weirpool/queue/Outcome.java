package dev.weirpool.queue;

import org.jspecify.annotations.Nullable;

/** How a try of a task ended. */
public sealed interface Outcome {

    /** The method returned {@code value}. */
    record Returned(@Nullable Object value) implements Outcome {}

    /** The method threw, or its worker could not run it. */
    record Threw(Failure failure) implements Outcome {}

    /** It was cancelled before it ran, or ended while it did. */
    record Cancelled() implements Outcome {}
}
