package dev.weirpool.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskContext;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.ProtocolAudit;
import dev.weirpool.queue.protocol.PushReply;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.signing.Direction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Four hosts with addresses of their own, under load: containers of the image in a network of their own.
 *
 * <p>The test is the client: it sends envelopes and reads their results from the stream, which nobody trims, so that each result that a
 * worker has ever delivered is counted.
 */
@Tag("slow")
@Tag("compose")
@Timeout(420)
final class HostsIT {
    /** How long a host stays cut off once it is taken for dead. */
    private static final Duration CUT = Duration.ofSeconds(Integer.getInteger("weirpool.test.cut", 1));

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String NAME =
            "weirpool-hosts-" + UUID.randomUUID().toString().substring(0, 8);
    private static final String QUEUE = "hosts";
    private static final int WORKERS = 2;
    private static final List<String> HOSTS = List.of("one", "two", "three", "four");
    private static final int BATCH = 10;
    private static final Duration PAUSE = Duration.ofMillis(60);

    private final long producer = UUID.randomUUID().getMostSignificantBits();
    private final Broker broker = new Broker(QUEUE);
    private final AtomicInteger sent = new AtomicInteger();
    private final Thread load = new Thread(this::send, "load");
    private volatile boolean stopping;
    private Redis redis;
    private TaskCodec codec;
    private TaskQueue queue;

    @BeforeAll
    static void build() throws Exception {
        Engine.require("HostsIT");
        Engine.buildImage(NAME);
    }

    @AfterAll
    static void removeTheImage() throws Exception {
        if (Engine.isThere("docker")) {
            Engine.docker("rmi", "-f", NAME);
        }
    }

    @BeforeEach
    void start() throws Exception {
        Engine.docker("network", "create", NAME).output();
        Engine.docker(
                        "run",
                        "-d",
                        "--name",
                        container("redis"),
                        "--network",
                        NAME,
                        "--network-alias",
                        "redis",
                        "-p",
                        "127.0.0.1::6379",
                        "redis:7-alpine",
                        "redis-server",
                        "--appendonly",
                        "yes",
                        "--appendfsync",
                        "always")
                .output();
        for (var host : HOSTS) {
            Engine.docker(
                            "run",
                            "-d",
                            "--init",
                            "--name",
                            container(host),
                            "--hostname",
                            host,
                            "--network",
                            NAME,
                            "-e",
                            "WEIRPOOL_SECRET", // as it is here
                            "-v",
                            Path.of("target/test-classes").toAbsolutePath() + ":/app:ro",
                            NAME,
                            "worker",
                            "--processes",
                            "" + WORKERS,
                            "--queue",
                            QUEUE,
                            "--classpath",
                            "/app",
                            "--redis",
                            "redis://redis:6379",
                            "--jvm-flag=-Xmx64m")
                    .output();
        }
        var address = Engine.docker("port", container("redis"), "6379/tcp")
                .output()
                .lines()
                .findFirst();
        var options = RedisOptions.of("redis://" + address.orElseThrow());
        await().atMost(LIMIT).ignoreExceptions().until(() -> {
            options.open().close();
            return true;
        });
        redis = options.open();
        codec = new TaskCodec(() -> redis, "test");
        queue = TaskQueue.connect(options, QUEUE);
        redis.use(connection -> broker.openResults(connection, producer, Duration.ofMinutes(30)));
        awaitWorkers(HOSTS.size());
        load.start();
    }

    private void awaitWorkers(int hosts) {
        await().atMost(LIMIT).until(() -> queue.workers() == hosts * WORKERS);
    }

    @AfterEach
    void end() throws Exception {
        stopping = true;
        for (var host : HOSTS) {
            Engine.docker("rm", "-fv", container(host));
        }
        Engine.docker("rm", "-fv", container("redis"));
        Engine.docker("network", "rm", NAME);
        if (redis != null) {
            queue.close();
            redis.close();
        }
    }

    private static String container(String host) {
        return NAME + "-" + host;
    }

    /** Takes a while, and says where it ran and which attempt that was. */
    static String visit(int number, int millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
        return number + " " + System.getenv("HOSTNAME") + " "
                + TaskContext.current().attempt();
    }

