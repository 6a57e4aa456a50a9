package dev.weirpool.queue.protocol;

/** Where the tasks of a queue wait, or lie. */
public enum Place {
    READY,
    READY1,
    READY2,
    READY3,
    DELAYED,
    DEAD;

    byte[] key(Keys keys) {
        return switch (this) {
            case READY -> keys.ready;
            case READY1 -> keys.ready1;
            case READY2 -> keys.ready2;
            case READY3 -> keys.ready3;
            case DELAYED -> keys.delayed;
            case DEAD -> keys.dead;
        };
    }
}
