package dev.weirpool.scheduler;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as one line, in clauses of a word and a value: {@code cron 0 30 2 * * ?; zone Europe/Berlin; excluding SATURDAY SUNDAY}. A later
 * version may add words, which this one refuses.
 */
final class ScheduleText {

    private static final String BETWEEN = "; ";

    private ScheduleText() {}

    static String of(Timetable timetable, Schedule schedule) {
        var text = new StringBuilder(timetable.toString());
        if (timetable instanceof Timetable.CronTimes || !schedule.zone().equals(ZoneOffset.UTC)) {
            text.append(BETWEEN).append("zone ").append(schedule.zoneName());
        }
        schedule.start().ifPresent(start -> text.append(BETWEEN).append("from ").append(start));
        schedule.end().ifPresent(end -> text.append(BETWEEN).append("until ").append(end));
        if (!schedule.daysOff().isEmpty()) {
            text.append(BETWEEN).append("excluding ").append(schedule.daysOff());
        }
        return text.toString();
    }

    static Schedule parse(String text) {
        try {
            Timetable timetable = null;
            ZoneId zone = ZoneOffset.UTC;
            @Nullable Instant from = null;
            @Nullable Instant until = null;
            var daysOff = DaysOff.NONE;
            for (var clause : text.split(BETWEEN, -1)) {
                var space = clause.indexOf(' ');
                var value = clause.substring(space + 1);
                switch (clause.substring(0, Math.max(space, 0))) {
                    case "cron" -> timetable = new Timetable.CronTimes(CronParser.parse(value), zone);
                    case "every" ->
                        timetable = new Timetable.Every(
                                Timetable.checked("a period", Duration.parse(value)), Instant.EPOCH);
                    case "delay" ->
                        timetable = new Timetable.FixedDelay(Timetable.checked("a delay", Duration.parse(value)));
                    case "at" -> timetable = new Timetable.Once(Instant.parse(value));
                    case "zone" -> zone = Schedule.zone(value);
                    case "from" -> from = Instant.parse(value);
                    case "until" -> until = Instant.parse(value);
                    case "excluding" -> daysOff = DaysOff.parse(value);
                    default -> throw new IllegalArgumentException("'" + clause + "' is unknown to this version");
                }
            }
            if (timetable == null) {
                throw new IllegalArgumentException("it says nothing of when");
            }
            return new Schedule(timetable, zone, from, until, daysOff);
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IllegalArgumentException("cannot read the schedule '" + text + "': " + e.getMessage(), e);
        }
    }
}
