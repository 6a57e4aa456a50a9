package dev.weirpool.metrics;

import dev.weirpool.queue.protocol.Duty;
import dev.weirpool.queue.protocol.Survey;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisRefusedException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much queues hold, and how quickly Redis answers, as meters. Once a second it looks; reading the meters does not wait for
 * Redis. {@code docs/operations.md} lists them.
 */
public final class QueueMeters extends Duty implements MeterBinder {

    private static final Logger log = LoggerFactory.getLogger(QueueMeters.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration LONGEST_PERIOD = Duration.ofSeconds(4);
    private static final Duration SILENCE = Duration.ofSeconds(5);

    /** The rest of its time it leaves Redis alone, where there are many queues to look at. */
    private static final int FACTOR = 4;

    private static final List<Quantity> QUANTITIES = List.of(
            new Quantity(
                    "weirpool.queue.ready",
                    "Tasks that wait for a worker.",
                    List.of(
                            counts -> counts.ready().get(0),
                            counts -> counts.ready().get(1),
                            counts -> counts.ready().get(2),
                            counts -> counts.ready().get(3))),
            new Quantity("weirpool.queue.delayed", "Tasks that are not due yet.", List.of(Survey.Counts::delayed)),
            new Quantity("weirpool.queue.dead", "Dead letters.", List.of(Survey.Counts::dead)),
            new Quantity(
                    "weirpool.queue.workers",
                    "Worker processes that are registered, on all machines.",
                    List.of(Survey.Counts::workers)),
            new Quantity(
                    "weirpool.queue.oldest.seconds",
                    "How long the task has waited that has waited longest.",
                    List.of(counts -> counts.oldestAge()
                            .map(age -> age.toMillis() / 1000.0)
                            .orElse(Double.NaN))));

    private final Function<RedisConnection, List<String>> names;
    private final Map<String, Survey.Counts> counts = new ConcurrentHashMap<>();
    private final List<Bound> gauges = new CopyOnWriteArrayList<>();
    private final List<Timer> latencies = new CopyOnWriteArrayList<>();
    private final Set<String> refused = new HashSet<>(); // owned by the thread
    private volatile long answeredNanos = System.nanoTime() - SILENCE.toNanos();

    private QueueMeters(Redis redis, Function<RedisConnection, List<String>> names) {
        super("weirpool-metrics", redis);
        this.names = names;
    }

    /** @param names those of the queues to look at; asked again for each look */
    public QueueMeters(Redis redis, Supplier<List<String>> names) {
        this(redis, connection -> names.get());
    }

    /** Of all queues that there are. */
    public static QueueMeters ofAll(Redis redis) {
        return new QueueMeters(redis, Survey::queues);
    }

    /**
     * Something that is counted of each queue.
     *
     * @param parts one, or one for each priority
     */
    private record Quantity(String name, String help, List<ToDoubleFunction<Survey.Counts>> parts) {

        Tags tags(String queue, int part) {
            var tags = Tags.of("queue", queue);
            return parts.size() == 1 ? tags : tags.and("priority", "" + part);
        }
    }

    private record Bound(Quantity quantity, MultiGauge gauge) {}

    @Override
    public void bindTo(MeterRegistry registry) {
        latencies.add(Timer.builder("weirpool.redis.latency")
                .description("How long Redis takes to answer a small script.")
                .serviceLevelObjectives(bounds())
                .register(registry));
        Gauge.builder("weirpool.redis.up", () -> hasRedis() ? 1 : 0)
                .description("1 if Redis has answered within the last 5 s, else 0.")
                .register(registry);
        QUANTITIES.forEach(quantity -> gauges.add(new Bound(
                quantity,
                MultiGauge.builder(quantity.name).description(quantity.help).register(registry))));
    }

    /** From 100 µs to 3 s, each three times the one before. */
    private static Duration[] bounds() {
        return List.of(100L, 300L, 1_000L, 3_000L, 10_000L, 30_000L, 100_000L, 300_000L, 1_000_000L, 3_000_000L)
                .stream()
                .map(micros -> Duration.ofNanos(1000 * micros))
                .toArray(Duration[]::new);
    }

    /** Whether Redis has answered within the last 5 s. */
    public boolean hasRedis() {
        return System.nanoTime() - answeredNanos < SILENCE.toNanos();
    }

    @Override
    protected void round(RedisConnection redis) throws InterruptedException {
        var began = System.nanoTime();
        var queues = names.apply(redis);
        if (queues.isEmpty()) {
            redis.call("TIME"); // it answers, all the same
            answeredNanos = System.nanoTime();
        }
        for (var queue : queues) {
            var asked = System.nanoTime();
            look(redis, queue);
            answeredNanos = System.nanoTime();
            latencies.forEach(timer -> timer.record(Duration.ofNanos(answeredNanos - asked)));
        }
        counts.keySet().retainAll(queues);
        gauges.forEach(bound -> show(bound, queues));
        var took = Duration.ofNanos(System.nanoTime() - began);
        Thread.sleep(Math.min(LONGEST_PERIOD.toMillis(), Math.max(PERIOD.toMillis(), FACTOR * took.toMillis())));
    }

    private void look(RedisConnection redis, String queue) {
        try {
            counts.put(queue, Survey.all(redis, queue));
        } catch (RedisRefusedException e) { // a user who may not look at all of it
            if (refused.add(queue)) {
                log.warn("{}; what queue {} holds is left out of the metrics", e.getMessage(), queue);
            }
        }
    }

    /** One row for each queue, and of those that are gone none. */
    private void show(Bound bound, List<String> queues) {
        var quantity = bound.quantity;
        var rows = new ArrayList<MultiGauge.Row<?>>();
        for (var queue : queues) {
            for (var part = 0; part < quantity.parts.size(); part++) {
                var value = quantity.parts.get(part);
                rows.add(MultiGauge.Row.of(quantity.tags(queue, part), () -> valueOf(queue, value)));
            }
        }
        bound.gauge.register(rows);
    }

    /** While Redis does not answer, nothing is known. */
    private double valueOf(String queue, ToDoubleFunction<Survey.Counts> value) {
        var last = counts.get(queue);
        return last == null || !hasRedis() ? Double.NaN : value.applyAsDouble(last);
    }
}
