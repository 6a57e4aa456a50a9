package dev.weirpool.worker;

import dev.weirpool.queue.signing.Keyring;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The command line of a worker. No secret is on it. */
final class WorkerCommand {

    /** A share of the machine's memory that is left to the launcher and the rest. */
    private static final double HEAP_PERCENTAGE_OF_ALL = 75;

    private static final Set<String> SECRETS = Set.of("WEIRPOOL_REDIS_URL", "WEIRPOOL_DASHBOARD_TOKEN", Keyring.SECRET);

    private final LauncherOptions options;
    private final List<Path> ownJars = StartupArchive.ownJars();

    WorkerCommand(LauncherOptions options) {
        this.options = options;
    }

    /** A process builder for one worker; it uses {@code archive} if there is one. */
    ProcessBuilder build(Optional<Path> archive) {
        var command = new ArrayList<String>();
        command.add(java());
        command.addAll(List.of(
                // a stale archive must not speak up on the user's standard output
                "-Xlog:disable", "-Xlog:all=warning:stderr", "-Xlog:cds*=off:stderr"));
        archive.map(StartupArchive::flags).ifPresent(command::addAll);
        command.addAll(List.of(
                // the machine's or container's memory, divided; Java would give a quarter of it to each
                "-XX:MaxRAMPercentage=" + HEAP_PERCENTAGE_OF_ALL / options.processes(),
                "-Xms16m",
                "-XX:+ExitOnOutOfMemoryError",
                CrashReports.flag(),
                "-Dslf4j.internal.verbosity=ERROR"));
        command.addAll(options.workers().jvmFlags());
        command.add("-cp");
        command.add(classPath());
        command.add(WorkerMain.class.getName());
        var builder = new ProcessBuilder(command);
        withhold(builder.environment());
        builder.environment().putAll(options.workers().environment());
        return builder;
    }

    /** What tasks start would inherit passwords, and what they report when they fail may show them; workers get theirs down their standard input. */
    static void withhold(Map<String, String> environment) {
        environment.keySet().removeAll(SECRETS);
    }

    /** Ours first, so that the archive, which holds just those, fits; then the user's. */
    private String classPath() {
        var own = StartupArchive.classPath(ownJars);
        var theirs = options.workers().classPath();
        return theirs.isEmpty() ? own : own + System.getProperty("path.separator") + theirs;
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
