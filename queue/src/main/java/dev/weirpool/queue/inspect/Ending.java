package dev.weirpool.queue.inspect;

/**
 * How a task has ended whose result is kept.
 *
 * @param text what it returned, as far as that can be told without its classes; or the stack of what it threw
 */
public record Ending(Kind kind, String text) {

    /** In which way. */
    public enum Kind {
        RETURNED,
        THREW,
        CANCELLED,
        /** Not to be told here, as there is no secret to verify it with, or its signature is wrong. */
        HIDDEN
    }
}
