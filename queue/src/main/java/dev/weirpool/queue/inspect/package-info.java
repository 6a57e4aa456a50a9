/**
 * Looking at a running system and steering it: {@link dev.weirpool.queue.inspect.Operator} first, which the command and the web page share.
 *
 * <p>No look scans a whole list, and none loads a class of the tasks. All text that comes out is what somebody has put in: whoever
 * shows it escapes it for where it is shown.
 */
@NullMarked
package dev.weirpool.queue.inspect;

import org.jspecify.annotations.NullMarked;
