package dev.weirpool.queue.protocol;

import java.time.Duration;

/** What follows an attempt: the task is done, is tried again, or is given up. */
public sealed interface Settlement {

    Envelope task();

    /** The task is done; {@code result} goes to the client that awaits it, if it still does. */
    record Complete(Envelope task, byte[] result) implements Settlement {}

    /** The task waits for {@code delay} and is then tried again. */
    record Retry(Envelope task, Duration delay) implements Settlement {}

    /** The task is given up and kept as a dead letter; {@code result} tells the client why. */
    record Bury(Envelope task, byte[] result) implements Settlement {}
}
