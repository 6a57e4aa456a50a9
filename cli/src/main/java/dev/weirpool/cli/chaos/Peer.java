package dev.weirpool.cli.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.signing.Keyring;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A JVM of the run's own, a launcher or a producer. Lines go to and fro on its standard streams; it ends with us, because its
 * standard input does.
 */
final class Peer {

    static final String READY = "ready";
    static final String FINISHED = "finished";
    static final String STOP = "stop";
    static final String END = "end";

    private final String name;
    private final Process process;
    private final BufferedWriter commands;
    private final CompletableFuture<String> ready = new CompletableFuture<>();
    private final CompletableFuture<Boolean> finished = new CompletableFuture<>();

    private Peer(String name, Process process) {
        this.name = name;
        this.process = process;
        this.commands = process.outputWriter(UTF_8);
    }

    /** Starts {@code main}; its log is in the file called {@code name}.log. */
    static Peer start(Stage stage, Class<?> main, String name, Object... arguments) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-Xshare:auto",
                "-Dweirpool.allow=" + Peer.class.getPackageName() + ".", // whatever its user allows elsewhere
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        for (var argument : arguments) {
            command.add(argument.toString());
        }
        var builder = new ProcessBuilder(command)
                .redirectError(stage.file(name + ".log").toFile());
        builder.environment().put("WEIRPOOL_REDIS_URL", stage.redis().toString()); // may hold a password
        builder.environment().keySet().removeAll(Keyring.VARIABLES);
        builder.environment().putAll(Keyring.fromEnvironment().toEnvironment());
        try {
            var peer = new Peer(name, builder.start());
            var listener = new Thread(peer::listen, "weirpool-chaos-" + name);
            listener.setDaemon(true);
            listener.start();
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name, e);
        }
    }

    private void listen() {
        try (var in = process.inputReader(UTF_8)) {
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith(READY)) {
                    ready.complete(line.substring(READY.length()).strip());
                } else if (line.equals(FINISHED)) {
                    finished.complete(true);
                }
            }
        } catch (IOException e) {
            // it was killed: the same as the end
        }
        ready.completeExceptionally(new IllegalStateException(name + " ended before it was ready"));
        finished.complete(false);
    }

    String name() {
        return name;
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it said when it was ready. */
    String awaitReady(Duration limit) throws InterruptedException {
        try {
            return ready.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(name + " did not become ready", e);
        }
    }

    /** Whether it has said that it is ready, and lives. */
    boolean isReady() {
        return process.isAlive() && ready.isDone() && !ready.isCompletedExceptionally();
    }

    /** Whether it has said that all its work is done; false also if it has ended without. */
    boolean isFinished() {
        return finished.getNow(false);
    }

    void tell(String line) {
        try {
            commands.write(line + "\n");
            commands.flush();
        } catch (IOException e) {
            // it is dead already
        }
    }

    void kill() {
        process.destroyForcibly();
    }

    boolean awaitEnd(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }
}
