package dev.weirpool.queue.codec;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The objects met so far in one message, numbered from 0 in the order they were met, compared by identity.
 *
 * <p>The first few are searched one by one, because the first {@link System#identityHashCode} of an object costs more
 * than that and most messages hold only a few objects.
 */
final class Seen {
    private static final int FEW = 8;
    private static final int LARGE = 4096;
    private static final int[] NONE = {};

    private @Nullable Object[] objects = new @Nullable Object[2 * FEW];
    private int size;
    /** Open addressing; a cell holds the number of an object plus one. Empty while there are few. */
    private int[] cells = NONE;

    /** Returns the number of an object met before, or -1 after giving it the next number. */
    int add(Object object) {
        if (size < FEW || cells.length == 0) {
            for (int i = 0; i < size; i++) {
                if (objects[i] == object) {
                    return i;
                }
            }
            append(object);
            return -1;
        }
        int cell = cellOf(object);
        if (cells[cell] != 0) {
            return cells[cell] - 1;
        }
        append(object);
        return -1;
    }

    int size() {
        return size;
    }

    private void append(Object object) {
        if (size == objects.length) {
            objects = Arrays.copyOf(objects, 2 * size);
        }
        objects[size++] = object;
        if (size < FEW) {
            return;
        }
        if (2 * size > cells.length) {
            cells = new int[4 * objects.length];
            for (int i = 0; i < size; i++) {
                cells[cellOf(objects[i])] = i + 1;
            }
            return;
        }
        cells[cellOf(object)] = size;
    }

    /** The cell that holds the object's number, or the free one where it belongs. */
    private int cellOf(@Nullable Object object) {
        int mask = cells.length - 1;
        // the low bits of identity hash codes are good enough; multiplying spreads them over large tables
        int cell = (System.identityHashCode(object) * 0x9E3779B9) >>> 7 & mask;
        while (cells[cell] != 0 && objects[cells[cell] - 1] != object) {
            cell = (cell + 1) & mask;
        }
        return cell;
    }

    /** Forgets everything, and gives back the memory of an unusually large message. */
    void clear() {
        if (size > LARGE) {
            objects = new @Nullable Object[2 * FEW];
        } else {
            Arrays.fill(objects, 0, size, null);
        }
        if (cells.length > 0) {
            // small messages go without the cells, so they are dropped rather than wiped each time
            cells = NONE;
        }
        size = 0;
    }
}
