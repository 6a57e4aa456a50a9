/** One-feature programs to read and to start from. */
@NullMarked
package dev.weirpool.examples;

import org.jspecify.annotations.NullMarked;
