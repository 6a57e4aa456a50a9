package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.redis.ForeignDataException;

/** Whether a shared queue takes items, and how many it may hold. */
public final class SharedQueueState {

    /** Nobody has opened the queue, or it was deleted. */
    public static final SharedQueueState NONE = new SharedQueueState("none", 0);

    private static final String OPEN = "open ";
    private static final String SHUT = "shut ";

    private final String text;
    private final byte[] wireForm;
    private final int maxSize;

    private SharedQueueState(String text, int maxSize) {
        this.text = text;
        this.wireForm = bytes(text);
        this.maxSize = maxSize;
    }

    /** A queue that takes items, up to {@code maxSize} of them, or any number if that is 0. */
    public static SharedQueueState open(int maxSize) {
        return new SharedQueueState(OPEN + maxSize, maxSize);
    }

    static SharedQueueState read(byte[] wireForm) {
        var text = new String(wireForm, UTF_8);
        if (text.equals(NONE.text)) {
            return NONE;
        }
        if (text.startsWith(OPEN) || text.startsWith(SHUT)) {
            var digits = text.substring(OPEN.length());
            try {
                var maxSize = Integer.parseInt(digits);
                if (maxSize >= 0
                        && digits.equals(Integer.toString(maxSize))) { // else nobody's state would ever equal it
                    return new SharedQueueState(text, maxSize);
                }
            } catch (NumberFormatException e) {
                throw unreadable(text);
            }
        }
        throw unreadable(text);
    }

    private static ForeignDataException unreadable(String text) {
        return new ForeignDataException("not the state of a shared queue: '" + text
                + "'; was it written by a later version of Weirpool, or by another program?");
    }

    /** Has the queue been opened, and not been deleted since? */
    public boolean isKnown() {
        return this != NONE;
    }

    public boolean isShut() {
        return text.startsWith(SHUT);
    }

    /** The most items the queue may hold; 0 if it has no bound, or is not known. */
    public int maxSize() {
        return maxSize;
    }

    byte[] wireForm() {
        return wireForm;
    }

    @Override
    public String toString() {
        return text;
    }
}
