package dev.weirpool.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.pool.Pool;
import dev.weirpool.pool.PoolOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskContext;
import dev.weirpool.queue.TaskOptions;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OpenTelemetryTracingTest {
    private static InMemorySpanExporter exporter = InMemorySpanExporter.create();

    @BeforeEach
    void begin() {
        setUp();
    }

    @AfterEach
    void end() {
        GlobalOpenTelemetry.resetForTest();
    }

    @Test
    void oneTraceLeadsFromTheSenderIntoAnotherProcess() throws Exception {
        var options = PoolOptions.of(1).withInitializer(Task.of(OpenTelemetryTracingTest::setUp));
        var root = GlobalOpenTelemetry.getTracer("test").spanBuilder("root").startSpan();
        String[] seen;
        try (var pool = Pool.start(options);
                var scope = root.makeCurrent()) {
            seen = pool.apply(OpenTelemetryTracingTest::look).split(" ");
        }

        assertThat(seen[0]).isNotEqualTo("" + ProcessHandle.current().pid());
        assertThat(seen[1]).isEqualTo(root.getSpanContext().getTraceId());
        var sent = spans(SpanKind.PRODUCER).get(0);
        assertThat(sent.getParentSpanId()).isEqualTo(root.getSpanContext().getSpanId());
        assertThat(seen[2]).startsWith("00-" + seen[1] + "-" + sent.getSpanId() + "-");
    }

    @Test
    void anAttemptIsAChildOfWhatSentIt() throws Exception {
        try (var pool = Pool.start(PoolOptions.of(1).withInline(true))) {
            pool.apply(OpenTelemetryTracingTest::look);
        }

        var sent = spans(SpanKind.PRODUCER).get(0);
        var ran = spans(SpanKind.CONSUMER).get(0);
        assertThat(ran.getTraceId()).isEqualTo(sent.getTraceId());
        assertThat(ran.getParentSpanId()).isEqualTo(sent.getSpanId());
        assertThat(ran.getName()).isEqualTo("run " + OpenTelemetryTracingTest.class.getName() + "::look");
        assertThat(ran.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    }

    @Test
    void anAttemptThatThrowsIsAnErrorWithItsException() throws Exception {
        try (var pool = Pool.start(PoolOptions.of(1).withInline(true))) {
            assertThatThrownBy(() -> pool.apply(OpenTelemetryTracingTest::fail)).hasMessage("fails");
        }

        var ran = spans(SpanKind.CONSUMER).get(0);
        assertThat(ran.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(ran.getEvents()).hasSize(1);
    }

    @Test
    void aTraceThatTheSenderNamesIsKept() throws Exception {
        var trace = "0af7651916cd43dd8448eb211c80319c";
        var headers = Map.of("traceparent", "00-" + trace + "-b7ad6b7169203331-01");
        try (var pool = Pool.start(PoolOptions.of(1).withInline(true))) {
            pool.applyAsync(OpenTelemetryTracingTest::look, TaskOptions.DEFAULT.withHeaders(headers))
                    .get();
        }

        assertThat(spans(SpanKind.PRODUCER)).isEmpty();
        assertThat(spans(SpanKind.CONSUMER).get(0).getTraceId()).isEqualTo(trace);
        assertThat(spans(SpanKind.CONSUMER).get(0).getParentSpanId()).isEqualTo("b7ad6b7169203331");
    }

    static void setUp() {
        GlobalOpenTelemetry.resetForTest();
        exporter = InMemorySpanExporter.create();
        GlobalOpenTelemetry.set(OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                        .build())
                .build());
    }

    static String look() {
        return ProcessHandle.current().pid() + " "
                + Span.current().getSpanContext().getTraceId() + " "
                + TaskContext.current().headers().get("traceparent");
    }

    static void fail() {
        throw new IllegalStateException("fails");
    }

    private static List<SpanData> spans(SpanKind kind) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getKind() == kind && !span.getName().endsWith("::setUp"))
                .toList();
    }
}
