/** The {@code weirpool} command: {@link dev.weirpool.cli.Main} first, then one class per subcommand. */
@NullMarked
package dev.weirpool.cli;

import org.jspecify.annotations.NullMarked;
