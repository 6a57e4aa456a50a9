/**
 * A run under fire: {@link dev.weirpool.cli.chaos.ChaosRun} sets the stage, the monkey kills, ledgers remember, the accounts compare.
 *
 * <p>Read ChaosRun first, then ProducerMain and ChaosTasks for what is written down, then Accounts for how it is counted.
 */
@org.jspecify.annotations.NullMarked
package dev.weirpool.cli.chaos;
