package dev.weirpool.queue.protocol;

import java.util.regex.Pattern;

/**
 * How much may wait on a queue, ready or delayed, before it takes no more.
 *
 * @param items the most tasks; 0 for any number
 * @param bytes as long as fewer wait, one more is taken, whatever its size; 0 for any number
 */
public record Limit(long items, long bytes) {

    /** Any number of anything. */
    public static final Limit NONE = new Limit(0, 0);

    private static final Pattern WIRE_FORM = Pattern.compile("(\\d+) (\\d+)");

    private static final long MOST = 1L << 50; // numbers of Lua are exact up to 53 bits

    /**
     * @throws IllegalArgumentException if one of them is negative, or larger than any Redis
     */
    public Limit {
        if (items < 0 || bytes < 0 || items > MOST || bytes > MOST) {
            throw new IllegalArgumentException("a limit of a queue must be from 0, which is none, to 2^50, got " + items
                    + " tasks and " + bytes + " bytes");
        }
    }

    /** Reads what {@link #wireForm} made; none, as scripts take it, if it is something else. */
    static Limit of(String wireForm) {
        var parts = WIRE_FORM.matcher(wireForm);
        return parts.matches() ? new Limit(number(parts.group(1)), number(parts.group(2))) : NONE;
    }

    private static long number(String digits) {
        return digits.length() > 15 ? MOST : Long.parseLong(digits);
    }

    /** What each of {@code parts} may hold so that all of them together hold no less than this. */
    public Limit share(int parts) {
        return new Limit((items + parts - 1) / parts, (bytes + parts - 1) / parts);
    }

    Limit and(Limit other) {
        return new Limit(Math.min(MOST, items + other.items), Math.min(MOST, bytes + other.bytes));
    }

    String wireForm() {
        return items + " " + bytes;
    }

    /** As a sentence has it: {@code 1000 tasks and 65536 bytes}. */
    @Override
    public String toString() {
        if (equals(NONE)) {
            return "any number of tasks";
        }
        return (items > 0 ? items + (items == 1 ? " task" : " tasks") : "")
                + (items > 0 && bytes > 0 ? " and " : "")
                + (bytes > 0 ? bytes + " bytes" : "");
    }
}
