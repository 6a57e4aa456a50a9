package dev.weirpool.cli.chaos;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisRefusedException;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Kills and freezes what belongs to the run, at random; used by one thread. */
final class Monkey {

    private static final Pattern CLIENT =
            Pattern.compile("^id=(\\d+) addr=\\S*:(\\d+) .* cmd=(?!client)", Pattern.MULTILINE);

    private final Stage stage;
    private final Cast cast;
    private final Redis redis;
    private final Random random;
    private final Set<Strike.Kind> possible = EnumSet.allOf(Strike.Kind.class);
    private final List<Strike> strikes = new ArrayList<>();
    private final List<Process> freezers = new ArrayList<>();

    Monkey(Stage stage, Cast cast, Redis redis, Random random) {
        this.stage = stage;
        this.cast = cast;
        this.redis = redis;
        this.random = random;
        if (cast.ownRedis().isEmpty()) {
            possible.removeAll(Set.of(Strike.Kind.REDIS_KILLED, Strike.Kind.REDIS_FROZEN));
        }
    }

    List<Strike> strikes() {
        return List.copyOf(strikes);
    }

    /** Does one of the things that it can do, if there is anything to do it to. */
    void strike() throws InterruptedException {
        switch (choose()) {
            case WORKER_KILLED -> killWorker();
            case WORKER_FROZEN -> any(workers()).ifPresent(worker -> freeze(Strike.Kind.WORKER_FROZEN, worker, 1, 4));
            case LAUNCHER_KILLED -> killLauncher();
            case LAUNCHER_FROZEN -> freezeLauncher();
            case PRODUCER_KILLED -> killProducer();
            case REDIS_KILLED -> killRedis();
            case REDIS_FROZEN ->
                cast.ownRedis().ifPresent(own -> freeze(Strike.Kind.REDIS_FROZEN, own.server(), 0.5, 3));
            case CONNECTION_KILLED -> killConnection();
        }
    }

    private Strike.Kind choose() {
        var draw =
                random.nextInt(possible.stream().mapToInt(kind -> kind.weight).sum());
        for (var kind : possible) {
            draw -= kind.weight;
            if (draw < 0) {
                return kind;
            }
        }
        throw new IllegalStateException("nothing is possible");
    }

    void killWorker() {
        any(workers()).ifPresent(worker -> {
            strikes.add(Strike.now(Strike.Kind.WORKER_KILLED, List.of(worker.pid())));
            worker.destroyForcibly();
        });
    }

    private void killLauncher() {
        any(cast.launchers()).ifPresent(launcher -> {
            var workers = launcher.handle().children().map(ProcessHandle::pid).toList();
            strikes.add(Strike.now(Strike.Kind.LAUNCHER_KILLED, workers));
            cast.replace(launcher);
        });
    }

    private void freezeLauncher() {
        var lease = ChaosRun.LEASE.toMillis() / 1000.0;
        any(cast.launchers())
                .ifPresent(launcher -> freeze(Strike.Kind.LAUNCHER_FROZEN, launcher.handle(), lease + 1, lease + 3));
    }

    private void killProducer() {
        if (cast.replaceExpendable()) {
            strikes.add(Strike.now(Strike.Kind.PRODUCER_KILLED, List.of()));
        }
    }

    private void killRedis() throws InterruptedException {
        if (cast.ownRedis().isPresent()) {
            var begun = Ledger.micros();
            cast.ownRedis().get().killAndRestart(Duration.ofMillis(random.nextInt(1500)));
            strikes.add(new Strike(Strike.Kind.REDIS_KILLED, begun, Ledger.micros(), List.of()));
        }
    }

    private void freeze(Strike.Kind kind, ProcessHandle process, double least, double most) {
        var seconds = least + random.nextDouble() * (most - least);
        freezers.add(Freezer.freeze(process, seconds));
        var now = Ledger.micros();
        strikes.add(new Strike(kind, now, now + (long) (seconds * 1e6), List.of()));
    }

    private void killConnection() {
        try {
            var list = redis.call(connection -> connection.call("CLIENT", bytes("LIST")));
            var ours = cast.ownRedis().isPresent() ? Set.<String>of() : ports();
            var ids = CLIENT.matcher(list instanceof byte[] text ? new String(text, UTF_8) : "")
                    .results()
                    .filter(client -> cast.ownRedis().isPresent() || ours.contains(client.group(2)))
                    .map(client -> client.group(1))
                    .toList();
            any(ids).ifPresent(id -> {
                var killed = redis.call(connection -> connection.call("CLIENT", bytes("KILL"), bytes("ID"), bytes(id)));
                if (Long.valueOf(1).equals(killed)) {
                    strikes.add(Strike.now(Strike.Kind.CONNECTION_KILLED, List.of()));
                }
            });
        } catch (RedisUnavailableException e) {
            // it is down or frozen, so its connections are as good as dead
        } catch (RedisRefusedException e) {
            possible.remove(Strike.Kind.CONNECTION_KILLED); // not permitted on this server
        }
    }

    /** The local ports of the run's own processes, to tell their connections from others' on the user's Redis; Linux only. */
    private Set<String> ports() {
        var inodes = cast.processes().flatMap(Monkey::sockets).collect(Collectors.toSet());
        return Stream.of("tcp", "tcp6")
                .flatMap(table -> {
                    try {
                        return Files.readAllLines(Path.of("/proc/self/net", table)).stream();
                    } catch (IOException e) {
                        return Stream.of();
                    }
                })
                .map(line -> line.strip().split("\\s+", -1))
                .filter(columns -> columns.length > 9 && inodes.contains(columns[9]))
                .map(columns -> columns[1].substring(columns[1].lastIndexOf(':') + 1))
                .map(port -> "" + Integer.parseInt(port, 16))
                .collect(Collectors.toSet());
    }

    private static Stream<String> sockets(ProcessHandle process) {
        try (var descriptors = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            var names = new ArrayList<String>();
            for (var descriptor : descriptors.toList()) {
                try {
                    names.add(Files.readSymbolicLink(descriptor).toString());
                } catch (IOException e) {
                    // closed meanwhile
                }
            }
            return names.stream()
                    .filter(name -> name.startsWith("socket:["))
                    .map(name -> name.substring("socket:[".length(), name.length() - 1));
        } catch (IOException e) {
            return Stream.of(); // it has ended meanwhile
        }
    }

    /** Those that have run a task: a launcher gives up if none of its workers ever gets that far. */
    private List<ProcessHandle> workers() {
        return cast.launchers().stream()
                .flatMap(launcher -> launcher.handle().children())
                .filter(child -> Files.exists(stage.file(Execution.fileName(child.pid()))))
                .toList();
    }

    private <T> Optional<T> any(List<T> all) {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
    }

    /** Waits until nothing is frozen any more. */
    void rest() throws InterruptedException {
        for (var freezer : freezers) {
            freezer.waitFor();
        }
    }
}
