package dev.weirpool.metrics;

import com.sun.net.httpserver.HttpHandler;
import dev.weirpool.worker.Launcher;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Whether this process lives, and whether it can do its work. What restarts a process asks the first, which an outage of Redis does
 * not change; what sends it work asks the second.
 *
 * @param live whether it would be of no use to restart it
 * @param hindrance why it cannot do its work now, in a few words; empty if it can
 */
public record Health(BooleanSupplier live, Supplier<Optional<String>> hindrance) {

    /** A process whose work needs Redis and nothing else. */
    public static Health of(QueueMeters redis) {
        return new Health(() -> true, () -> noRedis(redis));
    }

    /** A process that keeps workers: it lives as long as it looks after them. */
    public static Health of(QueueMeters redis, Launcher launcher) {
        return new Health(
                launcher::isResponsive,
                () -> noRedis(redis)
                        .or(() ->
                                launcher.census().ready() > 0 ? Optional.empty() : Optional.of("no worker is ready")));
    }

    private static Optional<String> noRedis(QueueMeters redis) {
        return redis.hasRedis() ? Optional.empty() : Optional.of("Redis does not answer");
    }

    /** What {@code /health/live} answers: 200, or 503. */
    public HttpHandler liveness() {
        return exchange -> {
            var isLive = live.getAsBoolean();
            Reply.sendLine(exchange, isLive ? 200 : 503, isLive ? "live" : "not live: the launcher does not answer");
        };
    }

    /** What {@code /health/ready} answers: 200, or 503 and why. */
    public HttpHandler readiness() {
        return exchange -> {
            var why = hindrance.get();
            Reply.sendLine(
                    exchange,
                    why.isEmpty() ? 200 : 503,
                    why.map(words -> "not ready: " + words).orElse("ready"));
        };
    }
}
