package dev.weirpool.pool;

/** The pool was terminated, or lost its workers for good, before the task had ended. */
public final class PoolTerminatedException extends RuntimeException {

    PoolTerminatedException(String message) {
        super(message);
    }

    PoolTerminatedException(String message, Throwable cause) {
        super(message, cause);
    }
}
