package dev.weirpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.cli.output.Plain;
import dev.weirpool.pool.AsyncResult;
import dev.weirpool.pool.Pool;
import dev.weirpool.pool.PoolOptions;
import dev.weirpool.pool.ProgressLine;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sun.misc.Signal;

/** {@code weirpool map}: a method of one argument, called with each line. */
@Command(
        name = "map",
        description = {
            "Calls a method with each line of standard input, and prints what it returned, in order, a line for each.",
            "With a Redis the workers of a queue do it; without one this machine does, with workers of its own. An item that fails is"
                    + " named on standard error, and the rest is done."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:all items are done", "5:done, but some failed", "130:interrupted; it says how many are done"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  find /data -name '*.iso' | weirpool map com.acme.Tasks::checksum --classpath 'app/*' > sums",
            "  weirpool map com.acme.Tasks::checksum --redis redis://build-1 --queue images < files"
        })
final class MapCommand implements Callable<Integer> {
    private static final Duration LOOK = Duration.ofMillis(100);

    @Parameters(paramLabel = "CLASS::METHOD", description = "For example com.acme.Tasks::checksum.")
    private String name = "";

    @Option(
            names = "--processes",
            paramLabel = "N",
            description = "Without a Redis: how many workers; one for each core by default.")
    private @Nullable Integer processes;

    @Option(
            names = "--classpath",
            paramLabel = "CP",
            defaultValue = "",
            description = "Without a Redis: where the workers find the class.")
    private String classPath = "";

    @Option(
            names = "--ahead",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many items may be under way at once; ${DEFAULT-VALUE} by default.")
    private int ahead;

    @Mixin
    private Tasks.QueueArgument queue;

    @Mixin
    private RedisArgument redis;

    // owned by the thread that calls
    private final Deque<Item> underWay = new ArrayDeque<>();
    private long begun;
    private long done;
    private long failed;

    private volatile boolean interrupted;

    MapCommand() {
        queue = new Tasks.QueueArgument();
        redis = new RedisArgument();
    }

    private record Item(long number, String line, AsyncResult<Object> result) {}

    @Override
    public Integer call() throws InterruptedException {
        if (ahead < 1) {
            throw new IllegalArgumentException("--ahead must be at least 1, got " + ahead);
        }
        Task.named(name, ""); // checks its form before anything is started
        var caller = Thread.currentThread();
        var previous = Signal.handle(new Signal("INT"), signal -> {
            interrupted = true;
            caller.interrupt();
        });
        var pool = pool();
        try (var progress = ProgressLine.start("map", 0)) {
            mapAll(pool, progress);
        } catch (InterruptedException e) {
            if (!interrupted) {
                throw e;
            }
        } finally {
            Signal.handle(new Signal("INT"), previous);
            pool.terminate();
        }
        System.out.flush();
        if (interrupted) {
            System.err.println("weirpool: interrupted: " + done + " of " + begun + " items that were begun are done, "
                    + failed + " of them failed");
            return ExitCode.INTERRUPTED;
        }
        if (failed > 0) {
            System.err.println("weirpool: " + failed + " of " + done + " items failed");
        }
        return failed == 0 ? ExitCode.DONE : ExitCode.SOME_FAILED;
    }

    private Pool pool() {
        if (redis.isGiven()) {
            return Pool.connect(redis.options(), queue.name());
        }
        var count = processes != null ? processes : Runtime.getRuntime().availableProcessors();
        return Pool.start(PoolOptions.of(count).withClassPath(classPath));
    }

    private void mapAll(Pool pool, ProgressLine progress) throws InterruptedException {
        try (var lines = Lines.start(progress)) {
            var isOver = false;
            while (!isOver || !underWay.isEmpty()) {
                if (interrupted) {
                    throw new InterruptedException();
                }
                while (!underWay.isEmpty() && underWay.peek().result.ready()) {
                    finish(underWay.remove(), progress);
                }
                if (!isOver && underWay.size() < ahead) {
                    var line = lines.next(underWay.isEmpty() ? LOOK : Duration.ZERO);
                    isOver = lines.isOver() && line.isEmpty();
                    if (line.isPresent()) {
                        begin(pool, line.get());
                        continue;
                    }
                }
                if (!underWay.isEmpty()) {
                    underWay.peek().result.await(isOver || underWay.size() >= ahead ? LOOK : Duration.ofMillis(5));
                }
            }
        }
    }

    private void begin(Pool pool, String line) {
        underWay.add(new Item(++begun, line, pool.applyAsync(Task.named(name, line), TaskOptions.DEFAULT)));
    }

    private void finish(Item item, ProgressLine progress) throws InterruptedException {
        done++;
        try {
            var value = item.result.get();
            progress.print(System.out, Plain.line(String.valueOf(value)));
        } catch (ExecutionException e) {
            fail(
                    item,
                    progress,
                    Optional.ofNullable(e.getCause()).map(Throwable::toString).orElse(""));
        } catch (CancellationException e) {
            fail(item, progress, "was cancelled");
        }
    }

    private void fail(Item item, ProgressLine progress, String why) {
        failed++;
        progress.print(
                System.err, "weirpool: item " + item.number + ", " + Plain.line(item.line) + ": " + Plain.line(why));
    }

    /** Standard input, line by line, read by a thread of its own, because a read cannot be interrupted. */
    private static final class Lines implements AutoCloseable {
        private static final String END = new String("end");

        private final java.util.concurrent.BlockingQueue<String> read =
                new java.util.concurrent.ArrayBlockingQueue<>(10_000);
        private boolean over;

        static Lines start(ProgressLine progress) {
            var lines = new Lines();
            var thread = new Thread(() -> lines.read(progress), "weirpool-stdin");
            thread.setDaemon(true);
            thread.start();
            return lines;
        }

        @SuppressWarnings("ReferenceEquality") // END is no line
        private void read(ProgressLine progress) {
            try {
                var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
                var count = 0L;
                for (var line = in.readLine(); line != null; line = in.readLine()) {
                    read.put(line);
                    count++;
                }
                progress.expect(count);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read standard input", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                try {
                    read.put(END);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @SuppressWarnings("ReferenceEquality")
        Optional<String> next(Duration limit) throws InterruptedException {
            var line = read.poll(limit.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
            if (line == END) {
                over = true;
                return Optional.empty();
            }
            return Optional.ofNullable(line);
        }

        boolean isOver() {
            return over;
        }

        @Override
        public void close() {
            // the thread is a daemon and may be waiting for a line that never comes
        }
    }
}
