package dev.weirpool.queue;

/** A task ran for longer than its options allow. The cause, if there is one, is what it threw when it was interrupted. */
public final class TimeLimitExceededException extends RuntimeException {

    public TimeLimitExceededException(String message) {
        super(message);
    }
}
