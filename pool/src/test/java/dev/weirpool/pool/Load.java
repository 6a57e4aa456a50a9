package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps the workers of some pools busy, and expects the result of every task. */
final class Load implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int AT_A_TIME = 100;

    private final List<Stream> streams;
    private volatile boolean ending;

    Load(Pool... pools) {
        this.streams = List.of(pools).stream().map(Stream::new).toList();
        streams.forEach(Thread::start);
    }

    /** Waits until each pool has brought so many results from now on. */
    void awaitResults(int count) {
        var wanted = new HashMap<Stream, Integer>();
        streams.forEach(stream -> wanted.put(stream, stream.results.get() + count));
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(streams)
                        .allSatisfy(stream -> assertThat(stream.results.get())
                                .isGreaterThanOrEqualTo(wanted.getOrDefault(stream, 0))));
    }

    /** Waits until each worker that has ever brought a result has brought one of a task that is submitted from now on. */
    void awaitResultsOfAllWorkers(Duration limit) {
        var since = System.nanoTime();
        await().atMost(limit)
                .untilAsserted(() -> assertThat(streams)
                        .allSatisfy(stream -> assertThat(stream.lastResults)
                                .allSatisfy((pid, submitted) ->
                                        assertThat(submitted - since).isPositive())));
    }

    /** Ends when all that was submitted has its result; fails if one has none, or a wrong one. */
    void end() throws Exception {
        close();
        for (var stream : streams) {
            if (stream.failure != null) {
                throw stream.failure;
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        ending = true;
        for (var stream : streams) {
            stream.join();
        }
    }

    private final class Stream extends Thread {
        private final Pool pool;
        private final AtomicInteger results = new AtomicInteger();
        /** pid -> when the last task was submitted of which it has brought the result. */
        private final Map<Long, Long> lastResults = new ConcurrentHashMap<>();

        private volatile Exception failure;

        Stream(Pool pool) {
            super("load");
            this.pool = pool;
        }

        @Override
        public void run() {
            try {
                while (!ending) {
                    var submitted = System.nanoTime();
                    var batch = new ArrayList<AsyncResult<Long>>();
                    for (var i = 0; i < AT_A_TIME; i++) {
                        batch.add(pool.applyAsync(Tasks::workAWhile));
                    }
                    for (var result : batch) {
                        lastResults.put(result.get(LIMIT), submitted);
                        results.incrementAndGet();
                    }
                }
            } catch (Exception e) {
                failure = e;
            }
        }
    }
}
