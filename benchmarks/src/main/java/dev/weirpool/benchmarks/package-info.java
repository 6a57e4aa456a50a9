/** Comparisons with other queues, which take turns with ours, and JMH for the codec. */
@org.jspecify.annotations.NullMarked
package dev.weirpool.benchmarks;
