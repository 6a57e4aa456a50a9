package dev.weirpool.pool;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.TaskContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What the tests have workers do. */
final class Tasks {

    static int initialized;

    private Tasks() {}

    static long pid() {
        return ProcessHandle.current().pid();
    }

    /** Takes a millisecond. */
    static long workAWhile() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(1);
        return pid();
    }

    static int one() {
        return 1;
    }

    static int square(int number) {
        return number * number;
    }

    static int add(int a, int b) {
        return a + b;
    }

    static String join(String a, int b, long c) {
        return a + b + c;
    }

    static String join(String a, int b, long c, boolean d) {
        return a + b + c + d;
    }

    static List<Object> five(String a, int b, long c, boolean d, double e) {
        return List.of(a, b, c, d, e);
    }

    static void nothing() {}

    static void failWith(String message) {
        throw new IllegalStateException(message);
    }

    static String readMissing(String file) throws IOException {
        throw new IOException("no such file: " + file, new InterruptedException("deeper"));
    }

    static int squareUnlessSeven(int number) {
        if (number == 7) {
            throw new IllegalArgumentException("seven");
        }
        return number * number;
    }

    static Thread unencodable() {
        return Thread.currentThread();
    }

    static void initialize(int value) {
        initialized = value;
    }

    static int initialized() {
        return initialized;
    }

    static void enterAndFail(String ledger) throws IOException {
        enter(0, ledger);
        throw new IllegalStateException("no licence");
    }

    static void failToInitialize() {
        throw new IllegalStateException("no licence");
    }

    static String environment(String name) {
        return System.getenv(name);
    }

    static String property(String name) {
        return System.getProperty(name);
    }

    /** Longer than any test waits. */
    static void hang() throws InterruptedException {
        TimeUnit.MINUTES.sleep(10);
    }

    static long exitOnFirstAttempt() {
        if (TaskContext.current().attempt() == 1) {
            Runtime.getRuntime().halt(42);
        }
        return pid();
    }

    static void exit() {
        System.exit(42);
    }

    /** Has no constructor for a message. */
    static final class StrangeException extends RuntimeException {
        StrangeException(int code) {
            super("code " + code);
        }
    }

    static void throwStrange() {
        throw new StrangeException(7);
    }

    static int overflow() {
        return 1 + overflow();
    }

    static Object threadIfTwo(int number) {
        return number == 2 ? Thread.currentThread() : number;
    }

    static int count(String name, Map<String, Object> values) {
        return values.size();
    }

    /** Adds one to each byte; the same array comes back. */
    static byte[] increment(byte[] bytes) {
        for (var i = 0; i < bytes.length; i++) {
            bytes[i]++;
        }
        return bytes;
    }

    /** Enters the number, and returns the bytes. */
    static byte[] enterLarge(int number, byte[] bytes, String ledger) throws IOException {
        enter(number, ledger);
        return bytes;
    }

    static int failWithUnlessExists(byte[] bytes, String file) {
        if (!Files.exists(Path.of(file))) {
            throw new IllegalStateException("not yet");
        }
        return bytes.length;
    }

    static int killMyselfOnceWith(byte[] bytes) throws Exception {
        killMyselfOnce();
        return bytes.length;
    }

    static byte[] bytes(int count) {
        return new byte[count];
    }

    static int failAbove(int number) {
        if (number > 3) {
            throw new IllegalArgumentException(number + " is too much");
        }
        return number;
    }

    static int hangIfZero(int number) throws InterruptedException {
        if (number == 0) {
            hang();
        }
        return number;
    }

    static String commandLine() throws IOException {
        var whole = Path.of("/proc/self/cmdline"); // what the handle tells is cut at 4096 characters
        return Files.exists(whole)
                ? Files.readString(whole).replace('\0', ' ')
                : ProcessHandle.current().info().commandLine().orElse("");
    }

    static void put(SharedQueue<Integer> queue, int number) throws InterruptedException {
        queue.put(number);
    }

    static int take(SharedQueue<Integer> queue) throws InterruptedException {
        return queue.take();
    }

    /** Shows that it runs and waits for the gate. */
    static int squareWhenOpen(int number, String directory) throws Exception {
        Files.writeString(Path.of(directory, "running"), "");
        while (!Files.exists(Path.of(directory, "gate"))) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return number * number;
    }

    static void failAndCount(String directory) {
        throw new IllegalStateException("attempt " + TaskContext.current().attempt());
    }

    static int succeedAtAttempt(int attempt) {
        if (TaskContext.current().attempt() < attempt) {
            throw new IllegalStateException("attempt " + TaskContext.current().attempt());
        }
        return attempt;
    }

    static void hangWithHook(String file) throws InterruptedException {
        TaskContext.current().onSoftTimeLimit(() -> {
            try {
                Files.createFile(Path.of(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        hang();
    }

    static String partialResult() {
        var context = TaskContext.current();
        while (!context.isCancelled()) {
            Thread.onSpinWait();
        }
        return "partial";
    }

    static int spin() {
        var i = 0;
        while (true) {
            i++;
            if (i == -1) {
                Thread.onSpinWait();
            }
        }
    }

    static void note(String word, String file) throws IOException {
        Files.writeString(Path.of(file), word + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    static String describeContext() {
        var context = TaskContext.current();
        return context.headers().get("tenant") + " attempt " + context.attempt() + " deadline "
                + context.deadline().isPresent();
    }

    static void failUnlessExists(String file) throws IOException {
        if (!Files.exists(Path.of(file))) {
            throw new IllegalStateException("not yet");
        }
        Files.createFile(Path.of(file + ".seen"));
    }

    static void shoutAndExit() {
        System.err.println("last words");
        Runtime.getRuntime().halt(42);
    }

    static int killMyselfOnce() throws Exception {
        if (TaskContext.current().attempt() == 1) {
            new ProcessBuilder("kill", "-9", "" + pid()).start();
            hang();
        }
        return TaskContext.current().attempt();
    }

    static int exhaustMemory() {
        var all = new ArrayList<long[]>();
        while (true) {
            all.add(new long[1 << 27]);
        }
    }

    static int closeStreams() throws IOException {
        var read = System.in.read();
        System.in.close();
        System.out.close();
        System.err.close();
        return read;
    }

    static long leaveThreadAndProcessBehind() throws IOException {
        var thread = new Thread(() -> {
            try {
                hang();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.start();
        return new ProcessBuilder("sleep", "600").inheritIO().start().pid();
    }

    static int squareByAnother(int number, String url, String queue) throws InterruptedException {
        try (var pool = Pool.connect(RedisOptions.of(url), queue)) {
            return pool.apply(Tasks::square, number);
        }
    }

    private static final List<byte[]> KEPT = new ArrayList<>();

    static long keep(int bytes) {
        var block = new byte[bytes];
        Arrays.fill(block, (byte) 1);
        KEPT.add(block);
        return pid();
    }

    static void keepAndHang(int bytes) throws InterruptedException {
        keep(bytes);
        hang();
    }

    /** Leaves its number in the ledger. */
    static int enter(int number, String ledger) throws IOException {
        Files.writeString(Path.of(ledger), number + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return number;
    }

    static int enterAndWait(int number, String ledger, String directory) throws Exception {
        enter(number, ledger);
        while (!Files.exists(Path.of(directory, "gate"))) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return number;
    }

    static int enterAtAttemptTwo(int number, String ledger) throws IOException {
        if (TaskContext.current().attempt() == 1) {
            throw new IllegalStateException("not at the first attempt");
        }
        return enter(number, ledger);
    }

    static void assertSomething() {
        throw new AssertionError("wrong");
    }

    static Object[] arrayWithThread() {
        return new Object[] {1, Thread.currentThread()};
    }

    static void putAll(SharedQueue<Integer> queue, List<Integer> numbers) throws InterruptedException {
        for (var number : numbers) {
            queue.put(number);
        }
    }

    static List<Integer> takeAll(SharedQueue<Integer> queue, int count) throws InterruptedException {
        var taken = new ArrayList<Integer>();
        while (taken.size() < count) {
            taken.add(queue.take());
        }
        return taken;
    }
}
