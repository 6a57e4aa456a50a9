package dev.weirpool.worker;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.codec.AllowList;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.signing.Direction;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What somebody may put into Redis to do harm, past the signature, given to a real worker with the memory of a small one. Each ends as a
 * dead letter that says why, or as a result; the worker goes on, and nothing of a class that was not allowed has run.
 */
@Timeout(120)
class BadInputTest {
    private static final RedisOptions REDIS = RedisOptions.embedded();
    private static final String QUEUE = "bad-input-" + UUID.randomUUID();
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String SIGN_IN = "dev.weirpool.worker.Work::signIn";
    private static final String STRING_TO_VOID = "(Ljava/lang/String;)V";
    private static final int CAP = Envelope.MAX_BYTES - 0x20000;

    @TempDir
    static Path directory;

    private static Path sentinel;
    private static Launcher launcher;
    private static Redis redis;
    private static TaskQueue queue;
    private static final Broker BROKER = new Broker(QUEUE);
    private static List<Long> pids;
    private static long sequence;

    /** @param reason a part of what the dead letter says */
    record Bad(String task, byte[] body, String reason) {}

    @BeforeAll
    static void start() throws IOException {
        sentinel = directory.resolve("something-ran");
        var classPath = System.getProperty("java.class.path") + File.pathSeparator + libraryWithGadgets();
        redis = REDIS.open();
        queue = TaskQueue.connect(REDIS, QUEUE);
        launcher = Launcher.start(LauncherOptions.of(1, REDIS, QUEUE)
                .withWorkers(WorkerOptions.DEFAULT
                        .withClassPath(classPath)
                        .withAllow(List.of(AllowList.DIRECTORIES))
                        .withJvmFlags(List.of("-Xmx192m"))));
        await().atMost(LIMIT).until(() -> queue.workers() == 1);
        pids = launcher.pids();
    }

    @AfterAll
    static void stop() {
        launcher.close();
        queue.close();
        redis.close();
    }

    /** A jar as there are many: its classes do something as soon as they are touched. */
    private static Path libraryWithGadgets() throws IOException {
        var touch = "static void touch(String what) { try { java.nio.file.Files.writeString(java.nio.file.Path.of(\""
                + sentinel + "\"), what); } catch (java.io.IOException e) { throw new Error(e); } }";
        var source = Files.createDirectories(directory.resolve("source/gadget")).resolve("Gadget.java");
        Files.writeString(
                source,
                "package gadget; public class Gadget extends RuntimeException"
                        + " implements java.util.Comparator<Object>, java.io.Externalizable, java.util.function.Function<Object, Object> {"
                        + " static { touch(\"class\"); } public Gadget() { touch(\"constructor\"); }"
                        + " public Gadget(String message) { touch(message); }"
                        + " public int compare(Object a, Object b) { touch(\"compare\"); return 0; }"
                        + " public Object apply(Object a) { touch(\"apply\"); return a; }"
                        + " public int hashCode() { touch(\"hashCode\"); return 0; }"
                        + " public void writeExternal(java.io.ObjectOutput out) {}"
                        + " public void readExternal(java.io.ObjectInput in) { touch(\"readExternal\"); }"
                        + " public static void run(String text) { touch(\"run\"); }"
                        + " public enum Kind { ONE; static { touch(\"enum\"); } } " + touch + "}");
        var classes = Files.createDirectories(directory.resolve("classes"));
        var compiled = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-d", classes.toString(), source.toString());
        assertThat(compiled).isZero();
        var jar = directory.resolve("gadgets.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
                var files = Files.list(classes.resolve("gadget"))) {
            for (var file : files.toList()) {
                out.putNextEntry(new JarEntry("gadget/" + file.getFileName()));
                out.write(Files.readAllBytes(file));
            }
        }
        return jar;
    }

