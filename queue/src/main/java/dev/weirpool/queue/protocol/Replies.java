package dev.weirpool.queue.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.redis.ForeignDataException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what scripts and commands reply, which is made of values that anybody may have written who can write to Redis. */
final class Replies {

    private static final Pattern NUMBER = Pattern.compile("(-?\\d{1,18})(\\.\\d{1,40})?");
    private static final Pattern LARGE = Pattern.compile("\\d(\\.\\d{1,40})?e\\+(0\\d|1[0-7])");

    private Replies() {}

    static List<?> list(@Nullable Object reply) {
        if (reply instanceof List<?> list) {
            return list;
        }
        throw unreadable("a list", reply);
    }

    static byte[] raw(@Nullable Object reply) {
        if (reply instanceof byte[] bytes) {
            return bytes;
        }
        throw unreadable("text", reply);
    }

    static String text(@Nullable Object reply) {
        return new String(raw(reply), UTF_8);
    }

    static long number(@Nullable Object reply) {
        if (reply instanceof Long number) {
            return number;
        }
        throw unreadable("a number", reply);
    }

    /** The part at that place of a reply. */
    static @Nullable Object part(List<?> reply, int index) {
        if (index < reply.size()) {
            return reply.get(index);
        }
        throw unreadable(index + 1 + " parts", reply);
    }

    /** A moment in ms, as scores and fields have it; empty if it is none that a clock can show. */
    static Optional<Long> moment(@Nullable Object reply) {
        var digits = text(reply);
        var number = NUMBER.matcher(digits);
        if (number.matches()) {
            return Optional.of(Long.parseLong(number.group(1)));
        }
        return LARGE.matcher(digits).matches() ? Optional.of((long) Double.parseDouble(digits)) : Optional.empty();
    }

    private static ForeignDataException unreadable(String expected, @Nullable Object reply) {
        var is = reply == null
                ? "nothing"
                : reply instanceof List<?> list
                        ? list.size() + " parts"
                        : reply.getClass().getSimpleName();
        return new ForeignDataException("Redis replied with " + is + " where " + expected
                + " should be; look who else writes to the keys of this queue, or delete it");
    }
}
