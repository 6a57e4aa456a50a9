package dev.weirpool.dashboard;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Numbers, times and sizes as people read them. */
final class Words {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final String[] SIZES = {"B", "KiB", "MiB", "GiB", "TiB"};

    private Words() {}

    /** {@code 1234567} as {@code 1,234,567}. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** A number with its noun, in the plural unless it is one. */
    static String count(long number, String noun) {
        return count(number) + " " + noun + (number == 1 ? "" : "s");
    }

    /** With a digit behind the point where it is small. */
    static String rate(double number) {
        return number > 0 && number < 10 ? String.format(Locale.ROOT, "%.1f", number) : count(Math.round(number));
    }

    /** The two largest units that matter: {@code 3 d 4 h}, {@code 12 s}, {@code 3.4 ms}. */
    static String duration(Duration duration) {
        var seconds = duration.toSeconds();
        if (seconds >= 86_400) {
            return two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h");
        }
        if (seconds >= 3600) {
            return two(seconds / 3600, "h", seconds % 3600 / 60, "min");
        }
        if (seconds >= 60) {
            return two(seconds / 60, "min", seconds % 60, "s");
        }
        var millis = duration.toNanos() / 1e6;
        if (millis >= 10_000) {
            return seconds + " s";
        }
        if (millis >= 1000) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000);
        }
        if (millis >= 10) {
            return Math.round(millis) + " ms";
        }
        return millis == 0 ? "0" : String.format(Locale.ROOT, millis >= 1 ? "%.1f ms" : "%.2f ms", millis);
    }

    private static String two(long large, String unit, long small, String smaller) {
        return large + " " + unit + (small == 0 ? "" : " " + small + " " + smaller);
    }

    /** How long ago, or until when. */
    static String age(Instant then, Instant now) {
        var age = Duration.between(then, now);
        if (age.isNegative()) {
            return age.toSeconds() == 0
                    ? "now"
                    : "in " + duration(age.negated().truncatedTo(java.time.temporal.ChronoUnit.SECONDS));
        }
        return age.toSeconds() == 0 ? "now" : duration(age.truncatedTo(java.time.temporal.ChronoUnit.SECONDS)) + " ago";
    }

    static String bytes(long bytes) {
        var size = (double) bytes;
        var unit = 0;
        while (size >= 1024 && unit < SIZES.length - 1) {
            size /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 || size >= 100 ? "%.0f %s" : "%.1f %s", size, SIZES[unit]);
    }

    static String time(Instant moment) {
        return TIME.format(moment);
    }

    static String moment(Instant moment) {
        return MOMENT.format(moment);
    }

    /** The last part of a name, which is what tells tasks apart: {@code Tasks::checksum}. */
    static String shortName(String name) {
        var method = name.lastIndexOf("::");
        return name.substring(name.lastIndexOf('.', method < 0 ? name.length() : method) + 1);
    }

    /** What a name begins with, before its {@link #shortName}. */
    static String packageOf(String name) {
        return name.substring(0, name.length() - shortName(name).length());
    }
}
