package dev.weirpool.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.codec.AllowList;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.redis.CacheDirectory;
import dev.weirpool.queue.redis.EmbeddedServer;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Keyring;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The classes of a worker in a form that the JVM maps instead of loading (AppCDS), which halves a worker's start.
 *
 * <p>An archive fits one JDK and one list of jars, and is named after both. It is looked for beside our jars, where a
 * distribution or an image has it, then in the cache; where there is none, it is made in the background, for the next start.
 */
public final class StartupArchive implements AutoCloseable {

    private static final int TRAINING_LIMIT_SECONDS = 60;

    private static final String PREFIX = "worker";
    private static final String UNFINISHED = ".part";
    private static final int MOST_KEPT = 8;

    /** From Java 25 on such an archive also holds classes that are linked, and profiles, and is called an AOT cache. */
    private static final boolean IS_AOT = Runtime.version().feature() >= 25;

    /** Making an AOT cache takes some seconds. */
    private static final int LAST_CHANCE_SECONDS = IS_AOT ? 10 : 2;

    /** What a worker needs besides our own modules. */
    private static final List<String> LIBRARIES = List.of(
            "com.esotericsoftware.kryo.Kryo",
            "com.esotericsoftware.minlog.Log",
            "com.esotericsoftware.reflectasm.FieldAccess",
            "org.objenesis.Objenesis",
            "redis.clients.jedis.Connection",
            "org.apache.commons.pool2.ObjectPool",
            "com.google.gson.Gson",
            "org.slf4j.Logger",
            "org.jspecify.annotations.NullMarked");

    private final List<Path> jars = ownJars();
    private volatile @Nullable Process training;
    private final AtomicBoolean making = new AtomicBoolean();
    private final CountDownLatch made = new CountDownLatch(1);
    private volatile boolean distrusted;
    private @Nullable String stem; // owned by the launcher's thread, then by those it starts
    private volatile boolean closed;

    /** Makes the archive for this JDK and these jars in the directory that is the only argument. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var timeout = Duration.ofSeconds(2);
        try (var redis = new Redis(EmbeddedServer.uri(0), timeout, timeout, Keyring.ofThisProcess());
                var archive = new StartupArchive()) {
            if (arguments.length != 1 || !archive.isPossible()) {
                System.err.println("usage: StartupArchive DIRECTORY, with Weirpool's jars on the class path");
                System.exit(2);
            }
            System.out.println(archive.make(Path.of(arguments[0]), redis));
        }
    }

    /** The archive to start workers with, if there is one. */
    Optional<Path> find() {
        if (distrusted || !isPossible()) {
            return Optional.empty();
        }
        return Stream.of(jars.get(0).toAbsolutePath().getParent(), CacheDirectory.path())
                .flatMap(this::ours)
                .filter(this::isWhole)
                .findFirst();
    }

    private Stream<Path> ours(Path directory) {
        var files = directory.toFile().listFiles((parent, name) -> name.startsWith(stem()));
        return files == null ? Stream.empty() : Arrays.stream(files).map(File::toPath);
    }

    /** The JVM checks the head of an archive and crashes on one that was cut short, by a full disk say: so its name tells its size. */
    private boolean isWhole(Path file) {
        return Files.isReadable(file) && file.endsWith(fileName(file.toFile().length()));
    }

    /** A worker has crashed while it booted: this launcher's further workers do without, and others find it gone. */
    void distrust() {
        var found = find();
        distrusted = true;
        try {
            if (found.isPresent()) {
                Files.deleteIfExists(found.get());
            }
        } catch (IOException e) {
            log().debug("{} may be damaged and cannot be deleted", found, e);
        }
    }

    /**
     * Has the archive made in the background, once, if there is none.
     *
     * @param redis where a worker can be trained, on a queue of its own
     */
    void makeIfMissing(Redis redis) {
        if (!making.compareAndSet(false, true)) {
            return;
        }
        if (distrusted || !isPossible() || find().isPresent()) {
            made.countDown();
        } else {
            var maker = new Thread(() -> makeQuietly(redis), "weirpool-archive");
            maker.setDaemon(true);
            maker.start();
        }
    }