    /** A load that four hosts can bear and three too: some 160 tasks a second of 20 ms at most. */
    private void send() {
        while (!stopping) {
            var first = sent.get() + 1;
            var tasks = IntStream.range(first, first + BATCH)
                    .mapToObj(this::envelope)
                    .toList();
            var reply = redis.call(connection -> broker.push(connection, producer, first - 1L, tasks, List.of()));
            assertThat(reply).isInstanceOf(PushReply.Stored.class);
            sent.addAndGet(BATCH);
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private Envelope envelope(int number) {
        return codec.draft(Task.of(HostsIT::visit, number, number % 21), TaskOptions.DEFAULT.withAttempts(5), true)
                .seal(producer, number, 0, redis.keyring().signer(Direction.TASK, QUEUE));
    }

    /** What came of each task; each exactly once. */
    private Map<Long, String[]> results() throws Exception {
        stopping = true;
        load.join();
        await().atMost(LIMIT).until(() -> queue.size() == 0 && read().size() >= sent.get());
        var once = new HashMap<Long, String[]>();
        for (var each : read()) {
            assertThat(once.put(each.getKey(), each.getValue().split(" ")))
                    .as("task " + each.getKey() + " completed twice")
                    .isNull();
        }
        assertThat(once).hasSize(sent.get());
        once.forEach((number, words) -> assertThat(words[0]).isEqualTo("" + number));
        assertThat(queue.deadLetters().size()).isZero();
        try (var connection = redis.connect()) {
            assertThat(ProtocolAudit.check(connection, QUEUE).everywhere()).isEmpty();
        }
        return once;
    }

    private List<Map.Entry<Long, String>> read() {
        var all = new ArrayList<Map.Entry<Long, String>>();
        var cursor = new String[] {"0"};
        while (true) {
            var some =
                    redis.call(connection -> broker.readResults(connection, producer, cursor[0], Duration.ofMillis(1)));
            if (some.results().isEmpty()) {
                return all;
            }
            cursor[0] = some.cursor();
            for (var entry : some.results()) {
                var outcome = (Outcome.Returned) codec.decodeOutcome(entry.result());
                all.add(Map.entry(entry.sequence(), (String) outcome.value()));
            }
        }
    }

    private static void report(String what, Map<Long, String[]> results, int repeated) {
        System.err.println("HostsIT: " + what + ": " + results.size() + " tasks, 0 lost, 0 completed twice, " + repeated
                + " needed a further attempt");
    }

    private static int repeated(Map<Long, String[]> results) {
        return (int)
                results.values().stream().filter(words -> !words[2].equals("1")).count();
    }

    private static String log(String host) throws Exception {
        var logs = Engine.docker("logs", container(host));
        return logs.out() + logs.err();
    }

    @Test
    void aRollingRestartUnderLoadLosesAndRepeatsNothing() throws Exception {
        for (var host : HOSTS) {
            Engine.docker("stop", "-t", "60", container(host)).output();
            await().atMost(LIMIT).until(() -> queue.workers() == (HOSTS.size() - 1) * WORKERS);
            assertThat(log(host)).contains("all workers have ended");
            Engine.docker("start", container(host)).output();
            awaitWorkers(HOSTS.size());
        }

        var results = results();

        report("rolling restart", results, repeated(results));
        assertThat(repeated(results)).isZero();
        var hosts = new HashSet<String>();
        results.values().forEach(words -> hosts.add(words[1]));
        assertThat(hosts).containsExactlyInAnyOrderElementsOf(HOSTS);
    }

    @Test
    void aHostThatIsCutOffAndComesBackIsFencedOff() throws Exception {
        await().atMost(LIMIT).until(() -> sent.get() > 300);
        Engine.docker("network", "disconnect", NAME, container("two")).output();
        awaitWorkers(HOSTS.size() - 1); // its lease has run out
        var began = System.nanoTime();
        await().atMost(CUT.plus(LIMIT)).until(() -> System.nanoTime() - began > CUT.toNanos());
        Engine.docker("network", "connect", NAME, container("two")).output();

        awaitWorkers(HOSTS.size());
        // killed by their launcher, or ended by themselves when they tried to settle: whichever hears of it first
        assertThat(log("two")).containsPattern("was taken for dead and is fenced off|exited with code 11|code 11");
        var back = sent.get();
        await().atMost(LIMIT).until(() -> sent.get() > back + 300);
        var results = results();

        report("cut off", results, repeated(results));
        assertThat(repeated(results)).isBetween(0, WORKERS);
        assertThat(results.entrySet().stream()
                        .filter(each -> each.getKey() > back)
                        .map(each -> each.getValue()[1]))
                .contains("two");
    }
}
