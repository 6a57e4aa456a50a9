package dev.weirpool.scheduler;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Properties;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.TriggerBuilder;
import org.quartz.TriggerKey;
import org.quartz.impl.StdSchedulerFactory;

/**
 * Quartz, which calls back when a moment has come. Its triggers stand for one moment each, of the next few seconds: when a schedule
 * fires is for {@link Schedule} to say, and what has been fired for Redis.
 */
final class Clockwork implements AutoCloseable {

    private static final JobKey JOB = new JobKey("fire");

    private final InstantSource clock;
    private final Scheduler quartz;
    private final JobDetail job =
            JobBuilder.newJob(FireJob.class).withIdentity(JOB).storeDurably().build();

    /** @param comes told a name and a planned time in ms, on one of Quartz's threads */
    Clockwork(String name, InstantSource clock, BiConsumer<String, Long> comes) {
        this.clock = clock;
        try {
            this.quartz = new StdSchedulerFactory(settings(name)).getScheduler();
            quartz.setJobFactory((bundle, scheduler) -> new FireJob(comes));
            quartz.addJob(job, true);
        } catch (SchedulerException e) {
            throw new IllegalStateException("Quartz cannot be set up: " + e.getMessage(), e);
        }
    }

    private static Properties settings(String name) {
        var settings = new Properties();
        settings.setProperty("org.quartz.scheduler.instanceName", name + "-" + UUID.randomUUID());
        settings.setProperty("org.quartz.scheduler.threadName", name + "-clockwork");
        settings.setProperty("org.quartz.scheduler.makeSchedulerThreadDaemon", "true");
        settings.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
        settings.setProperty("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
        settings.setProperty("org.quartz.threadPool.threadCount", "1");
        settings.setProperty("org.quartz.threadPool.threadNamePrefix", name + "-clockwork-call");
        settings.setProperty("org.quartz.threadPool.makeThreadsDaemons", "true");
        settings.setProperty("org.quartz.jobStore.class", "org.quartz.simpl.RAMJobStore");
        return settings;
    }

    void start() {
        try {
            quartz.start();
        } catch (SchedulerException e) {
            throw new IllegalStateException("Quartz cannot be started: " + e.getMessage(), e);
        }
    }

    /** Calls back for {@code name} at {@code moment} of the clock, instead of at the moment set for it before. */
    void arm(String name, long planned, Instant moment) {
        var key = new TriggerKey(name);
        // Quartz goes by the clock of the system
        var at = System.currentTimeMillis() + moment.toEpochMilli() - clock.millis();
        var trigger = TriggerBuilder.newTrigger()
                .withIdentity(key)
                .forJob(job)
                .usingJobData(FireJob.PLANNED, planned)
                .startAt(new Date(at))
                .withSchedule(SimpleScheduleBuilder.simpleSchedule().withMisfireHandlingInstructionFireNow())
                .build();
        try {
            if (quartz.rescheduleJob(key, trigger) == null) {
                quartz.scheduleJob(trigger);
            }
        } catch (SchedulerException e) {
            throw new IllegalStateException("Quartz does not take " + name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            quartz.shutdown(true);
        } catch (SchedulerException e) {
            throw new IllegalStateException("Quartz cannot be ended: " + e.getMessage(), e);
        }
    }
}
