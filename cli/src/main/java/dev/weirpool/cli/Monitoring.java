package dev.weirpool.cli;

import dev.weirpool.metrics.Exposition;
import dev.weirpool.metrics.Health;
import dev.weirpool.metrics.MonitoringServer;
import dev.weirpool.metrics.QueueMeters;
import dev.weirpool.queue.RedisOptions;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The metrics and the health of a command that runs on, while it does; nothing at all where nobody has asked for them. */
final class Monitoring implements AutoCloseable {

    private final List<AutoCloseable> parts = new ArrayList<>();

    private Monitoring() {}

    /**
     * Serves at {@code address}, if there is one.
     *
     * @param queues those to look at
     * @param health made of what looks at them
     * @param meters further ones
     * @throws IllegalArgumentException if that is no address, or the port is taken
     */
    static Monitoring start(
            Optional<String> address,
            RedisOptions options,
            List<String> queues,
            Function<QueueMeters, Health> health,
            MeterBinder... meters) {
        var monitoring = new Monitoring();
        address.ifPresent(at -> monitoring.serve(at, options, queues, health, meters));
        return monitoring;
    }

    private void serve(
            String address,
            RedisOptions options,
            List<String> names,
            Function<QueueMeters, Health> health,
            MeterBinder... meters) {
        var redis = options.open();
        var queues = new QueueMeters(redis, names);
        var exposition = Exposition.of(
                Stream.concat(Stream.of(queues), Stream.of(meters)).toArray(MeterBinder[]::new));
        parts.addAll(List.of(queues, redis, exposition));
        queues.start();
        parts.add(0, MonitoringServer.start(address, exposition, health.apply(queues)));
    }

    @Override
    public void close() {
        for (var part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
