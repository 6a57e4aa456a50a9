package dev.weirpool.queue;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.protocol.SharedQueueBroker;
import dev.weirpool.queue.redis.Redis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for items, for room and for the end: what wakes it and what does not. */
@Timeout(60)
class SharedQueueWaitingTest {

    private static final RedisOptions REDIS = RedisOptions.embedded();

    private final String name = "waiting-" + UUID.randomUUID();
    private final SharedQueue<String> queue = SharedQueue.connect(REDIS, name, 1);
    private final Redis redis = REDIS.open();
    private final List<Waiter<?>> waiters = new ArrayList<>();

    @AfterEach
    void end() throws InterruptedException {
        for (var waiter : waiters) {
            waiter.thread.interrupt();
            waiter.thread.join();
        }
        queue.delete();
        redis.close();
    }

    @Test
    void takeWaitsForAnItem() throws Exception {
        var taker = waiting(queue::take);

        queue.put("a");

        assertThat(taker.result()).isEqualTo("a");
    }

    @Test
    void putWaitsForRoom() throws Exception {
        queue.put("a");
        var writer = waiting(() -> put("b"));

        assertThat(queue.take()).isEqualTo("a");

        writer.result();
        assertThat(queue).containsExactly("b");
    }

    @Test
    void pollAndOfferWaitToo() throws Exception {
        var taker = waiting(() -> queue.poll(30, SECONDS));
        queue.put("a");
        assertThat(taker.result()).isEqualTo("a");

        queue.put("b");
        var writer = waiting(() -> queue.offer("c", 30, SECONDS));
        assertThat(queue.take()).isEqualTo("b");
        assertThat(writer.result()).isEqualTo(true);
    }

    @Test
    void putAllGoesOnWheneverThereIsRoom() throws Exception {
        var writer = waiting(() -> {
            queue.putAll(List.of("a", "b", "c"));
            return true;
        });

        assertThat(List.of(queue.take(), queue.take(), queue.take())).containsExactly("a", "b", "c");
        assertThat(writer.result()).isEqualTo(true);
    }

    @Test
    void removeAndClearMakeRoom() throws Exception {
        queue.put("a");
        var first = waiting(() -> put("b"));
        queue.remove("a");
        first.result();

        var second = waiting(() -> put("c"));
        queue.clear();
        second.result();

        assertThat(queue).containsExactly("c");
    }

    @Test
    void joinWaitsForTheLastItem() throws Exception {
        queue.put("a");
        var joiners = List.of(
                waiting(() -> queue.join(Duration.ofSeconds(30))), waiting(() -> queue.join(Duration.ofSeconds(30))));

        queue.take();
        queue.taskDone();

        for (var joiner : joiners) {
            assertThat(joiner.result()).isEqualTo(true);
        }
    }

    @Test
    void anInterruptWakesATakerAndNothingIsTaken() throws Exception {
        var taker = waiting(queue::take);

        assertInterruptWakes(taker);

        queue.put("a");
        assertThat(queue).containsExactly("a");
    }

    @Test
    void whatIsPutAsATakerIsInterruptedIsTakenOrStays() throws Exception {
        var random = new Random(1);
        var taken = 0;
        for (var i = 0; i < 60; i++) {
            var taker = waiting(queue::take);
            var writer = new Thread(() -> queue.add("a"));
            writer.start();
            LockSupport.parkNanos(random.nextInt(300_000));

            taker.thread.interrupt();
            writer.join();
            taker.thread.join();

            if (taker.result.isCompletedExceptionally()) {
                assertThat(queue.poll()).isEqualTo("a");
            } else {
                assertThat(taker.result()).isEqualTo("a");
                taken++;
            }
            assertThat(queue).isEmpty();
        }
        assertThat(taken).isPositive();
    }

    @Test
    void anInterruptWakesAWriterAndNothingIsPut() throws Exception {
        queue.put("a");
        var writer = waiting(() -> put("b"));

        assertInterruptWakes(writer);

        assertThat(queue.take()).isEqualTo("a");
        assertThat(queue).isEmpty();
    }

    @Test
    void anInterruptWakesWhoJoins() throws Exception {
        queue.put("a");

        assertInterruptWakes(waiting(() -> {
            queue.join();
            return true;
        }));
    }

