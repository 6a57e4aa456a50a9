@NullMarked
package dev.weirpool.queue;

import org.jspecify.annotations.NullMarked;
