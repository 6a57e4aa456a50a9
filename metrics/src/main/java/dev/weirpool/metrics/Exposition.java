package dev.weirpool.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpHandler;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;

/** The meters of this process, in the text that Prometheus reads. */
public final class Exposition implements AutoCloseable {

    private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private Exposition() {}

    /** Those of {@code meters}, and memory, processor and uptime of this process. */
    public static Exposition of(MeterBinder... meters) {
        var exposition = new Exposition();
        List.of(new JvmMemoryMetrics(), new ProcessorMetrics(), new UptimeMetrics())
                .forEach(binder -> binder.bindTo(exposition.registry));
        List.of(meters).forEach(binder -> binder.bindTo(exposition.registry));
        return exposition;
    }

    /** The registry, to add further meters to. */
    public PrometheusMeterRegistry registry() {
        return registry;
    }

    /** What {@code /metrics} answers. */
    public HttpHandler handler() {
        return exchange -> Reply.send(exchange, 200, TYPE, registry.scrape(TYPE).getBytes(UTF_8));
    }

    @Override
    public void close() {
        registry.close();
    }
}
