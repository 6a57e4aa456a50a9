/**
 * Worker processes and who keeps them alive.
 *
 * <p>{@link dev.weirpool.worker.Launcher} is the door. It starts child JVMs that run {@link dev.weirpool.worker.WorkerMain};
 * each is a {@code Worker}, which claims tasks from Redis by itself and hands them to a {@code TaskRunner}. The launcher holds
 * the workers' leases ({@code Heartbeat}) and gives back what dead ones held ({@code Recoverer}).
 */
@NullMarked
package dev.weirpool.worker;

import org.jspecify.annotations.NullMarked;
