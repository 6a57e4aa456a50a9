package dev.weirpool.opentelemetry;

import dev.weirpool.queue.TaskContext;
import dev.weirpool.queue.TaskTracing;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A span for each task that is sent and for each attempt at it, of one trace: the context travels in the headers {@code traceparent}
 * and {@code tracestate} of W3C. What is between the two spans is the time on the queue.
 *
 * <p>It uses the global OpenTelemetry of each process. A worker's is set up by its initializer, or by an agent among its JVM flags; a
 * worker ends without shutdown hooks, so that spans are to be exported as they end, or soon after.
 */
public final class OpenTelemetryTracing implements TaskTracing {

    private static final String TRACE_PARENT = "traceparent";
    private static final W3CTraceContextPropagator PROPAGATOR = W3CTraceContextPropagator.getInstance();

    @Override
    public Map<String, String> send(String task, Map<String, String> headers) {
        if (headers.containsKey(TRACE_PARENT)) {
            return Map.of(); // the sender knows better
        }
        var span = tracer().spanBuilder("send " + task)
                .setSpanKind(SpanKind.PRODUCER)
                .setAttribute("messaging.system", "weirpool")
                .startSpan();
        var carried = new LinkedHashMap<String, String>();
        PROPAGATOR.inject(Context.current().with(span), carried, (all, name, value) -> {
            if (all != null) {
                all.put(name, value);
            }
        });
        span.end();
        return carried;
    }

    @Override
    public <R> R run(TaskContext attempt, Callable<R> body) throws Exception {
        var parent = PROPAGATOR.extract(Context.root(), attempt.headers(), new Headers());
        var span = tracer().spanBuilder("run " + attempt.name())
                .setParent(parent)
                .setSpanKind(SpanKind.CONSUMER)
                .setAttribute("messaging.system", "weirpool")
                .setAttribute("messaging.message.id", attempt.id().toString())
                .setAttribute("weirpool.attempt", attempt.attempt())
                .startSpan();
        try (var scope = span.makeCurrent()) {
            return body.call();
        } catch (Exception | Error e) {
            span.recordException(e).setStatus(StatusCode.ERROR);
            throw e;
        } finally {
            span.end();
        }
    }

    private static Tracer tracer() {
        return GlobalOpenTelemetry.getOrNoop().getTracer("dev.weirpool");
    }

    private static final class Headers implements TextMapGetter<Map<String, String>> {

        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String name) {
            return headers == null ? null : headers.get(name);
        }
    }
}