    static Stream<Named<Bad>> bodies() {
        return Stream.of(
                value(
                        "an object of a library",
                        at -> at.object("gadget.Gadget"),
                        "a gadget.Gadget is named in the message"),
                value(
                        "an exception of a library as an object",
                        at -> at.object("gadget.Gadget", "detailMessage").string("x"),
                        "a gadget.Gadget is named"),
                value(
                        "a comparator of a library",
                        at -> at.number(Forged.PRIORITY_QUEUE)
                                .object("gadget.Gadget")
                                .numbers(2, 8, 1, 8, 0),
                        "a gadget.Gadget is named"),
                value(
                        "a key of a library",
                        at -> at.number(Forged.HASH_MAP)
                                .number(1)
                                .object("gadget.Gadget")
                                .number(0),
                        "a gadget.Gadget is named"),
                value(
                        "a constant of an enum of a library",
                        at -> at.number(Forged.ENUM)
                                .numbers(Forged.OBJECT, 0)
                                .text("gadget.Gadget$Kind")
                                .text("ONE"),
                        "a gadget.Gadget$Kind is named"),
                value(
                        "an array of a library",
                        at -> at.number(Forged.ARRAY)
                                .numbers(Forged.OBJECT, 0)
                                .text("gadget.Gadget")
                                .number(0),
                        "a gadget.Gadget is named"),
                value(
                        "a set of an enum of a library",
                        at -> at.number(Forged.ENUM_SET)
                                .numbers(Forged.OBJECT, 0)
                                .text("gadget.Gadget$Kind")
                                .number(0),
                        "a gadget.Gadget$Kind is named"),
                value("a class of the JDK", at -> at.object("com.sun.rowset.JdbcRowSetImpl"), "cannot travel"),
                value(
                        "a class that nobody has",
                        at -> at.object("com.acme.Nowhere"),
                        "there is no class com.acme.Nowhere here"),
                value("the name of an array", at -> at.object("[[Ljava.lang.Object;"), "cannot travel"),
                value("a name of 64 KB", at -> at.object("x".repeat(65_536)), "cannot travel"),
                value("the name of a file", at -> at.object("../../../etc/passwd"), "cannot travel"),
                value("HTML for a name", at -> at.object("<script>alert(1)</script>"), "cannot travel"),
                value(
                        "1001 classes",
                        at -> {
                            at.numbers(Forged.OBJECTS, 1001);
                            for (var i = 0; i < 1001; i++) {
                                at.numbers(Forged.ARRAY, Forged.OBJECT, 0)
                                        .text("dev.weirpool.worker.Work")
                                        .number(0);
                            }
                            return at;
                        },
                        "more than 1000 classes"),
                value(
                        "a lambda of a library",
                        at -> at.lambda(
                                "gadget.Gadget",
                                "java/util/function/Function",
                                "gadget/Gadget",
                                "apply",
                                "(Ljava/lang/Object;)Ljava/lang/Object;"),
                        "a gadget.Gadget is named"),
                value(
                        "a lambda that its class has not",
                        at -> at.lambda(
                                "dev.weirpool.worker.Work",
                                "java/util/function/Function",
                                "dev/weirpool/worker/Work",
                                "lambda$x$0",
                                "()V"),
                        "has no lambda lambda$x$0"),
                value(
                        "a reference to a method of a library",
                        at -> at.lambda(
                                "dev.weirpool.worker.Work",
                                "java/util/function/Function",
                                "gadget/Gadget",
                                "run",
                                STRING_TO_VOID),
                        "gadget.Gadget::run is not among the methods"),
                value(
                        "a reference to Runtime.exec",
                        at -> at.lambda(
                                "dev.weirpool.worker.Work",
                                "java/util/function/Function",
                                "java/lang/Runtime",
                                "exec",
                                "(Ljava/lang/String;)Ljava/lang/Process;"),
                        "java.lang.Runtime::exec cannot be called by name"),
                value(
                        "a lambda for an interface of a library",
                        at -> at.lambda(
                                "dev.weirpool.worker.Work",
                                "gadget/Gadget",
                                "dev/weirpool/worker/Work",
                                "signIn",
                                STRING_TO_VOID),
                        "a gadget.Gadget is named"),
                value(
                        "a lambda that captures a library",
                        at -> {
                            var lambda = Forged.value()
                                    .lambda("dev.weirpool.worker.Work", "java/util/function/Function", "x", "y", "()V")
                                    .bytes();
                            return at.raw(Arrays.copyOf(lambda, lambda.length - 1))
                                    .number(1)
                                    .object("gadget.Gadget");
                        },
                        "a gadget.Gadget is named"),
                value(
                        "a stream of java.io as an exception",
                        at -> at.number(Forged.SURROGATE)
                                .text("java.lang.Throwable")
                                .number(Forged.BYTES)
                                .number(4)
                                .raw((byte) 0xac, (byte) 0xed, (byte) 0, (byte) 5),
                        "cannot be read"),
                value(
                        "a surrogate that there is not",
                        at -> at.number(Forged.SURROGATE).text("gadget.Gadget").number(0),
                        "no surrogate for gadget.Gadget"),
                value(
                        "a reference to an object that is not read yet",
                        at -> at.numbers(Forged.REFERENCE, 70),
                        "not there yet"),
                value("a class by a number that was not given", at -> at.numbers(Forged.OBJECT, 9), "cannot be read"),
                value("an unknown tag", at -> at.number(500), "unknown type number 500"),
                value(
                        "a constant that its enum has not",
                        at -> at.numbers(Forged.ENUM, 120).text("SMARCH"),
                        "no constant SMARCH"),
                value("bytes after the value", at -> at.numbers(0, 0), "bytes after the value"),
                value("nothing where a value should be", at -> at, "cannot be read"),
                value(
                        "65 000 levels",
                        at -> at.repeat(65_000, Forged.value().numbers(Forged.OBJECTS, 1)),
                        "more than 500 levels"),
                value(
                        "an array of two billion bytes",
                        at -> at.numbers(Forged.BYTES, Integer.MAX_VALUE),
                        "a count of 2147483647"),
                value("an array of half a billion numbers", at -> at.numbers(Forged.LONGS, 1 << 29), "a count of"),
                value("a list of minus one elements", at -> at.numbers(Forged.ARRAY_LIST, -1), "a count of -1"),
                value(
                        "a map of two billion entries",
                        at -> at.numbers(Forged.HASH_MAP, Integer.MAX_VALUE),
                        "a count of"),
                value(
                        "a text of a billion characters",
                        at -> at.numbers(Forged.STRING_BUILDER, Integer.MAX_VALUE),
                        "a text of length"),
                value(
                        "a thousand arrays that claim to be large",
                        at -> at.repeat(1000, Forged.value().numbers(Forged.OBJECTS, 1 << 20))
                                .repeat(1 << 20, Forged.value().number(0)),
                        "a count of"),
                value(
                        "texts that have the same hash code",
                        at -> {
                            at.numbers(Forged.HASHTABLE, 1 << 17);
                            for (var i = 0; i < 1 << 17; i++) {
                                var text = new StringBuilder();
                                for (var bit = 0; bit < 17; bit++) {
                                    text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
                                }
                                at.string(text.toString()).string("");
                            }
                            return at;
                        },
                        "would take too long"),
                value(
                        "lists that hold the one before twice, as a key",
                        at -> {
                            at.numbers(Forged.OBJECTS, 51, Forged.ARRAY_LIST, 0);
                            // objects 0 to 3 are the arrays around it
                            for (var i = 4; i < 53; i++) {
                                at.numbers(Forged.ARRAY_LIST, 2, Forged.REFERENCE, i, Forged.REFERENCE, i);
                            }
                            return at.numbers(Forged.HASH_SET, 1, Forged.REFERENCE, 53);
                        },
                        "would take too long"),
                value(
                        "as many bytes as there may be, with the last one missing",
                        at -> at.numbers(Forged.OBJECTS, CAP).raw(new byte[CAP - 1]),
                        "cannot be read"),
                task("a method of a library", "gadget.Gadget::run", "gadget.Gadget::run is not among the methods"),
                task("Runtime.exec", "java.lang.Runtime::exec", "java.lang.Runtime::exec cannot be called by name"),
                task("System.exit", "java.lang.System::exit", "java.lang.System::exit cannot be called by name"),
                task("File.delete", "java.io.File::delete", "java.io.File::delete cannot be called by name"),
                task("Files.delete", "java.nio.file.Files::delete", "java.nio.file.Files::delete cannot be called"),
                task("a constructor of the JDK", "java.io.FileWriter::new", "java.io.FileWriter::new cannot be called"),
                task("reflection", "java.lang.reflect.Method::invoke", "java.lang.reflect.Method::invoke cannot be"),
                task(
                        "a handle",
                        "java.lang.invoke.MethodHandle::invoke",
                        "java.lang.invoke.MethodHandle::invoke cannot"),
                task(
                        "what a worker consists of",
                        "dev.weirpool.queue.Nothing::run",
                        "no class dev.weirpool.queue.Nothing"),
                task("HTML for a task", "<img src=x onerror=alert(1)>::\"'</pre>", "no class <img src=x"),
                task("a name that is none", "no colons", "the body is not that of a task"),
                task("a name of 60 KB", "x".repeat(60_000) + "::run", "no class"),
                body("no body", new byte[0], "unknown kind of task"),
                body("a kind that there is not", new byte[] {99, 1, 0}, "unknown kind of task"),
                body("a negative kind", new byte[] {-1, 1, 0}, "unknown kind of task"),
                body("another format", new byte[] {0, 77, 0}, "unknown format 77"),
                body("a stream of java.io", new byte[] {0, (byte) 0xac, (byte) 0xed, 0, 5, 's', 'r'}, "unknown format"),
                body("a stream of Kryo", new byte[] {0, 1, 0, 'g', 'a', 'd', 'g', 'e', (byte) 0xf4}, "cannot be read"),
                body("no array", new byte[] {0, 1, 0}, "the body is not that of a task"),
                body("one byte", new byte[] {0}, "cannot be read"));
    }

