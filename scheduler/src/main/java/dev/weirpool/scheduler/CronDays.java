package dev.weirpool.scheduler;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;

/**
 * Which days of a month a cron expression names, by their number and by their weekday. A day has to be among both, unless {@code either}
 * is enough.
 *
 * <p>Weekdays are counted from 0, Sunday.
 *
 * @param numbers bits 1 to 31
 * @param fromEnd bits 0 to 30: so many days before the last
 * @param nearest bits 1 to 31: the weekday, Monday to Friday, that is nearest to that day
 * @param nearestFromEnd bits 0 to 30: the weekday that is nearest to so many days before the last
 * @param weekdays bits 0 to 6
 * @param lastWeekdays bits 0 to 6: the last one of the month
 * @param nthWeekdays at place n, bits 0 to 6: the nth of the month
 * @param either whether a day is ours by its number or by its weekday
 */
record CronDays(
        int numbers,
        int fromEnd,
        int nearest,
        int nearestFromEnd,
        int weekdays,
        int lastWeekdays,
        List<Integer> nthWeekdays,
        boolean either) {

    static final int ALL_NUMBERS = -1 << 1;
    static final int ALL_WEEKDAYS = 0x7F;

    /** Bits 1 to 31 for the days of that month that are ours. */
    int in(int year, int month) {
        var length = YearMonth.of(year, month).lengthOfMonth();
        var all = -1 >>> (31 - length) & ALL_NUMBERS;
        if (isEveryNumber() && weekdays == ALL_WEEKDAYS) {
            return all;
        }
        // 1970-01-01 was a Thursday
        var firstWeekday = (int) Math.floorMod(LocalDate.of(year, month, 1).toEpochDay() + 4, 7L);
        var byNumber = byNumber(length, firstWeekday);
        var byWeekday = byWeekday(length, firstWeekday);
        return (either ? byNumber | byWeekday : byNumber & byWeekday) & all;
    }

    boolean isEveryNumber() {
        return numbers == ALL_NUMBERS;
    }

    private int byNumber(int length, int firstWeekday) {
        var bits = numbers;
        if ((fromEnd | nearest | nearestFromEnd) == 0) {
            return bits;
        }
        for (var day = 1; day <= length; day++) {
            if ((fromEnd & 1 << (length - day)) != 0) {
                bits |= 1 << day;
            }
            if ((nearest & 1 << day) != 0 || (nearestFromEnd & 1 << (length - day)) != 0) {
                bits |= 1 << nearestTo(day, length, firstWeekday);
            }
        }
        return bits;
    }

    /** A Saturday's is the day before, a Sunday's the day after, but never in another month. */
    private static int nearestTo(int day, int length, int firstWeekday) {
        return switch ((firstWeekday + day - 1) % 7) {
            case 6 -> day == 1 ? 3 : day - 1;
            case 0 -> day == length ? day - 2 : day + 1;
            default -> day;
        };
    }

    private int byWeekday(int length, int firstWeekday) {
        if (weekdays == ALL_WEEKDAYS) {
            return ALL_NUMBERS;
        }
        var bits = 0;
        for (var day = 1; day <= length; day++) {
            var weekday = 1 << (firstWeekday + day - 1) % 7;
            if ((weekdays & weekday) != 0
                    || (lastWeekdays & weekday) != 0 && day > length - 7
                    || (nthWeekdays.get((day + 6) / 7) & weekday) != 0) {
                bits |= 1 << day;
            }
        }
        return bits;
    }
}
