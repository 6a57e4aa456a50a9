package dev.weirpool.queue;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One instance, many threads. */
@Timeout(120)
class SharedQueueThreadsTest {

    private static final RedisOptions REDIS = RedisOptions.embedded();

    private final String name = "threads-" + UUID.randomUUID();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, SECONDS)).isTrue();
        SharedQueue.connect(REDIS, name).delete();
    }

    @Test
    void manyWritersAndReadersLoseNothingAndKeepTheBoundAndTheOrder() throws Exception {
        var perWriter = 1500;
        SharedQueue<String> queue = SharedQueue.connect(REDIS, name, 7);
        var writers = new ArrayList<Future<Boolean>>();
        var readers = new ArrayList<Future<List<String>>>();
        for (var i = 0; i < 8; i++) {
            var writer = "w" + i;
            writers.add(threads.submit(() -> write(queue, writer, perWriter)));
            readers.add(threads.submit(() -> read(queue)));
        }
        var isOver = new AtomicBoolean();
        var sampler = threads.submit(greatestSize(queue, isOver));

        await(writers);
        queue.shutdown(false);
        var taken = await(readers);
        isOver.set(true);

        assertThat(sampler.get(10, SECONDS)).isBetween(1, 7);
        SharedQueueProcessesTest.assertAllOnceAndInOrder(taken, 8, perWriter);
    }

    @Test
    void aBatchWakesAsManyWaitingReadersAsItHasItems() throws Exception {
        SharedQueue<String> queue = SharedQueue.connect(REDIS, name, 0);
        for (var round = 0; round < 20; round++) {
            var takers = new ArrayList<Future<String>>();
            for (var i = 0; i < 12; i++) {
                takers.add(threads.submit(queue::take));
            }

            queue.putAll(List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"));

            assertThat(await(takers)).doesNotHaveDuplicates();
        }
    }

    @Test
    void aClearedQueueWakesAsManyWaitingWritersAsThereIsRoomFor() throws Exception {
        SharedQueue<String> queue = SharedQueue.connect(REDIS, name, 12);
        for (var round = 0; round < 20; round++) {
            queue.putAll(List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"));
            var writers = new ArrayList<Future<Boolean>>();
            for (var i = 0; i < 12; i++) {
                writers.add(threads.submit(() -> write(queue, "w", 1)));
            }

            queue.clear();

            await(writers);
            queue.clear();
        }
    }

    private static boolean write(SharedQueue<String> queue, String writer, int count) throws InterruptedException {
        SharedQueueProcess.write(queue, writer, count);
        return true;
    }

    private static List<String> read(SharedQueue<String> queue) throws InterruptedException {
        var taken = new ArrayList<String>();
        try {
            while (true) {
                taken.add(queue.take());
            }
        } catch (QueueShutDownException e) {
            return taken;
        }
    }

    private static Callable<Integer> greatestSize(SharedQueue<String> queue, AtomicBoolean isOver) {
        return () -> {
            var greatest = 0;
            while (!isOver.get()) {
                greatest = Math.max(greatest, queue.size());
            }
            return greatest;
        };
    }

    private static <T> List<T> await(List<Future<T>> futures) throws Exception {
        var results = new ArrayList<T>();
        for (var future : futures) {
            results.add(future.get(60, SECONDS));
        }
        return results;
    }
}
