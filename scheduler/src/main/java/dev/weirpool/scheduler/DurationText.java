package dev.weirpool.scheduler;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 10s}, {@code 1h30m}, or ISO's {@code PT10S}. */
final class DurationText {

    private static final Pattern PARTS =
            Pattern.compile("(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?(?:(\\d{1,9})ms)?");
    private static final long[] MILLIS = {0, 86_400_000, 3_600_000, 60_000, 1000, 1};

    private DurationText() {}

    /**
     * Reads {@code text}.
     *
     * @throws IllegalArgumentException if it is not a duration
     */
    static Duration parse(String text) {
        var matcher = PARTS.matcher(text);
        try {
            if (text.isEmpty() || !matcher.matches()) {
                return Duration.parse(text);
            }
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "'" + Yaml.shortened(text) + "' is not a duration; write it like 10s, 5m, 1h30m, 2d or PT10S", e);
        }
        var millis = 0L;
        for (var group = 1; group < MILLIS.length; group++) {
            if (matcher.group(group) != null) {
                millis += Long.parseLong(matcher.group(group)) * MILLIS[group];
            }
        }
        return Duration.ofMillis(millis);
    }
}
