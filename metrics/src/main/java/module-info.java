/** What a long-running process tells Prometheus and health checks. */
module dev.weirpool.metrics {
    requires transitive dev.weirpool.worker;
    requires transitive jdk.httpserver;
    requires transitive micrometer.core;
    requires io.prometheus.metrics.model;
    requires micrometer.registry.prometheus;
    requires org.jspecify;
    requires org.slf4j;

    exports dev.weirpool.metrics;
}