    private void makeQuietly(Redis redis) {
        try {
            clearUp(CacheDirectory.path());
            make(CacheDirectory.path(), redis);
        } catch (IOException | RuntimeException e) {
            if (!closed) {
                log().debug("workers start without an archive of their classes: {}", e.getMessage());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            made.countDown();
        }
    }

    /** Gives the making of it a little more time: the next program is to start faster, even if none runs for long. */
    void awaitMade() {
        try {
            made.await(LAST_CHANCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Has a worker run one task and end, and the JVM write down the classes that took. */
    private Path make(Path directory, Redis redis) throws IOException, InterruptedException {
        var unfinished = Files.createTempFile(directory, PREFIX, UNFINISHED);
        var broker = new Broker("training-" + UUID.randomUUID());
        var board = Board.create(Files.createTempDirectory("weirpool-training"), "training");
        try {
            var task = new TaskCodec(() -> redis, "launcher")
                    .draft(Task.of(Integer::sum, 7, 4), TaskOptions.DEFAULT, true)
                    .seal(1, 1, 0, redis.keyring().signer(Direction.TASK, broker.queue()));
            redis.call(connection -> broker.push(connection, 1, 0, List.of(task), List.of()));
            train(unfinished, trainingSettings(redis, broker.queue(), board));
            var file = directory.resolve(fileName(Files.size(unfinished)));
            return Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
            Files.deleteIfExists(
                    Path.of(unfinished + ".config")); // the JVM's own, where it makes an AOT cache and was killed
            board.delete();
            Files.deleteIfExists(board.file().getParent());
            redis.use(connection -> broker.drop(connection, List.of("training")));
        }
    }

    /** Takes away what a process that died has left half made, and all archives but the newest. */
    private static void clearUp(Path directory) throws IOException {
        List<File> ours;
        try (var files = Files.list(directory)) {
            ours = files.map(Path::toFile)
                    .filter(file -> file.getName().startsWith(PREFIX))
                    .sorted(Comparator.comparingLong(File::lastModified).reversed())
                    .toList();
        }
        var halfMade = System.currentTimeMillis() - TimeUnit.SECONDS.toMillis(2 * TRAINING_LIMIT_SECONDS);
        var kept = 0;
        for (var file : ours) {
            var isOld = file.getName().contains(UNFINISHED) ? file.lastModified() < halfMade : ++kept > MOST_KEPT;
            if (isOld) {
                Files.deleteIfExists(file.toPath()); // a worker that runs on it keeps what it has mapped
            }
        }
    }

    private static WorkerSettings trainingSettings(Redis redis, String queue, Board board) {
        return new WorkerSettings(
                "training",
                redis.uri(),
                redis.keyring(),
                List.of(queue),
                redis.timeout(),
                Duration.ofMinutes(1),
                1,
                board.file(),
                List.of(AllowList.DIRECTORIES),
                Optional.empty());
    }

    private void train(Path unfinished, WorkerSettings settings) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(
                        WorkerCommand.java(),
                        IS_AOT ? "-XX:AOTCacheOutput=" + unfinished : "-XX:ArchiveClassesAtExit=" + unfinished,
                        "-Xlog:disable",
                        "-Dslf4j.internal.verbosity=ERROR",
                        "-cp",
                        classPath(jars),
                        WorkerMain.class.getName())
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD);
        WorkerCommand.withhold(builder.environment());
        var process = builder.start();
        training = process;
        if (closed) {
            process.destroyForcibly();
        }
        try (var in = process.outputWriter(UTF_8)) { // kept open: its end would end the worker
            settings.writeTo(in);
            if (!process.waitFor(TRAINING_LIMIT_SECONDS, TimeUnit.SECONDS)
                    || process.exitValue() != 0
                    || Files.size(unfinished) == 0) {
                throw new IOException("the JVM did not write it");
            }
        } finally {
            process.destroyForcibly();
        }
    }

    /** Stops making the archive, if that goes on. */
    @Override
    public void close() {
        closed = true;
        var process = training;
        if (process != null) {
            process.destroyForcibly();
        }
    }

    /** The JVM archives classes from jars only. */
    private boolean isPossible() {
        return jars.stream().allMatch(Files::isRegularFile);
    }

    private String fileName(long size) {
        return stem() + size + (IS_AOT ? ".aot" : ".jsa");
    }

    private String stem() {
        var known = stem;
        if (known == null) {
            known = PREFIX + "-" + fingerprint() + "-";
            stem = known;
        }
        return known;
    }

    private String fingerprint() {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(System.getProperty("java.vm.version").getBytes(UTF_8));
            digest.update(System.getProperty("java.home").getBytes(UTF_8));
            for (var jar : jars) {
                digest.update((jar + " " + Files.size(jar) + " " + Files.getLastModifiedTime(jar)).getBytes(UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The jars, or directories while they are being developed, that hold what a worker itself needs. */
    static List<Path> ownJars() {
        var jars = new ArrayList<Path>();
        jars.add(locationOf(WorkerMain.class));
        jars.add(locationOf(TaskCodec.class));
        for (var library : LIBRARIES) {
            try {
                jars.add(locationOf(Class.forName(library, false, StartupArchive.class.getClassLoader())));
            } catch (ClassNotFoundException e) {
                log().debug("{} is not there and may not be needed", library);
            }
        }
        return jars.stream().distinct().toList();
    }

    /** What tells a JVM to use {@code archive}, and to say nothing if it does not fit. */
    static List<String> flags(Path archive) {
        return IS_AOT
                ? List.of("-XX:AOTCache=" + archive, "-XX:AOTMode=auto", "-Xlog:aot*=off:stderr")
                : List.of("-XX:SharedArchiveFile=" + archive, "-Xshare:auto");
    }

    static String classPath(List<Path> jars) {
        return jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private static Path locationOf(Class<?> type) {
        Path location;
        try {
            location = Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("cannot tell where " + type.getName() + " was loaded from", e);
        }
        // Java 25 says of a class from an archive where its jar was when that was made, even if all was moved since
        var jars = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .map(Path::toAbsolutePath)
                .filter(jar -> jar.endsWith(location.getFileName()))
                .toList();
        return jars.isEmpty() || jars.contains(location) ? location : jars.get(0);
    }

    /** Not a field, as in {@link Launcher}. */
    private static Logger log() {
        return LoggerFactory.getLogger(StartupArchive.class);
    }
}
