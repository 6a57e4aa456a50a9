package dev.weirpool.scheduler;

import java.util.function.BiConsumer;
import org.quartz.Job;
import org.quartz.JobExecutionContext;

/** The one job that Quartz has: says that a planned time has come. */
final class FireJob implements Job {

    static final String PLANNED = "planned";

    private final BiConsumer<String, Long> comes;

    FireJob(BiConsumer<String, Long> comes) {
        this.comes = comes;
    }

    @Override
    public void execute(JobExecutionContext context) {
        var trigger = context.getTrigger();
        comes.accept(trigger.getKey().getName(), trigger.getJobDataMap().getLong(PLANNED));
    }
}
