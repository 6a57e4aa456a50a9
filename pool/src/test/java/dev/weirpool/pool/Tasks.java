package dev.weirpool.pool;

import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.TaskContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    static String commandLine() {
        return ProcessHandle.current().info().commandLine().orElse("");
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
}
