/**
 * The dashboard: start at {@link Dashboard}. {@code Site} has its routes, {@code Doorkeeper} decides who gets in, {@code Sampler} looks
 * at Redis for all who watch, {@code Pages} writes what they see.
 */
@NullMarked
package dev.weirpool.dashboard;

import org.jspecify.annotations.NullMarked;
