package dev.weirpool.queue;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A task failed, and what it threw cannot be thrown here as it is: a checked exception from a method that declares none, an
 * exception whose class is not known in this process, or a fault that no exception stands for, such as a worker that died.
 */
public final class TaskFailedException extends RuntimeException {

    private final @Nullable Failure failure;

    /** Wraps a checked exception, which is the cause. */
    public TaskFailedException(Throwable cause) {
        super(cause.toString(), cause);
        this.failure = null;
    }

    TaskFailedException(Failure failure, @Nullable Throwable cause) {
        super(
                failure.className().equals(TaskFailedException.class.getName())
                        ? failure.message()
                        : failure.toString(),
                cause);
        this.failure = failure;
    }

    /** What is known of the remote exception: class, message, and stack as text. */
    public Optional<Failure> failure() {
        return Optional.ofNullable(failure);
    }
}
