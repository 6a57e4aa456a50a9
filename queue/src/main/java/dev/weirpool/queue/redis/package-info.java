@NullMarked
package dev.weirpool.queue.redis;

import org.jspecify.annotations.NullMarked;
