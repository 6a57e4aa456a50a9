package dev.weirpool.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** How late schedules fire, as a meter; whoever fires them says so. */
public final class ScheduleMeters implements MeterBinder {

    private static final Duration[] BOUNDS = Stream.of(10L, 30L, 100L, 300L, 1_000L, 3_000L, 10_000L, 60_000L, 600_000L)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final List<Timer> timers = new CopyOnWriteArrayList<>();

    @Override
    public void bindTo(MeterRegistry registry) {
        timers.add(Timer.builder("weirpool.schedule.lateness")
                .description("How long after its planned time a schedule's task was put on its queue.")
                .serviceLevelObjectives(BOUNDS)
                .register(registry));
    }

    /** A task was put on its queue {@code late} after its planned time. */
    public void fired(Duration late) {
        timers.forEach(timer -> timer.record(late));
    }
}
