/**
 * What a long-running process tells Prometheus and health checks, over HTTP.
 *
 * <p>{@link dev.weirpool.metrics.LauncherMeters} and {@link dev.weirpool.metrics.QueueMeters} put numbers into any Micrometer
 * registry. {@link dev.weirpool.metrics.Exposition} is a registry with its {@code /metrics}, {@link dev.weirpool.metrics.Health} is
 * {@code /health}, and {@link dev.weirpool.metrics.MonitoringServer} serves both. A worker process loads none of this.
 */
@NullMarked
package dev.weirpool.metrics;

import org.jspecify.annotations.NullMarked;
