@NullMarked
package dev.weirpool.queue.codec;

import org.jspecify.annotations.NullMarked;
