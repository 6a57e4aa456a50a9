package dev.weirpool.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.weirpool.cli.settings.Settings;
import dev.weirpool.queue.redis.RedisFullException;
import dev.weirpool.queue.redis.RedisRefusedException;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.signing.Keyring;
import dev.weirpool.queue.signing.MissingSecretException;
import dev.weirpool.worker.WorkersCannotStartException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The {@code weirpool} command: reads its arguments and turns every failure into one line and an exit code. */
@Command(
        name = "weirpool",
        description = "A process pool for the JVM that starts on a laptop and spreads over a fleet.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:a fault of weirpool's own",
            "2:called wrongly, or with something that does not exist",
            "3:Redis cannot be reached, or is not suitable",
            "4:no worker process could start",
            "5:done, but for some items that failed and were named",
            "6:doctor has found something",
            "7:asked, and the answer was no: nothing was done"
        })
public final class Main implements Callable<Integer> {

    private static final Map<String, Class<?>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("status", Status.class);
        COMMANDS.put("top", Top.class);
        COMMANDS.put("queue", Queues.class);
        COMMANDS.put("task", Tasks.class);
        COMMANDS.put("dead", DeadLetters.class);
        COMMANDS.put("worker", WorkerCommand.class);
        COMMANDS.put("schedule", Schedules.class);
        COMMANDS.put("scheduler", SchedulerCommand.class);
        COMMANDS.put("dashboard", DashboardCommand.class);
        COMMANDS.put("submit", Submit.class);
        COMMANDS.put("map", MapCommand.class);
        COMMANDS.put("doctor", DoctorCommand.class);
        COMMANDS.put("config", Config.class);
        COMMANDS.put("demo", Demo.class);
        COMMANDS.put("bench", Bench.class);
        COMMANDS.put("chaos", Chaos.class);
        COMMANDS.put("completion", Completion.class);
        COMMANDS.put("training", Training.class);
    }

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Log every step, and print the stack trace of an error.")
    private boolean verbose;

    @Option(
            names = "--log-format",
            paramLabel = "plain|json",
            scope = ScopeType.INHERIT,
            description = "How to log; json writes an object on each line of stderr, with the lines of workers, too.")
    private LogFormat logFormat = LogFormat.PLAIN;

    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description =
                    "A file with the secret that tasks and results are signed with, the same on all machines; else the one in"
                            + " WEIRPOOL_SECRET, or in the file that WEIRPOOL_SECRET_FILE names. One a line: the first signs, all are taken.")
    private @Nullable Path secretFile;

    @Option(
            names = "--unsigned",
            scope = ScopeType.INHERIT,
            description = "Sign nothing and take whatever comes; for a Redis that nobody else can write to.")
    private boolean unsigned;

    private Settings settings = new Settings(Map.of(), new Properties());

    /** Runs the command and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    static int execute(String... arguments) {
        var main = new Main();
        try {
            main.settings = new Settings(System.getenv(), System.getProperties());
        } catch (IllegalArgumentException e) {
            say(String.valueOf(e.getMessage()));
            return ExitCode.USAGE;
        }
        main.settings().warnings().forEach(Main::say);
        return commandLine(main, arguments)
                .setDefaultValueProvider(main.settings())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(main::run)
                .setExecutionExceptionHandler((failure, command, parsed) -> main.report(failure))
                .setParameterExceptionHandler((wrong, given) -> main.refuse(wrong))
                .execute(arguments);
    }

    LogFormat logFormat() {
        return logFormat;
    }

    /** Only the command that is called, if that is known: to describe them all to picocli takes a third of the time of a call. */
    static CommandLine commandLine(Main main, String... arguments) {
        var called = Arrays.stream(arguments)
                .filter(argument -> !argument.startsWith("-"))
                .findFirst()
                .orElse("");
        var line = new CommandLine(main);
        COMMANDS.forEach((name, command) -> {
            if (name.equals(called) || !COMMANDS.containsKey(called)) {
                line.addSubcommand(name, command);
            }
        });
        return line;
    }

    /** Where options get their values from that are not given. */
    Settings settings() {
        return settings;
    }

    /** A group was called without saying what of it: tells what there is. */
    static int lacksSubcommand(CommandSpec spec) {
        spec.commandLine().usage(System.err);
        return ExitCode.USAGE;
    }

    private int run(ParseResult parsed) {
        var root = (Logger) LoggerFactory.getLogger("dev.weirpool");
        root.setLevel(verbose ? Level.DEBUG : Level.INFO);
        logFormat.apply();
        try {
            keyring().ifPresent(Keyring::adopt);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(parsed.commandSpec().commandLine(), String.valueOf(e.getMessage()), e);
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private Optional<Keyring> keyring() {
        if (secretFile != null && unsigned) {
            throw new IllegalArgumentException("--unsigned and --secret-file: take one of them");
        }
        if (unsigned) {
            return Optional.of(Keyring.unsigned());
        }
        return secretFile != null ? Optional.of(Keyring.read(secretFile)) : settings.keyring();
    }

    @Override
    public Integer call() {
        CommandLine.usage(this, System.err);
        return ExitCode.USAGE;
    }

    private int refuse(ParameterException wrong) {
        var command = wrong.getCommandLine();
        say(String.valueOf(wrong.getMessage()));
        CommandLine.UnmatchedArgumentException.printSuggestions(wrong, command.getErr());
        command.getErr().println("see " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private int report(Exception failure) {
        if (verbose) {
            failure.printStackTrace();
        }
        if (failure instanceof InterruptedException) {
            return ExitCode.INTERRUPTED;
        }
        var code = codeOf(failure);
        if (failure instanceof UncheckedIOException) { // its message is a sentence of ours
            say(String.valueOf(failure.getMessage()));
            return code;
        }
        say(
                code == ExitCode.FAULT
                        ? "a fault of ours: " + failure + "; run it again with --verbose and report what it prints"
                        : String.valueOf(failure.getMessage()));
        return code;
    }

    static int codeOf(Exception failure) {
        if (failure instanceof WorkersCannotStartException
                || failure.getCause() instanceof WorkersCannotStartException) {
            return ExitCode.NO_WORKERS;
        }
        if (failure instanceof RedisUnavailableException
                || failure instanceof RedisRefusedException
                || failure instanceof RedisFullException) {
            return ExitCode.REDIS;
        }
        return failure instanceof IllegalArgumentException || failure instanceof MissingSecretException
                ? ExitCode.USAGE
                : ExitCode.FAULT;
    }

    static void say(String message) {
        System.err.println("weirpool: " + message);
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"weirpool " + Main.class.getPackage().getImplementationVersion()};
        }
    }
}
