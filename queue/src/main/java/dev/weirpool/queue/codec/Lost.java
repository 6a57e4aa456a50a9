package dev.weirpool.queue.codec;

/**
 * Stands in, within a skipped field, for something that this side does not have.
 *
 * @param why what to say if someone needs it after all
 */
record Lost(String why) {
    static final Lost WITHIN_SKIPPED =
            new Lost("an object is used here that was first met in a removed field, where classes are missing");
}