    private static void assertInterruptWakes(Waiter<?> waiter) {
        var start = System.nanoTime();
        waiter.thread.interrupt();
        assertThatThrownBy(waiter::result)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(500));
    }

    @Test
    void whoIsInterruptedAlreadyTakesAndPutsNothing() throws InterruptedException {
        queue.put("a");

        assertThatThrownBy(() -> interrupted(queue::take)).isInstanceOf(InterruptedException.class);
        assertThatThrownBy(() -> interrupted(() -> queue.poll(1, SECONDS))).isInstanceOf(InterruptedException.class);
        assertThatThrownBy(() -> interrupted(() -> queue.join(Duration.ZERO))).isInstanceOf(InterruptedException.class);
        queue.take();
        assertThatThrownBy(() -> interrupted(() -> put("b"))).isInstanceOf(InterruptedException.class);
        assertThatThrownBy(() -> interrupted(() -> queue.offer("b", 1, SECONDS)))
                .isInstanceOf(InterruptedException.class);

        assertThat(queue).isEmpty();
    }

    private static <T> T interrupted(Callable<T> work) throws Exception {
        Thread.currentThread().interrupt();
        try {
            return work.call();
        } finally {
            assertThat(Thread.interrupted()).isFalse();
        }
    }

    @Test
    void theMethodsThatDoNotWaitLeaveTheInterruptToTheCaller() {
        Thread.currentThread().interrupt();

        assertThat(queue.offer("a")).isTrue();
        assertThat(queue.poll()).isEqualTo("a");

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void shutdownWakesAllTakersOfAnEmptyQueue() throws Exception {
        var takers = List.of(waiting(queue::take), waiting(queue::take), waiting(() -> queue.takeBatch(3)));
        var poller = waiting(() -> queue.poll(30, SECONDS));

        queue.shutdown(false);

        for (var taker : takers) {
            assertThatThrownBy(taker::result).hasCauseInstanceOf(QueueShutDownException.class);
        }
        assertThat(poller.result()).isNull();
    }

    @Test
    void shutdownWakesAllWritersOfAFullQueue() throws Exception {
        queue.put("a");
        var writers =
                List.of(waiting(() -> put("b")), waiting(() -> put("c")), waiting(() -> queue.offer("d", 30, SECONDS)));

        queue.shutdown(false);

        for (var writer : writers) {
            assertThatThrownBy(writer::result).hasCauseInstanceOf(QueueShutDownException.class);
        }
        assertThat(queue).containsExactly("a");
    }

    @Test
    void immediateShutdownWakesWhoJoins() throws Exception {
        queue.put("a");
        var joiner = waiting(() -> queue.join(Duration.ofSeconds(30)));

        queue.shutdown(true);

        assertThat(joiner.result()).isEqualTo(true);
    }

    @Test
    void waitsGoOnWhenAllConnectionsAreKilled() throws Exception {
        var taker = waiting(queue::take);
        killAllConnections();
        awaitAllBlocked();

        queue.put("a");
        assertThat(taker.result()).isEqualTo("a");

        queue.put("b");
        var writer = waiting(() -> put("c"));
        var joiner = waiting(() -> queue.join(Duration.ofSeconds(30)));
        killAllConnections();
        awaitAllBlocked();
        queue.take();
        writer.result();
        queue.take();
        queue.taskDone();
        queue.taskDone();
        queue.taskDone();
        assertThat(joiner.result()).isEqualTo(true);
    }

    @Test
    void aLostTokenCostsNoMoreThanOneLook() throws Exception {
        var taker = waiting(queue::take);
        var start = System.nanoTime();

        // an item comes while nobody rings: as if another taker had been woken and killed
        try (var connection = redis.connect()) {
            var other = new TaskCodec(() -> redis, "here").encodeItem("a");
            var sealed = new SharedQueueBroker(redis, name).seal(other);
            connection.call("RPUSH", bytes("weirpool:{" + name + "}:shared:items"), sealed);
        }

        assertThat(taker.result()).isEqualTo("a");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(500));
    }

    private boolean put(String item) throws InterruptedException {
        queue.put(item);
        return true;
    }

    /** A thread at work, once it waits inside Redis. */
    private <T> Waiter<T> waiting(Callable<T> work) {
        var waiter = new Waiter<>(work);
        waiters.add(waiter);
        awaitAllBlocked();
        return waiter;
    }

    private void awaitAllBlocked() {
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(5))
                .until(() ->
                        blocked() == waiters.stream().filter(Waiter::isAlive).count());
    }

    private long blocked() {
        try (var connection = redis.connect()) {
            var info = new String((byte[]) requireNonNull(connection.call("INFO", bytes("clients"))), UTF_8);
            return Long.parseLong(info.replaceAll("(?s).*blocked_clients:(\\d+).*", "$1"));
        }
    }

    private void killAllConnections() {
        try (var connection = redis.connect()) {
            connection.call("CLIENT", bytes("KILL"), bytes("TYPE"), bytes("normal"));
        }
    }

    private static final class Waiter<T> {

        private final CompletableFuture<T> result = new CompletableFuture<>();
        private final Thread thread;

        Waiter(Callable<T> work) {
            thread = new Thread(() -> {
                try {
                    result.complete(work.call());
                } catch (Exception e) {
                    result.completeExceptionally(e);
                }
            });
            thread.start();
        }

        boolean isAlive() {
            return thread.isAlive();
        }

        @Nullable
        T result() throws Exception {
            return result.get(10, SECONDS);
        }
    }
}
