/** What may be wrong with a running system: {@link dev.weirpool.cli.doctor.Check} has the list. */
@NullMarked
package dev.weirpool.cli.doctor;

import org.jspecify.annotations.NullMarked;
