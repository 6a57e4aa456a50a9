package dev.weirpool.queue;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirpool.queue.redis.Redis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One queue, many processes. */
@Timeout(180)
class SharedQueueProcessesTest {

    private static final RedisOptions REDIS = RedisOptions.embedded();

    private final String name = "processes-" + UUID.randomUUID();
    private final List<Process> children = new ArrayList<>();
    private Redis redis;

    @TempDir
    private Path directory;

    @BeforeEach
    void open() {
        redis = REDIS.open();
    }

    @AfterEach
    void end() throws InterruptedException {
        for (var child : children) {
            child.destroyForcibly().waitFor();
        }
        SharedQueue.connect(REDIS, name).delete();
        redis.close();
    }

    @Test
    void fourWritersAndFourReadersLoseNothingAndKeepTheBoundAndTheOrder() throws Exception {
        var perWriter = 5000;
        SharedQueue<String> queue = SharedQueue.connect(REDIS, name, 16);
        var writers = new ArrayList<Process>();
        var readers = new ArrayList<Process>();
        long greatest;
        long put;
        try (var watch = new SharedQueueLengthWatch(redis.uri(), name)) {
            for (var i = 0; i < 4; i++) {
                readers.add(child("reader-" + i, "read"));
                writers.add(child("writer-" + i, "write", "w" + i, Integer.toString(perWriter)));
            }
            awaitSuccess(writers);
            queue.join();
            queue.shutdown(false);
            awaitSuccess(readers);
            greatest = watch.greatest();
            put = watch.put();
        }

        assertThat(greatest).isEqualTo(16);
        assertThat(put).isEqualTo(4 * perWriter);
        assertAllOnceAndInOrder(output("reader-", 4), 4, perWriter);
    }

    @Test
    void killedReadersAndWritersTakeNoRoomWithThem() throws Exception {
        SharedQueue<String> queue = SharedQueue.connect(REDIS, name, 4);
        var writers = Stream.of("a", "b")
                .map(writer -> child("killed-" + writer, "write", writer, "1000000"))
                .toList();
        var reader = child("killed-reader", "read");
        for (var i = 0; i < 100; i++) {
            queue.take(); // they are at work
        }

        reader.destroyForcibly().waitFor();
        for (var writer : writers) {
            writer.destroyForcibly().waitFor();
        }

        var left = new ArrayList<String>();
        queue.drainTo(left);
        assertThat(left).hasSizeLessThanOrEqualTo(4);
        queue.putAll(List.of("1", "2", "3", "4"));
        assertThat(queue.offer("5")).isFalse();
        assertThat(queue).containsExactly("1", "2", "3", "4");
    }

    @Test
    void joinWaitsForTheReadersInOtherProcesses() throws Exception {
        SharedQueue<String> queue = SharedQueue.connect(REDIS, name, 0);
        SharedQueueProcess.write(queue, "w0", 2000);
        assertThat(queue.join(Duration.ZERO)).isFalse();

        var readers = List.of(child("reader-0", "read"), child("reader-1", "read"));
        queue.join();

        assertThat(queue).isEmpty();
        queue.shutdown(false);
        awaitSuccess(readers);
        assertAllOnceAndInOrder(output("reader-", 2), 1, 2000);
    }

    @Test
    void connectionsThatAreCutCostAWriterNothing() throws Exception {
        var perWriter = 3000;
        SharedQueue<String> queue = SharedQueue.connect(REDIS, name, 16);
        var writers = List.of(
                child("writer-0", "write", "w0", Integer.toString(perWriter)),
                child("writer-1", "write", "w1", Integer.toString(perWriter)));
        var taken = new ArrayList<String>();
        long put;
        var cuts = 0;
        try (var watch = new SharedQueueLengthWatch(redis.uri(), name)) {
            while (taken.size() < 2 * perWriter) {
                var item = queue.poll(10, TimeUnit.SECONDS);
                assertThat(item).as("after %d items", taken.size()).isNotNull();
                taken.add(item);
                if (taken.size() % 300 == 0) {
                    cutConnections();
                    cuts++;
                }
            }
            awaitSuccess(writers);
            put = watch.put();
        }

        assertThat(cuts).isGreaterThan(10);
        assertThat(put).isEqualTo(2 * perWriter);
        assertAllOnceAndInOrder(List.of(taken), 2, perWriter);
    }

    /** Ends all connections that put, or wait. None is taking: that is done by this thread. */
    private void cutConnections() {
        try (var connection = redis.connect()) {
            var list = new String((byte[]) requireNonNull(connection.call("CLIENT", bytes("LIST"))), UTF_8);
            list.lines()
                    .filter(client -> client.contains("cmd=evalsha") || client.contains("cmd=blpop"))
                    .map(client -> client.replaceAll(".*\\bid=(\\d+) .*", "$1"))
                    .forEach(id -> connection.call("CLIENT", bytes("KILL"), bytes("ID"), bytes(id)));
        }
    }

    private Process child(String log, String... arguments) {
        var command = new ArrayList<String>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                SharedQueueProcess.class.getName()));
        command.add(arguments[0]);
        command.add(redis.uri().toString());
        command.add(name);
        command.addAll(List.of(arguments).subList(1, arguments.length));
        try {
            var child = new ProcessBuilder(command)
                    .redirectOutput(directory.resolve(log).toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            children.add(child);
            return child;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitSuccess(List<Process> processes) throws InterruptedException {
        for (var process : processes) {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
    }

    private List<List<String>> output(String log, int count) throws IOException {
        var all = new ArrayList<List<String>>();
        for (var i = 0; i < count; i++) {
            all.add(Files.readAllLines(directory.resolve(log + i)));
        }
        return all;
    }

    static void assertAllOnceAndInOrder(List<List<String>> taken, int writers, int perWriter) {
        var all = taken.stream().flatMap(List::stream).toList();
        var expected = IntStream.range(0, writers)
                .boxed()
                .flatMap(writer -> IntStream.range(0, perWriter).mapToObj(i -> "w" + writer + ":" + i))
                .toList();
        assertThat(all).hasSize(expected.size());
        assertThat(new HashSet<>(all)).isEqualTo(new HashSet<>(expected));
        for (var reader : taken) {
            var last = new HashMap<String, Integer>();
            for (var item : reader) {
                var parts = item.split(":", 2);
                var number = Integer.parseInt(parts[1]);
                assertThat(number).as(item).isGreaterThan(last.getOrDefault(parts[0], -1));
                last.put(parts[0], number);
            }
        }
    }
}
