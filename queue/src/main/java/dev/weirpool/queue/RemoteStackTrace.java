package dev.weirpool.queue;

import org.jspecify.annotations.Nullable;

/**
 * The stack that an exception had in the process where it was thrown. It stands as the cause of the exception that a caller
 * gets, so that a printed trace shows both sides; what caused the exception there is the cause of this one.
 */
public final class RemoteStackTrace extends RuntimeException {

    RemoteStackTrace(String message, StackTraceElement[] stack, @Nullable Throwable cause) {
        super(message, cause, false, true);
        setStackTrace(stack);
    }
}
