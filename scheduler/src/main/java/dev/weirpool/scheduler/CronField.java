package dev.weirpool.scheduler;

import java.util.List;

/** A field of a cron expression: what it is called, and which values it takes. */
enum CronField {
    SECOND("second", 0, 59),
    MINUTE("minute", 0, 59),
    HOUR("hour", 0, 23),
    DAY("day of month", 1, 31),
    MONTH("month", 1, 12),
    /** As Quartz counts: 1 is Sunday. */
    WEEKDAY("day of week", 1, 7),
    /** As Unix counts: 0 is Sunday, and so is 7. */
    UNIX_WEEKDAY("day of week", 0, 7),
    YEAR("year", Cron.Years.FIRST, Cron.Years.LAST);

    static final List<CronField> QUARTZ = List.of(SECOND, MINUTE, HOUR, DAY, MONTH, WEEKDAY, YEAR);
    static final List<CronField> UNIX = List.of(MINUTE, HOUR, DAY, MONTH, UNIX_WEEKDAY);

    private static final List<String> MONTHS =
            List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final List<String> WEEKDAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");

    final String label;
    final int min;
    final int max;

    CronField(String label, int min, int max) {
        this.label = label;
        this.min = min;
        this.max = max;
    }

    /** The names of the values from {@link #min} on. */
    List<String> names() {
        return switch (this) {
            case MONTH -> MONTHS;
            case WEEKDAY, UNIX_WEEKDAY -> WEEKDAYS;
            default -> List.of();
        };
    }

    /** How many values there are; Sunday counts once. */
    int size() {
        return this == UNIX_WEEKDAY ? 7 : max - min + 1;
    }

    /** The greatest value when each is counted once. */
    int last() {
        return min + size() - 1;
    }
}
