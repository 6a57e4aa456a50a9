package dev.weirpool.queue.protocol;

import java.util.List;

/**
 * What a worker asks of one step.
 *
 * @param want how many tasks to claim
 * @param held how many the worker holds, besides those being settled
 * @param woken whether the bell woke it
 */
public record StepRequest(int want, int held, boolean woken, List<Settlement> settlements, List<Effect> effects) {}
