/**
 * Signatures, by which whoever reads from Redis tells what our own processes have written there from what somebody else has.
 *
 * <p>Begin with {@link dev.weirpool.queue.signing.Keyring}; what is signed, and why, is in {@code docs/security.md}.
 */
@NullMarked
package dev.weirpool.queue.signing;

import org.jspecify.annotations.NullMarked;
