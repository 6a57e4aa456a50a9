package dev.weirpool.cli;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The tasks of {@code heirloom.redis}; whoever changes them has to have it written anew by the version that wrote it. */
public final class Errands {

    private Errands() {}

    /** Something to send. */
    public record Parcel(String to, Map<String, Integer> items, Instant when) {}

    public static int add(int one, int other) {
        return one + other;
    }

    public static Integer twice(Integer number) {
        return 2 * number;
    }

    public static String join(List<String> words) {
        return String.join(" ", words);
    }

    public static Parcel pack(Parcel parcel, String more) {
        var items = new java.util.TreeMap<>(parcel.items());
        items.put(more, 1);
        return new Parcel(parcel.to(), items, parcel.when());
    }

    public static void fail(String why) {
        throw new IllegalStateException(why);
    }
}
