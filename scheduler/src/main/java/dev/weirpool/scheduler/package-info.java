/** When tasks are put on queues: start at {@link Schedule}, which says when. */
@NullMarked
package dev.weirpool.scheduler;

import org.jspecify.annotations.NullMarked;
