/** One trace from whoever sends a task to the worker that runs it. */
module dev.weirpool.opentelemetry {
    requires dev.weirpool.queue;
    requires io.opentelemetry.api;
    requires io.opentelemetry.context;
    requires org.jspecify;

    exports dev.weirpool.opentelemetry;

    provides dev.weirpool.queue.TaskTracing with
            dev.weirpool.opentelemetry.OpenTelemetryTracing;
}
