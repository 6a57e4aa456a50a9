/** One trace from whoever sends a task to the worker that runs it: put this module on the class path, and it is found. */
@NullMarked
package dev.weirpool.opentelemetry;

import org.jspecify.annotations.NullMarked;
