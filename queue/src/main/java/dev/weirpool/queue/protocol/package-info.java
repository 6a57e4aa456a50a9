@NullMarked
package dev.weirpool.queue.protocol;

import org.jspecify.annotations.NullMarked;