    private static Named<Bad> value(String name, Function<Forged, Forged> argument, String reason) {
        return Named.of(
                name,
                new Bad(SIGN_IN, argument.apply(Forged.call(STRING_TO_VOID)).bytes(), reason));
    }

    private static Named<Bad> task(String name, String task, String reason) {
        return Named.of(
                name, new Bad(task, Forged.call(STRING_TO_VOID).string("x").bytes(), reason));
    }

    private static Named<Bad> body(String name, byte[] body, String reason) {
        return Named.of(name, new Bad(SIGN_IN, body, reason));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void buriesATaskThatCannotBeTrustedAndSaysWhy(Bad bad) {
        var before = System.nanoTime();
        var task = new Envelope.Draft(bad.task, 0, false, 3, Map.of(), bad.body)
                .seal(1, ++sequence, 0, redis.keyring().signer(Direction.TASK, QUEUE));

        var outcome = buried(task.raw());

        assertThat(outcome).contains(bad.reason).hasSizeLessThan(40_000);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(30));
        assertUnharmed();
    }

    static Stream<Named<byte[]>> envelopes() {
        var good = new Envelope.Draft(
                        SIGN_IN, 0, false, 3, Map.of("a", "b"), Forged.call("").bytes())
                .seal(2, 1)
                .raw();
        var random = new byte[200];
        new Random(5).nextBytes(random);
        return Stream.of(
                Named.of("nothing", new byte[0]),
                Named.of("one byte", new byte[] {1}),
                Named.of("a byte less than an envelope", Arrays.copyOf(good, 46)),
                Named.of("an envelope of another version", with(good, 0, 9)),
                Named.of("headers that run over the end", with(with(good, 45, 0xff), 46, 0xff)),
                Named.of("a header that runs over the end", with(good, 51, 0xff)),
                Named.of("the longest header", with(good, 48, 0xff)),
                Named.of("attempt 255 of 3", with(good, 3, 255)),
                Named.of("no attempts", with(good, 2, 0)),
                Named.of("random bytes", random),
                Named.of("zeros", new byte[300]),
                Named.of("text", bytes("<script>alert('not a task of ours, but long enough to be one')</script>")),
                Named.of("a name that is no UTF-8", with(with(good, 52, 0xff), 53, 0xfe)),
                Named.of("all flags", with(good, 1, 0xff)));
    }

