package dev.weirpool.queue.codec;

import org.jspecify.annotations.Nullable;

/**
 * Bytes cannot be turned into a value: they are damaged or hostile, or they name a class, enum constant or type that
 * this side does not have or does not let in.
 */
public final class DecodingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Makes one for bytes that decode, but not to what was expected. */
    public DecodingException(String message) {
        super(message);
    }

    DecodingException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
