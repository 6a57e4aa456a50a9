package dev.weirpool.queue;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.codec.EncodingException;
import dev.weirpool.queue.redis.RedisFullException;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.UUID;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@link java.util.concurrent.BlockingQueue} promises, by one caller. */
@Tag("slow")
class SharedQueueTest {

    private static final RedisOptions REDIS = RedisOptions.embedded();

    private final String name = "test-" + UUID.randomUUID();
    private final SharedQueue<String> queue = SharedQueue.connect(REDIS, name, 0);

    @AfterEach
    void delete() {
        queue.delete();
    }

    private SharedQueue<String> bounded(int maxSize) {
        queue.delete();
        return SharedQueue.connect(REDIS, name, maxSize);
    }

    @Test
    void givesBackWhatWasPutInOrder() throws InterruptedException {
        queue.put("a");
        queue.put("b");

        assertThat(queue.take()).isEqualTo("a");
        assertThat(queue.take()).isEqualTo("b");
    }

    @Test
    void isOneQueueForAllInstancesOfItsName() throws InterruptedException {
        SharedQueue<String> other = SharedQueue.connect(REDIS, name);

        queue.put("a");

        assertThat(other.take()).isEqualTo("a");
        assertThat(other).isNotEqualTo(queue);
    }

    @Test
    void carriesAnyItemThatCanTravel() throws InterruptedException {
        SharedQueue<Object> any = SharedQueue.connect(REDIS, name);

        any.put(List.of(1, "two", Duration.ofSeconds(3)));
        any.put(new int[] {4, 5});

        assertThat(any.take()).isEqualTo(List.of(1, "two", Duration.ofSeconds(3)));
        assertThat(any.take()).isEqualTo(new int[] {4, 5});
    }

    @Test
    void carriesAQueue() throws InterruptedException {
        SharedQueue<SharedQueue<String>> queues = SharedQueue.connect(REDIS, name + "-queues");

        queues.put(queue);
        queues.take().put("a");
        queues.delete();

        assertThat(queue.take()).isEqualTo("a");
    }

