package dev.weirpool.metrics;

import static java.util.concurrent.TimeUnit.MICROSECONDS;

import dev.weirpool.queue.protocol.Histogram;
import dev.weirpool.queue.protocol.Tally;
import dev.weirpool.worker.Census;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The workers of one launcher, and what they do, as meters tagged with their queue: {@code new LauncherMeters(launcher::census)}.
 * {@code docs/operations.md} lists them. A Prometheus registry gets the durations as histograms, any other as timers.
 */
public final class LauncherMeters implements MeterBinder {

    /** Those of a {@link Census} that have a counter of their own; the codes that tasks exit with are one together. */
    private static final List<String> REASONS = List.of(
            "recycled_tasks",
            "recycled_memory",
            "recycled_age",
            "renewed",
            "resized",
            "stopped",
            "killed",
            "time_limit",
            "memory_limit",
            "cancelled",
            "fenced",
            "out_of_memory",
            "not_initialized",
            "broken",
            "signal_4",
            "signal_6",
            "signal_7",
            "signal_8",
            "signal_9",
            "signal_11",
            "signal_15");

    private static final List<Tally.Count> OUTCOMES =
            List.of(Tally.Count.DONE, Tally.Count.RETRIED, Tally.Count.DEAD, Tally.Count.CANCELLED, Tally.Count.DIED);

    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Supplier<Census> source;

    // guarded by this
    private Census last;
    private long takenNanos;

    /** @param source asked when the meters are read, at most four times a second */
    public LauncherMeters(Supplier<Census> source) {
        this.source = source;
        this.last = source.get();
        this.takenNanos = System.nanoTime();
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        var queue = Tags.of("queue", census().queue());
        gauge(registry, "weirpool.workers.wanted", "Worker processes that there are to be.", queue, Census::wanted);
        gauge(registry, "weirpool.workers.ready", "Worker processes that can run tasks.", queue, Census::ready);
        gauge(registry, "weirpool.workers.busy", "Worker processes that run a task.", queue, Census::busy);
        counter(registry, "weirpool.workers.started", "Worker processes that were started.", queue, Census::started);
        counter(
                registry,
                "weirpool.workers.fenced",
                "Worker processes that lost their lease and were fenced off.",
                queue,
                Census::fenced);
        REASONS.forEach(reason -> ended(
                registry, queue.and("reason", reason), census -> census.deaths().getOrDefault(reason, 0L)));
        ended(registry, queue.and("reason", "other"), LauncherMeters::otherDeaths);
        OUTCOMES.forEach(outcome -> counter(
                registry,
                "weirpool.attempts",
                "Attempts that have ended, by how.",
                queue.and("outcome", outcome.name().toLowerCase(Locale.ROOT)),
                census -> census.work().get(outcome)));
        counter(
                registry,
                "weirpool.tasks.refused",
                "Tasks that were given up unread, because their signature was wrong.",
                queue,
                census -> census.work().get(Tally.Count.REFUSED));
        durations(registry, "weirpool.attempts.run", "How long attempts ran.", Tally.Count.RAN, Tally::runs);
        durations(
                registry,
                "weirpool.tasks.wait",
                "How long tasks waited for their first attempt, from when they could have been run.",
                Tally.Count.WAITED,
                Tally::waits);
    }

    private static long otherDeaths(Census census) {
        return census.deaths().entrySet().stream()
                .filter(death -> !REASONS.contains(death.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private void ended(MeterRegistry registry, Tags tags, ToDoubleFunction<Census> value) {
        counter(registry, "weirpool.workers.ended", "Worker processes that have ended, by reason.", tags, value);
    }

    private void gauge(MeterRegistry registry, String name, String help, Tags tags, ToDoubleFunction<Census> value) {
        Gauge.builder(name, () -> value.applyAsDouble(census()))
                .description(help)
                .tags(tags)
                .register(registry);
    }

    /** A counter holds its object weakly, but not its function: the registry is there as long as the counter. */
    private void counter(MeterRegistry registry, String name, String help, Tags tags, ToDoubleFunction<Census> value) {
        FunctionCounter.builder(name, registry, itself -> value.applyAsDouble(census()))
                .description(help)
                .tags(tags)
                .register(registry);
    }

    private void durations(
            MeterRegistry registry, String name, String help, Tally.Count total, Function<Tally, Histogram> part) {
        var queue = census().queue();
        if (registry instanceof PrometheusMeterRegistry prometheus) {
            var histogram = new DurationHistogram(
                    name.replace('.', '_') + "_seconds", help, queue, () -> census().work(), total, part);
            prometheus.getPrometheusRegistry().register(histogram);
            return;
        }
        FunctionTimer.builder(
                        name,
                        registry,
                        itself -> part.apply(census().work()).count(),
                        itself -> census().work().get(total),
                        MICROSECONDS)
                .description(help)
                .tags("queue", queue)
                .register(registry);
    }

    /** One for all meters of a scrape. */
    private synchronized Census census() {
        if (System.nanoTime() - takenNanos > FRESH_NANOS) {
            last = source.get();
            takenNanos = System.nanoTime();
        }
        return last;
    }
}