    private static byte[] with(byte[] bytes, int at, int value) {
        var copy = bytes.clone();
        copy[at] = (byte) value;
        return copy;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("envelopes")
    void buriesWhatIsNoEnvelope(byte[] raw) {
        buried(raw);

        assertUnharmed();
    }

    /** Puts it where tasks wait, and returns why it was given up. */
    private static String buried(byte[] raw) {
        long before = redis.call(BROKER::deadCount);
        redis.call(connection -> {
            connection.call("RPUSH", bytes("weirpool:{" + QUEUE + "}:ready"), raw);
            return connection.call("RPUSH", bytes("weirpool:{" + QUEUE + "}:bell"), bytes("1"));
        });
        await().atMost(LIMIT).until(() -> redis.call(BROKER::deadCount) > before);
        return redis.call(connection -> {
            var letter = BROKER.dead(connection, 0, 1).get(0);
            var attempts = BROKER.attempts(connection, letter);
            var last = attempts.isEmpty()
                    ? ""
                    : Attempt.of(attempts.get(attempts.size() - 1)).outcome();
            connection.call("UNLINK", bytes("weirpool:{" + QUEUE + "}:dead"));
            return last;
        });
    }

    private static void assertUnharmed() {
        assertThat(sentinel).doesNotExist();
        assertThat(launcher.pids()).isEqualTo(pids);
    }

    @Test
    void goesOnWithTasksThatAreInOrder() throws Exception {
        var file = directory.resolve("signed-in-" + UUID.randomUUID());

        queue.send(Task.of(Work::signIn, file.toString()));

        await().atMost(LIMIT).until(() -> Files.exists(file));
        assertThat(Files.readString(file).strip()).isEqualTo(pids.get(0).toString());
    }

    @Test
    void wouldHaveNoticedAGadget() throws Exception {
        var seen = directory.resolve("something-ran");
        try (var open = Launcher.start(LauncherOptions.of(1, REDIS, QUEUE + "-open")
                        .withWorkers(WorkerOptions.DEFAULT
                                .withClassPath(System.getProperty("java.class.path")
                                        + File.pathSeparator
                                        + directory.resolve("gadgets.jar"))
                                .withAllow(List.of("gadget."))));
                var tasks = TaskQueue.connect(REDIS, QUEUE + "-open")) {
            tasks.send(Task.named("gadget.Gadget::run", "x"));

            await().atMost(LIMIT).until(() -> Files.exists(seen));
        } finally {
            Files.deleteIfExists(seen);
        }
    }
}
