package dev.weirpool.cli;

import dev.weirpool.metrics.Exposition;
import dev.weirpool.metrics.Health;
import dev.weirpool.metrics.MonitoringServer;
import dev.weirpool.metrics.QueueMeters;
import dev.weirpool.queue.RedisOptions;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The metrics and the health of a command that runs on, while it does; nothing at all where nobody has asked for them. */
final class Monitoring implements AutoCloseable {

    private final Optional<MonitoringServer> server;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    private Monitoring(Optional<MonitoringServer> server) {
        this.server = server;
        server.ifPresent(parts::push);
    }

    /**
     * Takes {@code address}, if there is one, before anything else is begun.
     *
     * @throws IllegalArgumentException if that is no address, or the port is taken
     */
    static Monitoring bind(Optional<String> address) {
        return new Monitoring(address.map(MonitoringServer::bind));
    }

    /**
     * Begins to answer, if there is an address.
     *
     * @param queues those to look at
     * @param health made of what looks at them
     * @param meters further ones
     */
    void serve(
            RedisOptions options,
            Supplier<List<String>> queues,
            Function<QueueMeters, Health> health,
            MeterBinder... meters) {
        server.ifPresent(http -> {
            var redis = options.open();
            parts.push(redis);
            var looks = new QueueMeters(redis, queues);
            parts.push(looks);
            looks.start();
            http.serve(exposition(looks, meters), health.apply(looks));
        });
    }

    private Exposition exposition(QueueMeters looks, MeterBinder... meters) {
        var exposition =
                Exposition.of(Stream.concat(Stream.of(looks), Stream.of(meters)).toArray(MeterBinder[]::new));
        parts.push(exposition);
        return exposition;
    }

    /** The latest part first. */
    @Override
    public void close() {
        for (var part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        parts.clear();
    }
}
