package dev.weirpool.examples;

import dev.weirpool.queue.Task;
import dev.weirpool.scheduler.DaysOff;
import dev.weirpool.scheduler.Rehearsal;
import dev.weirpool.scheduler.Schedule;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/** At nine on business days: rehearses a December of it, in no time. */
public final class BusinessDays {

    public static void main(String[] arguments) throws Exception {
        Schedule schedule = Schedule.cron("0 0 9 * * ?", "Europe/Berlin")
                .excluding(DaysOff.weekdays(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY));
        System.out.println(schedule.description());

        Rehearsal rehearsal = Rehearsal.from(Instant.parse("2026-11-30T23:00:00Z"));
        rehearsal.schedule("business-days", Task.of(BusinessDays::open, "Berlin"), schedule);
        for (Rehearsal.Fire fire : rehearsal.advance(Duration.ofDays(31))) {
            System.out.print(fire.at().atZone(ZoneId.of("Europe/Berlin")) + " ");
            fire.run();
        }
    }

    static void open(String city) {
        System.out.println(city + " is open");
    }

    private BusinessDays() {}
}
