/** Where the command's options get their values from when they are not given: {@link dev.weirpool.cli.settings.Settings}. */
@NullMarked
package dev.weirpool.cli.settings;

import org.jspecify.annotations.NullMarked;
