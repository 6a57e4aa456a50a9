/** How the command prints: tables for people, JSON for programs, of the same {@link dev.weirpool.cli.output.Column}s. */
@NullMarked
package dev.weirpool.cli.output;

import org.jspecify.annotations.NullMarked;
