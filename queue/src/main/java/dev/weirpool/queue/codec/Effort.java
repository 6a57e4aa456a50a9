package dev.weirpool.queue.codec;

import org.jspecify.annotations.Nullable;

/**
 * What it costs to find out whether the elements of a set, or the keys of a map, are the same, in bytes that are looked at. A message of a
 * few hundred bytes could otherwise keep its reader busy for years: with lists that each hold the one before twice, so that each hash code
 * takes twice the time of the one before, or with keys that all have the same.
 *
 * <p>An honest message of 16 MiB takes less than half of the limit.
 */
final class Effort {
    /** How elements are compared. */
    enum Search {
        BY_HASH,
        BY_ORDER,
        ONE_BY_ONE
    }

    private static final long MOST = 1 << 26;
    /** So few may all be compared with each other. */
    private static final int FEW = 64;

    private static final int MOST_CELLS = 1 << 20;
    private static final int COMPILED_AT_ONCE = 32;

    private long spent;

    void reset() {
        spent = 0;
    }

    private void spend(long bytes) {
        spent += bytes;
        if (spent > MOST || spent < 0) {
            throw new DecodingException("to compare what the sets and maps of the message hold would take too long:"
                    + " too many have the same hash code, or they hold the same objects over and over");
        }
    }

    /** Notes a pattern that is to be compiled, which may take the square of its length. */
    void compile(int length) {
        spent += (long) length * length / COMPILED_AT_ONCE;
        if (spent > MOST || spent < 0) {
            throw new DecodingException(
                    "to compile the patterns of the message would take too long: they are too long, or too many");
        }
    }

    /** For {@code count} elements. */
    Keys keys(int count, Search search) {
        return new Keys(count, search);
    }

    /** The elements of one set, or keys of one map, as they are read. */
    final class Keys {
        private final Search search;
        /** How many there are in each cell of a hash table; null if that does not matter. */
        private final int @Nullable [] cells;

        private int count;

        private Keys(int count, Search search) {
            this.search = search;
            var cellCount = Math.min(MOST_CELLS, Integer.highestOneBit(Math.max(1, count)) << 1);
            this.cells = search == Search.BY_HASH && count > FEW ? new int[cellCount] : null;
        }

        /**
         * Notes one, before anything is asked of it.
         *
         * @param weight how many bytes are looked at for the whole of it
         */
        void add(@Nullable Object key, long weight) {
            spend(weight);
            if (search == Search.ONE_BY_ONE) {
                spend(weight * count);
                count++;
            } else if (cells != null && key != null) {
                var cell = (key.hashCode() * 0x9E3779B9) >>> (Integer.numberOfLeadingZeros(cells.length) + 1);
                spend(weight * cells[cell]);
                cells[cell]++;
            }
        }
    }
}