    @Test
    void refusesNull() {
        assertThatNullPointerException().isThrownBy(() -> queue.put(nothing()));
        assertThatNullPointerException().isThrownBy(() -> queue.add(nothing()));
        assertThatNullPointerException().isThrownBy(() -> queue.offer(nothing()));
        assertThatNullPointerException().isThrownBy(() -> queue.offer(nothing(), 1, SECONDS));
        assertThatNullPointerException().isThrownBy(() -> queue.addAll(Arrays.asList("a", nothing())));
        assertThatNullPointerException().isThrownBy(() -> queue.putAll(Arrays.asList("a", nothing())));
        assertThat(queue.contains(null)).isFalse();
        assertThat(queue.remove(null)).isFalse();
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // this is the test
    private static <T> T nothing() {
        return null;
    }

    @Test
    void refusesWhatCannotTravel() {
        SharedQueue<Object> any = SharedQueue.connect(REDIS, name);

        assertThatThrownBy(() -> any.put(List.of(Thread.currentThread())))
                .isInstanceOf(EncodingException.class)
                .hasMessageContaining("java.lang.Thread");
        assertThat(any).isEmpty();
    }

    @Test
    void refusesANameThatIsNotOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SharedQueue.connect(REDIS, "a b"))
                .withMessageContaining("not a queue name: 'a b'");
    }

    @Test
    void refusesANegativeBound() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SharedQueue.connect(REDIS, name, -1))
                .withMessage("maxSize must be at least 1, or 0 for a queue without bound, got -1");
    }

    @Test
    void refusesAnotherBoundThanTheQueueHas() {
        bounded(16);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> SharedQueue.connect(REDIS, name, 5))
                .withMessage("queue " + name + " has maxSize 16, not 5; connect with 16, or delete() it first");
    }

    @Test
    void refusesToPutOnAQueueThatWasMadeAnewWithAnotherBound() {
        bounded(16);

        assertThatIllegalStateException()
                .isThrownBy(() -> queue.put("a"))
                .withMessageContaining("made anew with maxSize 16, not 0");
    }

    @Test
    void takesOverTheBoundOfAQueueThatIsThere() {
        bounded(2);
        SharedQueue<String> other = SharedQueue.connect(REDIS, name);

        assertThat(other.remainingCapacity()).isEqualTo(2);
        assertThat(other).hasToString(bounded(2).toString());
    }

    @Test
    void takesOverTheBoundOfAQueueThatIsMadeLater() {
        queue.delete();
        SharedQueue<String> earlier = SharedQueue.connect(REDIS, name);
        assertThat(earlier.poll()).isNull();
        SharedQueue.connect(REDIS, name, 1);

        assertThat(earlier.offer("a")).isTrue();
        assertThat(earlier.offer("b")).isFalse();
    }

    @Test
    void hasNoBoundIfThatIsDecidedByTheFirstItem() {
        queue.delete();
        SharedQueue<String> first = SharedQueue.connect(REDIS, name);

        first.add("a");

        assertThat(first.remainingCapacity()).isEqualTo(Integer.MAX_VALUE);
        assertThatIllegalArgumentException().isThrownBy(() -> SharedQueue.connect(REDIS, name, 1));
    }

    @Test
    void namesItselfAndItsRedisButNoPassword() {
        assertThat(queue.toString()).matches("SharedQueue " + name + ", no bound, on redis://\\*\\*\\*@127.0.0.1:\\d+");
        assertThat(bounded(3).toString()).contains(", maxSize 3, on redis://");
    }

    @Test
    void addThrowsWhenFull() {
        var full = bounded(1);
        assertThat(full.add("a")).isTrue();

        assertThatIllegalStateException().isThrownBy(() -> full.add("b"));
        assertThat(full).containsExactly("a");
    }

    @Test
    void offerReturnsFalseWhenFull() {
        var full = bounded(1);

        assertThat(full.offer("a")).isTrue();
        assertThat(full.offer("b")).isFalse();
        assertThat(full).containsExactly("a");
    }

    @Test
    void offerGivesUpWhenItsTimeIsOver() throws Throwable {
        var full = bounded(1);
        full.put("a");

        for (var millis : new int[] {0, -5, 1, 30, 150, 450}) {
            assertEndsIn(
                    millis,
                    () -> assertThat(full.offer("b", millis, MILLISECONDS)).isFalse());
        }
        assertThat(full).containsExactly("a");
    }

    @Test
    void pollGivesUpWhenItsTimeIsOver() throws Throwable {
        for (var millis : new int[] {0, -5, 1, 30, 150, 450}) {
            assertEndsIn(
                    millis, () -> assertThat(queue.poll(millis, MILLISECONDS)).isNull());
        }
    }

    @Test
    void pollAndPeekReturnNullWhenEmpty() {
        assertThat(queue.poll()).isNull();
        assertThat(queue.peek()).isNull();
        assertThat(queue).isEmpty();
    }

    @Test
    void removeAndElementThrowWhenEmpty() {
        assertThatThrownBy(queue::remove).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(queue::element).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void peekAndElementLeaveTheItem() throws InterruptedException {
        queue.putAll(List.of("a", "b"));

        assertThat(queue.peek()).isEqualTo("a");
        assertThat(queue.element()).isEqualTo("a");
        assertThat(queue.poll(1, SECONDS)).isEqualTo("a");
        assertThat(queue.poll()).isEqualTo("b");
    }

    @Test
    void tellsItsSizeAndWhatRemains() {
        var three = bounded(3);
        assertThat(three.remainingCapacity()).isEqualTo(3);

        three.add("a");

        assertThat(three).hasSize(1);
        assertThat(three.remainingCapacity()).isEqualTo(2);
        assertThat(three.isEmpty()).isFalse();
    }

    @Test
    void addAllAddsAllOrThrowsWhenFull() {
        assertThat(queue.addAll(List.of("a", "b"))).isTrue();
        assertThat(queue.addAll(List.of())).isFalse();
        assertThat(queue).containsExactly("a", "b");

        var two = bounded(2);
        assertThatIllegalStateException().isThrownBy(() -> two.addAll(List.of("a", "b", "c")));
        assertThat(two).containsExactly("a", "b");
    }

    @Test
    void putAllAndTakeBatchMoveManyAtOnce() throws InterruptedException {
        var many = IntStream.range(0, 2345).mapToObj(Integer::toString).toList();

        queue.putAll(many);
        var taken = new ArrayList<String>();
        while (taken.size() < 2345) {
            taken.addAll(queue.takeBatch(Integer.MAX_VALUE));
        }

        assertThat(taken).isEqualTo(many);
        assertThat(queue).isEmpty();
    }

    @Test
    void takeBatchTakesNoMoreThanAsked() throws InterruptedException {
        queue.putAll(List.of("a", "b", "c"));

        assertThat(queue.takeBatch(2)).containsExactly("a", "b");
        assertThat(queue.takeBatch(2)).containsExactly("c");
        assertThatIllegalArgumentException().isThrownBy(() -> queue.takeBatch(0));
    }

    @Test
    void putAllOfNothingDoesNothing() throws InterruptedException {
        queue.putAll(List.of());

        assertThat(queue).isEmpty();
    }

    @Test
    void drainsAll() throws InterruptedException {
        var many = IntStream.range(0, 1234).mapToObj(Integer::toString).toList();
        queue.putAll(many);
        var target = new ArrayList<String>();

        assertThat(queue.drainTo(target)).isEqualTo(1234);

        assertThat(target).isEqualTo(many);
        assertThat(queue.drainTo(target)).isZero();
    }

    @Test
    void drainsUpToALimit() throws InterruptedException {
        queue.putAll(List.of("a", "b", "c"));
        var target = new ArrayList<Object>();

        assertThat(queue.drainTo(target, 2)).isEqualTo(2);
        assertThat(queue.drainTo(target, 0)).isZero();
        assertThat(queue.drainTo(target, -1)).isZero();

        assertThat(target).containsExactly("a", "b");
        assertThat(queue).containsExactly("c");
    }

    @Test
    void doesNotDrainOrAddToItself() {
        queue.add("a");
        SharedQueue<String> same = SharedQueue.connect(REDIS, name);

        assertThatIllegalArgumentException().isThrownBy(() -> queue.drainTo(queue));
        assertThatIllegalArgumentException().isThrownBy(() -> queue.drainTo(queue, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> queue.drainTo(same));
        assertThatIllegalArgumentException().isThrownBy(() -> queue.addAll(queue));
        assertThatIllegalArgumentException().isThrownBy(() -> queue.putAll(same));
        assertThatNullPointerException().isThrownBy(() -> queue.drainTo(nothing()));
    }

    @Test
    void containsWhatIsEqualNotWhatIsEncodedTheSame() {
        SharedQueue<Object> any = SharedQueue.connect(REDIS, name);
        any.add(new ArrayList<>(List.of(1, 2)));

        assertThat(any.contains(List.of(1, 2))).isTrue();
        assertThat(any.contains(List.of(2, 1))).isFalse();
        assertThat(any.remove(List.of(1, 2))).isTrue();
        assertThat(any).isEmpty();
    }

    @Test
    void removesTheOldestThatIsEqual() throws InterruptedException {
        queue.putAll(List.of("a", "b", "a", "c"));

        assertThat(queue.remove("a")).isTrue();
        assertThat(queue.remove("x")).isFalse();

        assertThat(queue).containsExactly("b", "a", "c");
    }

    @Test
    void removesAndRetainsMany() throws InterruptedException {
        queue.putAll(List.of("a", "b", "c", "b", "d"));

        assertThat(queue.containsAll(List.of("a", "d"))).isTrue();
        assertThat(queue.containsAll(List.of("a", "x"))).isFalse();
        assertThat(queue.removeAll(List.of("b", "x"))).isTrue();
        assertThat(queue.removeAll(List.of("x"))).isFalse();
        assertThat(queue).containsExactly("a", "c", "d");
        assertThat(queue.retainAll(List.of("a", "d"))).isTrue();
        assertThat(queue).containsExactly("a", "d");
        assertThat(queue.removeIf("d"::equals)).isTrue();
        assertThat(queue).containsExactly("a");
    }

    @Test
    void clears() throws InterruptedException {
        queue.putAll(List.of("a", "b"));

        queue.clear();

        assertThat(queue).isEmpty();
        assertThat(queue.join(Duration.ZERO)).isTrue();
    }

    @Test
    void iteratesOverSeveralPages() throws InterruptedException {
        var many = IntStream.range(0, 1700).mapToObj(Integer::toString).toList();
        queue.putAll(many);

        assertThat(List.copyOf(queue)).isEqualTo(many);
        assertThat(queue.toArray()).isEqualTo(many.toArray());
        assertThat(queue.toArray(new String[0])).isEqualTo(many.toArray());
        assertThat(new ArrayDeque<>(queue)).hasSize(1700);
        assertThat(queue.stream().filter(each -> each.endsWith("99")).count()).isEqualTo(17);
    }

    @Test
    void removesThroughItsIterator() throws InterruptedException {
        queue.putAll(IntStream.range(0, 1200).mapToObj(Integer::toString).toList());

        for (var i = queue.iterator(); i.hasNext(); ) {
            if (Integer.parseInt(i.next()) % 2 == 0) {
                i.remove();
            }
        }

        assertThat(queue).hasSize(600).allMatch(each -> Integer.parseInt(each) % 2 == 1);
    }

    @Test
    void itsIteratorKeepsItsContract() {
        queue.add("a");
        var iterator = queue.iterator();

        assertThatIllegalStateException().isThrownBy(iterator::remove);
        assertThat(iterator.next()).isEqualTo("a");
        iterator.remove();
        assertThatIllegalStateException().isThrownBy(iterator::remove);
        assertThat(iterator.hasNext()).isFalse();
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void itsIteratorBearsThatOthersTake() throws InterruptedException {
        queue.putAll(List.of("a", "b"));
        var iterator = queue.iterator();
        iterator.next();

        queue.clear();
        iterator.remove();

        assertThat(iterator.next()).isEqualTo("b");
        assertThat(queue).isEmpty();
    }

    @Test
    void joinWaitsUntilEveryItemIsDone() throws InterruptedException {
        queue.putAll(List.of("a", "b"));
        queue.take();
        queue.take();
        assertThat(queue.join(Duration.ofMillis(20))).isFalse();

        queue.taskDone();
        queue.taskDone();

        queue.join();
        assertThat(queue.join(Duration.ofSeconds(-1))).isTrue();
    }

    @Test
    void taskDoneThrowsWhenCalledTooOften() {
        assertThatIllegalStateException()
                .isThrownBy(queue::taskDone)
                .withMessageContaining("taskDone() was called too often")
                .withMessageContaining(name);
    }

    @Test
    void itemsThatAreDroppedCountAsDone() throws InterruptedException {
        queue.putAll(List.of("a", "b", "c"));

        queue.remove("b");
        queue.removeIf("a"::equals);
        queue.clear();

        assertThat(queue.join(Duration.ZERO)).isTrue();
    }

    @Test
    void takesNothingAnyMoreWhenShutDownAndLetsTheRestBeTaken() throws InterruptedException {
        queue.putAll(List.of("a", "b", "c", "d"));

        queue.shutdown(false);

        assertThat(queue.isShutDown()).isTrue();
        assertThatThrownBy(() -> queue.put("x"))
                .isInstanceOf(QueueShutDownException.class)
                .hasMessageContaining(name);
        assertThatThrownBy(() -> queue.add("x")).isInstanceOf(QueueShutDownException.class);
        assertThatThrownBy(() -> queue.offer("x")).isInstanceOf(QueueShutDownException.class);
        assertThatThrownBy(() -> queue.offer("x", 1, SECONDS)).isInstanceOf(QueueShutDownException.class);
        assertThatThrownBy(() -> queue.putAll(List.of("x"))).isInstanceOf(QueueShutDownException.class);
        assertThat(queue.take()).isEqualTo("a");
        assertThat(queue.poll()).isEqualTo("b");
        assertThat(queue.poll(1, SECONDS)).isEqualTo("c");
        assertThat(queue.takeBatch(5)).containsExactly("d");
        assertThatThrownBy(queue::take).isInstanceOf(QueueShutDownException.class);
        assertThatThrownBy(() -> queue.takeBatch(5)).isInstanceOf(QueueShutDownException.class);
        assertThat(queue.poll()).isNull();
        var start = System.nanoTime();
        assertThat(queue.poll(30, SECONDS)).isNull();
        assertThat(elapsedMillis(start)).isLessThan(1000);
    }

    @Test
    void dropsTheRestWhenShutDownImmediately() throws InterruptedException {
        queue.putAll(List.of("a", "b"));
        queue.take();

        queue.shutdown(true);

        assertThatThrownBy(queue::take).isInstanceOf(QueueShutDownException.class);
        assertThat(queue.join(Duration.ZERO)).isFalse(); // "a" was taken but is not done
        queue.taskDone();
        assertThat(queue.join(Duration.ZERO)).isTrue();
    }

    @Test
    void isNewAfterDelete() throws InterruptedException {
        queue.put("a");
        queue.shutdown(false);

        queue.delete();

        assertThat(queue.isShutDown()).isFalse();
        assertThat(queue).isEmpty();
        queue.put("b");
        assertThat(queue.take()).isEqualTo("b");
    }

    @Test
    void leavesNoKeyBehindAfterDeleteButSessionsThatLapse() throws InterruptedException {
        var two = bounded(2);
        two.putAll(List.of("a", "b"));
        two.offer("c");
        two.take();
        two.taskDone();
        two.poll(10, MILLISECONDS);
        two.poll(10, MILLISECONDS);
        two.join(Duration.ofMillis(10));
        two.shutdown(false);

        two.delete();

        try (var redis = REDIS.open();
                var connection = redis.connect()) {
            var keys = (List<?>) requireNonNull(connection.call("KEYS", bytes("*" + name + "*")));
            assertThat(keys).allSatisfy(key -> {
                assertThat(new String((byte[]) key, UTF_8)).contains(":session:");
                assertThat((Long) connection.call("TTL", (byte[]) key)).isBetween(1L, 600L);
            });
        }
    }

    @Test
    void saysSoWhenRedisIsFullAndCanStillBeDrained() throws InterruptedException {
        queue.put("a");
        try (var redis = REDIS.open();
                var connection = redis.connect()) {
            connection.call("CONFIG", bytes("SET"), bytes("maxmemory"), bytes("1"));
            try {
                assertThatThrownBy(() -> queue.put("b")).isInstanceOf(RedisFullException.class);
                assertThat(queue.take()).isEqualTo("a");
                queue.taskDone();
                assertThat(queue.join(Duration.ZERO)).isTrue();
            } finally {
                connection.call("CONFIG", bytes("SET"), bytes("maxmemory"), bytes("0"));
            }
        }
        queue.put("b");
        assertThat(queue.take()).isEqualTo("b");
    }

    @Test
    void saysSoWhenRedisIsNotThere() {
        assertThatThrownBy(() -> SharedQueue.connect(RedisOptions.of("redis://127.0.0.1:1"), name))
                .isInstanceOf(RedisUnavailableException.class)
                .hasMessageContaining("127.0.0.1:1");
    }

    /** Never before its time, and soon after it at the best of three tries: the machine may be busy. */
    private static void assertEndsIn(long millis, ThrowingCallable waiting) throws Throwable {
        var best = Long.MAX_VALUE;
        for (var i = 0; i < 3; i++) {
            var start = System.nanoTime();
            waiting.call();
            best = Math.min(best, elapsedMillis(start));
        }
        assertThat(best).isBetween(Math.max(0, millis), millis + 80);
    }

    private static long elapsedMillis(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }
}
