package dev.weirpool.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Optional;

/**
 * How far a running task says it is.
 *
 * @param done how much is done
 * @param total how much there is to do, 0 if that is not known
 * @param note what it is at, in a few words; may be empty
 * @param at when it said so, by the clock of its machine
 */
public record Progress(long done, long total, String note, Instant at) {

    /** A longer note is cut. */
    public static final int MAX_NOTE = 200;

    public Progress {
        if (done < 0 || total < 0) {
            throw new IllegalArgumentException("progress must not be negative, got " + done + " of " + total);
        }
        note = note.length() <= MAX_NOTE ? note : note.substring(0, MAX_NOTE);
    }

    /** For people: {@code 42 of 100, resizing}. */
    @Override
    public String toString() {
        return done + (total > 0 ? " of " + total : "") + (note.isEmpty() ? "" : ", " + note);
    }

    /** As it is stored. */
    public byte[] toBytes() {
        return (done + " " + total + " " + at.toEpochMilli() + " " + note).getBytes(UTF_8);
    }

    /** Reads what {@link #toBytes} made; empty if it is something else. */
    public static Optional<Progress> of(byte[] bytes) {
        var parts = new String(bytes, UTF_8).split(" ", 4);
        if (parts.length < 4 || !isNumber(parts[0]) || !isNumber(parts[1]) || !isNumber(parts[2])) {
            return Optional.empty();
        }
        return Optional.of(new Progress(
                Long.parseLong(parts[0]),
                Long.parseLong(parts[1]),
                parts[3],
                Instant.ofEpochMilli(Long.parseLong(parts[2]))));
    }

    private static boolean isNumber(String text) {
        return text.matches("\\d{1,18}");
    }
}
