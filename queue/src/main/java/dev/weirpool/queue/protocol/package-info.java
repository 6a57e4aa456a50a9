/**
 * The Redis protocol: which keys there are, and the steps that move a task between them.
 *
 * <p>Read {@link dev.weirpool.queue.protocol.Envelope}, what is stored; then {@link dev.weirpool.queue.protocol.Broker},
 * one method a step; each step is a Lua file beside it. {@code docs/protocol.md} tells why. For Weirpool's own modules.
 */
@NullMarked
package dev.weirpool.queue.protocol;

import org.jspecify.annotations.NullMarked;
