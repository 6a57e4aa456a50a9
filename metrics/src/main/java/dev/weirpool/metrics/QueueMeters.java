package dev.weirpool.metrics;

import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Depth;
import dev.weirpool.queue.protocol.Duty;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How much queues hold, and how quickly Redis answers, as meters. Once a second it looks; reading the meters does not wait for
 * Redis. {@code docs/operations.md} lists them.
 */
public final class QueueMeters extends Duty implements MeterBinder {

    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private final List<Broker> queues;
    private final Map<String, Depth> depths = new ConcurrentHashMap<>();
    private volatile long answeredNanos = System.nanoTime() - SILENCE.toNanos();
    private volatile @Nullable Timer latency;

    /** @param queues their names */
    public QueueMeters(Redis redis, List<String> queues) {
        super("weirpool-metrics", redis);
        this.queues = queues.stream().map(Broker::new).toList();
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        latency = Timer.builder("weirpool.redis.latency")
                .description("How long Redis takes to answer a small script.")
                .serviceLevelObjectives(bounds())
                .register(registry);
        Gauge.builder("weirpool.redis.up", () -> hasRedis() ? 1 : 0)
                .description("1 if Redis has answered within the last 5 s, else 0.")
                .register(registry);
        for (var queue : queues) {
            bind(registry, queue.queue());
        }
    }

    /** From 100 µs to 3 s, each three times the one before. */
    private static Duration[] bounds() {
        return List.of(100L, 300L, 1_000L, 3_000L, 10_000L, 30_000L, 100_000L, 300_000L, 1_000_000L, 3_000_000L)
                .stream()
                .map(micros -> Duration.ofNanos(1000 * micros))
                .toArray(Duration[]::new);
    }

    private void bind(MeterRegistry registry, String queue) {
        for (var priority = 0; priority < 4; priority++) {
            var level = priority;
            gauge(
                    registry,
                    "weirpool.queue.ready",
                    "Tasks that wait for a worker.",
                    Tags.of("queue", queue, "priority", "" + priority),
                    depth -> depth.ready().get(level));
        }
        var tags = Tags.of("queue", queue);
        gauge(registry, "weirpool.queue.delayed", "Tasks that are not due yet.", tags, Depth::delayed);
        gauge(registry, "weirpool.queue.dead", "Dead letters.", tags, Depth::dead);
        gauge(
                registry,
                "weirpool.queue.workers",
                "Worker processes that are registered, on all machines.",
                tags,
                Depth::workers);
        gauge(
                registry,
                "weirpool.queue.oldest.seconds",
                "For how long the first ready task could have been run.",
                tags,
                depth -> depth.oldest().toMillis() / 1000.0);
    }

    /** While Redis does not answer, nothing is known. */
    private void gauge(MeterRegistry registry, String name, String help, Tags tags, ToDoubleFunction<Depth> value) {
        var queue = tags.stream()
                .filter(tag -> tag.getKey().equals("queue"))
                .findFirst()
                .orElseThrow()
                .getValue();
        Gauge.builder(name, () -> {
                    var depth = depths.get(queue);
                    return depth == null || !hasRedis() ? Double.NaN : value.applyAsDouble(depth);
                })
                .description(help)
                .tags(tags)
                .register(registry);
    }

    /** Whether Redis has answered within the last 5 s. */
    public boolean hasRedis() {
        return System.nanoTime() - answeredNanos < SILENCE.toNanos();
    }

    @Override
    protected void round(RedisConnection redis) throws InterruptedException {
        for (var queue : queues) {
            var asked = System.nanoTime();
            depths.put(queue.queue(), queue.depth(redis));
            answeredNanos = System.nanoTime();
            var timer = latency;
            if (timer != null) {
                timer.record(Duration.ofNanos(answeredNanos - asked));
            }
        }
        Thread.sleep(PERIOD.toMillis());
    }
}
