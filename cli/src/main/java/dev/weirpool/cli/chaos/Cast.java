package dev.weirpool.cli.chaos;

import java.nio.file.Files;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The processes of a run. They are started and replaced here, and all end with {@link #close}. */
final class Cast implements AutoCloseable {

    private static final Duration BOOT_LIMIT = Duration.ofSeconds(60);
    private static final Duration END_LIMIT = Duration.ofSeconds(10);

    private final Stage stage;
    private final ChaosOptions options;
    private final Optional<OwnRedis> ownRedis;
    private final long deadlineNanos;
    private final List<Peer> launchers = new CopyOnWriteArrayList<>();
    private final List<Peer> steady = new CopyOnWriteArrayList<>();
    private final List<ProcessHandle> all = new CopyOnWriteArrayList<>();
    private volatile @Nullable Peer expendable;
    private int launched;
    private int expended;
    private int gaveUp;
    private int expendableFirst;
    private int expendableLeft;

    /** @param pace within how long all tasks are to be sent */
    Cast(Stage stage, ChaosOptions options, Optional<OwnRedis> ownRedis, Duration pace) {
        this.stage = stage;
        this.options = options;
        this.ownRedis = ownRedis;
        this.deadlineNanos = System.nanoTime() + pace.toNanos();
    }

    Optional<OwnRedis> ownRedis() {
        return ownRedis;
    }

    List<Peer> launchers() {
        return List.copyOf(launchers);
    }

    /** Producers that are not killed. */
    List<Peer> steady() {
        return List.copyOf(steady);
    }

    /** Every process of the run that lives, workers included. */
    Stream<ProcessHandle> processes() {
        var producers = Stream.concat(steady.stream(), Stream.ofNullable(expendable));
        return Stream.concat(
                        launchers.stream()
                                .flatMap(launcher -> Stream.concat(
                                        Stream.of(launcher.handle()),
                                        launcher.handle().children())),
                        producers.map(Peer::handle))
                .filter(ProcessHandle::isAlive);
    }

    void startLaunchers() throws InterruptedException {
        for (var i = 0; i < options.launchers(); i++) {
            startLauncher();
        }
        for (var launcher : launchers) {
            launcher.awaitReady(BOOT_LIMIT);
        }
    }

    private void startLauncher() {
        var launcher = Peer.start(
                stage,
                LauncherMain.class,
                "launcher-" + ++launched,
                stage.queue(),
                options.processes(),
                ChaosRun.LEASE);
        all.add(launcher.handle());
        launchers.add(launcher);
    }

    /** Kills a launcher and starts another. */
    void replace(Peer launcher) {
        launcher.handle().children().forEach(all::add);
        launcher.kill();
        launchers.remove(launcher);
        startLauncher();
    }

    /** Starts another for each launcher that has ended though nobody killed it. */
    void replaceThoseThatGaveUp() {
        for (var launcher : launchers) {
            if (!launcher.isAlive()) {
                gaveUp++;
                replace(launcher);
            }
        }
    }

    int gaveUp() {
        return gaveUp;
    }

    void startProducers() {
        var producers = options.producers();
        for (var i = 0; i < producers; i++) {
            var first = Math.toIntExact((long) options.tasks() * i / producers);
            var end = Math.toIntExact((long) options.tasks() * (i + 1) / producers);
            if (i > 0 && i == producers - 1) {
                startExpendable(first, end);
            } else {
                var name = "producer-" + (i + 1);
                var producer = startProducer(ProducerMain.STEADY, name, first, end);
                steady.add(producer);
            }
        }
    }

    private Peer startProducer(String kind, String name, int first, int end) {
        var left = Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
        var producer = Peer.start(
                stage,
                ProducerMain.class,
                name,
                kind,
                stage.queue(),
                stage.directory(),
                ledger(name),
                first,
                end,
                options.poisonEvery(),
                left,
                options.seed());
        all.add(producer.handle());
        return producer;
    }

    static String ledger(String producer) {
        return "sent-" + producer;
    }

    private void startExpendable(int first, int end) {
        expendable = startProducer(ProducerMain.EXPENDABLE, "expendable-" + ++expended, first, end);
        expendableFirst = first;
        expendableLeft = end - first;
    }

    /** Kills the expendable producer and has another go on where it was; false if there is none that still sends. */
    boolean replaceExpendable() {
        var current = expendable;
        if (current == null || current.isFinished()) {
            return false;
        }
        var file = stage.file(ledger(current.name()));
        if (!Files.exists(file)) {
            return false; // it has not begun
        }
        current.kill();
        awaitEnd(current);
        var written = Ledger.lines(file).stream()
                .map(line -> Integer.valueOf(line.split(" ", -1)[1]))
                .toList();
        var last = written.isEmpty() ? expendableFirst - 1 : Collections.max(written);
        // the next numbers may have been sent though not written down: they are left out, and others take their place
        var first = last + 1 + ProducerMain.BATCH;
        startExpendable(first, first + expendableLeft - written.size());
        return true;
    }

    private static void awaitEnd(Peer peer) {
        try {
            peer.awaitEnd(BOOT_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Producers send no more, but steady ones go on waiting for results. */
    void stopSending() {
        producers().forEach(producer -> producer.tell(Peer.STOP));
    }

    /** Whether the workers of these names are those of launchers that are there. */
    boolean keeps(List<String> workers) {
        var pids = launchers.stream()
                .map(launcher -> "." + launcher.handle().pid() + ".")
                .toList();
        return workers.stream().allMatch(worker -> pids.stream().anyMatch(worker::contains));
    }

    /** Whether all tasks were sent, and have ended as far as producers wait for that. */
    boolean isFinished() {
        return producers().allMatch(Peer::isFinished);
    }

    private Stream<Peer> producers() {
        return Stream.concat(steady.stream(), Stream.ofNullable(expendable));
    }

    void endProducers(Duration limit) throws InterruptedException {
        for (var producer : producers().toList()) {
            producer.tell(Peer.END);
        }
        for (var producer : producers().toList()) {
            producer.awaitEnd(limit);
        }
    }

    void stopLaunchers(Duration limit) throws InterruptedException {
        launchers.forEach(launcher -> launcher.handle().children().forEach(all::add));
        launchers.forEach(launcher -> launcher.tell(Peer.STOP));
        for (var launcher : launchers) {
            launcher.awaitEnd(limit);
        }
    }

    /** Those of all processes ever started that live. */
    List<ProcessHandle> left() {
        return all.stream().filter(ProcessHandle::isAlive).toList();
    }

    /** Kills whatever is left, and waits until it has ended. */
    @Override
    public void close() {
        launchers.forEach(launcher -> launcher.handle().children().forEach(all::add));
        launchers.forEach(Peer::kill);
        producers().forEach(Peer::kill);
        left().forEach(ProcessHandle::destroyForcibly);
        Pace.awaitTrue(END_LIMIT, () -> left().isEmpty());
    }
}
