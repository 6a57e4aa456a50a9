package dev.weirpool.scheduler;

import java.time.LocalDate;

/**
 * A cron expression that has been read: sets of bits, asked for the next local time. Local times are seconds since 1970-01-01T00:00 on the
 * clock of a place, so that nothing here knows of zones.
 *
 * @param text the expression in capitals, with single spaces
 * @param seconds bits 0 to 59
 * @param minutes bits 0 to 59
 * @param hours bits 0 to 23
 * @param days which days of a month
 * @param months bits 1 to 12
 * @param years which years
 * @param repeats whether a local time that comes twice fires twice
 */
record Cron(
        String text, long seconds, long minutes, long hours, CronDays days, long months, Years years, boolean repeats) {

    /** What is returned if there is no such time. */
    static final long NEVER = Long.MAX_VALUE;

    private static final int DAY = 86_400;

    /**
     * The years from 1970 to 2199, a bit each.
     *
     * @param bits bit 0 of the first is 1970
     */
    record Years(long... bits) {
        static final int FIRST = 1970;
        static final int LAST = 2199;

        boolean contain(int year) {
            var bit = year - FIRST;
            return (bits[bit >> 6] & 1L << bit) != 0;
        }
    }

    /** The first local time that is {@code from} or later; {@link #NEVER} if there is none before 2200. */
    long next(long from) {
        if (from < 0) {
            return next(0);
        }
        var today = from / DAY;
        if (today > LocalDate.MAX.toEpochDay()) {
            return NEVER;
        }
        var date = LocalDate.ofEpochDay(today);
        var year = date.getYear();
        var month = date.getMonthValue();
        var day = date.getDayOfMonth();
        if (year <= Years.LAST && hasMonth(year, month) && (days.in(year, month) & 1 << day) != 0) {
            var time = timeFrom((int) (from % DAY));
            if (time >= 0) {
                return today * DAY + time;
            }
        }
        return firstOf(nextDay(year, month, day + 1));
    }

    private boolean hasMonth(int year, int month) {
        return (months & 1L << month) != 0 && years.contain(year);
    }

    private long firstOf(long day) {
        return day == NEVER ? NEVER : day * DAY + timeFrom(0);
    }

    /** The first day that is one of ours, as an epoch day. */
    private long nextDay(int fromYear, int fromMonth, int fromDay) {
        var month = fromMonth;
        var allowed = fromDay > 31 ? 0 : -1 << fromDay;
        for (var year = fromYear; year <= Years.LAST; year++) {
            if (years.contain(year)) {
                for (; month <= 12; month++) {
                    var found = (months & 1L << month) == 0 ? 0 : days.in(year, month) & allowed;
                    if (found != 0) {
                        return LocalDate.of(year, month, Integer.numberOfTrailingZeros(found))
                                .toEpochDay();
                    }
                    allowed = -1;
                }
            }
            allowed = -1;
            month = 1;
        }
        return NEVER;
    }

    /** The first time of day, in seconds, that is {@code from} or later; -1 if there is none. */
    private int timeFrom(int from) {
        var hour = from / 3600;
        var minute = from / 60 % 60;
        if ((hours & 1L << hour) != 0) {
            if ((minutes & 1L << minute) != 0) {
                var second = first(seconds, from % 60);
                if (second >= 0) {
                    return from / 60 * 60 + second;
                }
            }
            var later = first(minutes, minute + 1);
            if (later >= 0) {
                return hour * 3600 + later * 60 + first(seconds, 0);
            }
        }
        var later = first(hours, hour + 1);
        return later < 0 ? -1 : later * 3600 + first(minutes, 0) * 60 + first(seconds, 0);
    }

    /** The first bit at {@code from}, at most 63, or later; -1 if there is none. */
    private static int first(long bits, int from) {
        var rest = bits & -1L << from;
        return rest == 0 ? -1 : Long.numberOfTrailingZeros(rest);
    }

    @Override
    public String toString() {
        return text;
    }
}
