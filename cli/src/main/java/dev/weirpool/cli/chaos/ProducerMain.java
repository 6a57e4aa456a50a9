package dev.weirpool.cli.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.pool.Pool;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Random;
import java.util.StringJoiner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The main class of a producer's process. It writes down each task that it has submitted and each result that it gets.
 *
 * <p>A steady one uses a {@link Pool} and waits for the results. An expendable one may be killed: it uses a {@link TaskQueue},
 * which tells when a task is safe in Redis, and has the results kept there.
 */
final class ProducerMain {

    static final String STEADY = "steady";
    static final String EXPENDABLE = "expendable";
    static final String SUBMITTED = "submitted";
    static final String RESULT = "result";
    static final String FAILED = "failed";

    /** How many tasks at most an expendable one may have sent and not yet written down. */
    static final int BATCH = 16;

    private static final int WINDOW = 64;
    private static final int MOST_MILLIS = 2;
    /** Good tasks may be hit by many kills in a row. */
    private static final TaskOptions GOOD = TaskOptions.DEFAULT.withAttempts(50);

    private static final TaskOptions POISON = TaskOptions.DEFAULT;
    private static final Duration KEPT = Duration.ofHours(2);

    private final String queue;
    private final String directory;
    private final int first;
    private final int end;
    private final int poisonEvery;
    private final Pace pace;
    private final Random random;
    private final Ledger ledger;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean stopping;

    private ProducerMain(String[] arguments) {
        this.queue = arguments[1];
        this.directory = arguments[2];
        this.ledger = Ledger.open(Path.of(directory, arguments[3]));
        this.first = Integer.parseInt(arguments[4]);
        this.end = Integer.parseInt(arguments[5]);
        this.poisonEvery = Integer.parseInt(arguments[6]);
        this.pace = new Pace(end - first, Duration.parse(arguments[7]));
        this.random = new Random(Long.parseLong(arguments[8]) + first);
    }

    /**
     * Arguments: kind, queue, directory, ledger, first number, last number + 1, every which is poison, pace, seed. An expendable one goes
     * on beyond its last number until it has written down as many as there are from first to last.
     */
    public static void main(String[] arguments) throws InterruptedException {
        var producer = new ProducerMain(arguments);
        var commands = new Thread(producer::obey, "weirpool-chaos-commands");
        commands.setDaemon(true);
        commands.start();
        if (arguments[0].equals(STEADY)) {
            producer.submitAndWait();
        } else {
            producer.send();
        }
        Runtime.getRuntime().halt(0);
    }

    private void obey() {
        try {
            var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                stopping = true;
                if (line.equals(Peer.END)) {
                    over.countDown();
                }
            }
        } catch (IOException e) {
            // the same as the end of the run
        }
        Runtime.getRuntime().halt(1);
    }

    private void submitAndWait() throws InterruptedException {
        var window = new Semaphore(WINDOW);
        try (var pool = persistently(() -> Pool.connect(RedisOptions.fromEnvironment(), queue))) {
            for (var number = first; number < end && !stopping; number++) {
                pace.await();
                window.acquire();
                var submitted = number;
                var result = pool.applyAsync(task(number), options(number));
                ledger.append(SUBMITTED + " " + number + " " + result.id() + " " + Ledger.micros());
                if (number == first) {
                    System.out.println(
                            Peer.READY + HexFormat.of().toHexDigits(result.id().producer()));
                }
                result.toCompletableFuture().whenComplete((value, failure) -> {
                    ledger.append(RESULT + " " + submitted + " " + outcome(value, failure) + " " + Ledger.micros());
                    window.release();
                });
            }
            window.acquire(WINDOW);
            System.out.println(Peer.FINISHED);
            over.await(); // the stream of our results is watched for a second one of any task
        }
    }

    private static String outcome(@Nullable Long value, @Nullable Throwable failure) {
        if (failure != null) {
            System.err.println(failure);
        }
        return failure == null ? String.valueOf(value) : FAILED;
    }

    private void send() throws InterruptedException {
        try (var tasks = persistently(() -> TaskQueue.connect(RedisOptions.fromEnvironment(), queue))) {
            System.out.println(Peer.READY);
            var left = end - first;
            for (var number = first; left > 0 && !stopping; ) {
                var size = ChaosOptions.isPoison(number, poisonEvery) ? 1 : Math.min(left, goodOnesFrom(number));
                if (sendAll(tasks, number, size)) {
                    left -= size;
                }
                number += size;
            }
            System.out.println(Peer.FINISHED);
            over.await();
        }
    }

    private int goodOnesFrom(int number) {
        var count = 1;
        while (count < BATCH && !ChaosOptions.isPoison(number + count, poisonEvery)) {
            count++;
        }
        return count;
    }

    private boolean sendAll(TaskQueue tasks, int from, int size) {
        var batch = new ArrayList<Task<Long>>();
        for (var number = from; number < from + size; number++) {
            pace.await();
            batch.add(task(number));
        }
        try {
            var ids = tasks.sendAll(batch, options(from).withKeepResult(KEPT));
            var lines = new StringJoiner("\n");
            for (var i = 0; i < size; i++) {
                lines.add(SUBMITTED + " " + (from + i) + " " + ids.get(i) + " " + Ledger.micros());
            }
            ledger.append(lines.toString());
            return true;
        } catch (RedisUnavailableException e) {
            System.err.println(e.getMessage()); // they may have got there or not, so they do not count
            return false;
        }
    }

    private Task<Long> task(int number) {
        return ChaosOptions.isPoison(number, poisonEvery)
                ? Task.of(ChaosTasks::poison, number, directory)
                : Task.of(ChaosTasks::work, number, random.nextInt(MOST_MILLIS + 1), directory);
    }

    private TaskOptions options(int number) {
        return ChaosOptions.isPoison(number, poisonEvery) ? POISON : GOOD;
    }

    /** Redis may be down just now. */
    private static <T> T persistently(Supplier<T> connect) {
        while (true) {
            try {
                return connect.get();
            } catch (RedisUnavailableException e) {
                System.err.println(e.getMessage());
                Pace.pause(Duration.ofMillis(200));
            }
        }
    }
}
