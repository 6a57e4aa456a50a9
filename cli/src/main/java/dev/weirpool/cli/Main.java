package dev.weirpool.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The {@code weirpool} command. */
@Command(
    name = "weirpool",
    description = "A process pool for the JVM that starts on a laptop and spreads over a fleet.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
public final class Main {
  /** Runs the command and exits with its code: 0 when all went well, 2 when it was called wrongly. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"weirpool " + Main.class.getPackage().getImplementationVersion()};
    }
  }
}
