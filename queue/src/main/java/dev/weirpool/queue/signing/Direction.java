package dev.weirpool.queue.signing;

/** What a signature was made for: one that is good for the one is none for another. */
public enum Direction {
    /** A task on its way to a worker. */
    TASK('t'),
    /** Results on their way to the client, or kept for anybody. */
    RESULT('r'),
    /** An item of a shared queue. */
    ITEM('i'),
    /** What a schedule is. */
    SCHEDULE('s'),
    /** An order to a launcher. */
    ORDER('o');

    private final char letter; // on the wire, so it never changes

    Direction(char letter) {
        this.letter = letter;
    }

    char letter() {
        return letter;
    }
}
