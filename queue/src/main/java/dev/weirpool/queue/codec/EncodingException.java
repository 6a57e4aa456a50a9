package dev.weirpool.queue.codec;

import org.jspecify.annotations.Nullable;

/** A value cannot be turned into bytes. The message names the place, the type and the remedy. */
public final class EncodingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String path;
    private final String type;

    EncodingException(String message, String path, String type, @Nullable Throwable cause) {
        super(message, cause);
        this.path = path;
        this.type = type;
    }

    /**
     * Where the fault is, seen from the encoded value: {@code "[1].report.owner"}, or {@code ""} for the value itself.
     * A very long path has its middle replaced by {@code "…"}.
     */
    public String path() {
        return path;
    }

    /** The name of the class that is at fault, such as {@code "java.lang.Thread"}. */
    public String type() {
        return type;
    }
}
