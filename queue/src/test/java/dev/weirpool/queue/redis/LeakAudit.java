package dev.weirpool.queue.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.protocol.ProtocolAudit;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves behind what nobody will ever clear away; every test has it without asking.
 *
 * <p>After each test, in the embedded Redis, and whenever a {@link RedisServer} is closed: a key without an owner or an end, tasks held
 * by a worker that is not registered, a task in two places. After each class as well: the queue of a pool, and a process that was
 * started by this JVM or by one that it had started, however it was orphaned.
 */
public final class LeakAudit implements AfterEachCallback, AfterAllCallback {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MOST_SHOWN = 200;
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Pattern KEY = Pattern.compile("weirpool:\\{(.+?)}:.*");

    /** Set by the build to something that only the tests of one module have, and handed on from process to process. */
    private static final String MARK = "WEIRPOOL_TESTS_OF";

    @Override
    public void afterEach(ExtensionContext context) {
        EmbeddedServer.running().ifPresent(server -> checkQueues(server.uri()));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        EmbeddedServer.running()
                .ifPresent(server -> await().atMost(LIMIT)
                        .untilAsserted(() -> assertThat(keysOfPools(server.uri()))
                                .as("keys of pools that have ended")
                                .isEmpty()));
        checkProcesses();
    }

    static void checkQueues(URI server) {
        try (var redis = connect(server)) {
            keys(redis)
                    .map(KEY::matcher)
                    .filter(key -> key.matches())
                    .map(key -> key.group(1))
                    .distinct()
                    .forEach(queue -> checkQueue(redis, queue));
        }
    }

    private static void checkQueue(RedisConnection redis, String queue) {
        try {
            ProtocolAudit.check(redis, queue);
        } catch (AssertionError e) { // not to be blamed on the next test
            keys(redis)
                    .filter(key -> key.startsWith("weirpool:{" + queue + "}:"))
                    .forEach(key -> redis.call("UNLINK", RedisConnection.bytes(key)));
            throw e;
        }
    }

    /** Those that do not lapse by themselves. */
    private static Set<String> keysOfPools(URI server) {
        try (var redis = connect(server)) {
            return keys(redis)
                    .filter(key -> key.startsWith("weirpool:{pool-") || key.equals("weirpool:pools"))
                    .filter(key -> Long.valueOf(-1).equals(redis.call("PTTL", RedisConnection.bytes(key))))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static RedisConnection connect(URI server) {
        return new ServerConnection(server, TIMEOUT, () -> false);
    }

    private static Stream<String> keys(RedisConnection redis) {
        var keys = (List<?>) redis.call("KEYS", RedisConnection.bytes("weirpool:*"));
        return keys.stream().map(key -> new String((byte[]) key, UTF_8));
    }

    static void checkProcesses() {
        try {
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(processes().map(LeakAudit::describe))
                            .as("processes that the tests have started")
                            .isEmpty());
        } finally {
            processes().forEach(ProcessHandle::destroyForcibly); // not to be blamed on the next class
        }
    }

    /** The living ones that descend from this JVM, but for its embedded server. */
    private static Stream<ProcessHandle> processes() {
        var spared = new HashSet<ProcessHandle>();
        for (var own = Optional.of(ProcessHandle.current());
                own.isPresent();
                own = own.get().parent()) {
            spared.add(own.get()); // the build starts this JVM through a shell, which has the mark too
        }
        EmbeddedServer.running().map(EmbeddedServer::process).ifPresent(shell -> {
            spared.add(shell);
            shell.descendants().forEach(spared::add);
        });
        return ProcessHandle.allProcesses()
                .filter(process -> !spared.contains(process))
                .filter(LeakAudit::isMarked);
    }

    private static boolean isMarked(ProcessHandle process) {
        try {
            var mark = MARK + "=" + System.getenv(MARK);
            var environment = Files.readString(Path.of("/proc/" + process.pid() + "/environ"), ISO_8859_1);
            return List.of(environment.split("\0", -1)).contains(mark);
        } catch (IOException e) {
            return false; // it has ended, or is not ours
        }
    }

    private static String describe(ProcessHandle process) {
        var command = process.info().commandLine().orElse("");
        return process.pid() + " " + command.substring(0, Math.min(command.length(), MOST_SHOWN));
    }
}
