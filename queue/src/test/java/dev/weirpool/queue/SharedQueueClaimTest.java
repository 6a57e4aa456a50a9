package dev.weirpool.queue;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.codec.DecodingException;
import dev.weirpool.queue.protocol.SharedQueueBroker;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.redis.ReplyLosingProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The reliable mode, by the threads of one process. */
@Timeout(60)
class SharedQueueClaimTest {

    private static final RedisOptions REDIS = RedisOptions.embedded();

    private final String name = "claim-" + UUID.randomUUID();
    private final SharedQueue<String> queue = SharedQueue.connect(REDIS, name, 0);

    @AfterEach
    void delete() {
        queue.delete();
    }

    @Test
    void whatIsDoneDoesNotComeBack() throws Exception {
        queue.putAll(List.of("a", "b"));

        try (var claim = queue.claim()) {
            assertThat(claim.value()).isEqualTo("a");
            assertThat(queue).containsExactly("b");
            assertThat(claim.done()).isTrue();
            assertThat(claim.done()).isTrue();
        }

        assertThat(queue).containsExactly("b");
        assertThat(queue.take()).isEqualTo("b");
        queue.taskDone();
        assertThat(queue.join(Duration.ZERO)).isTrue();
    }

    @Test
    void whatIsNotDoneComesBackToTheFront() throws Exception {
        queue.putAll(List.of("a", "b"));
        var claim = queue.claim();

        claim.close();
        claim.close();

        assertThat(claim.done()).isFalse();
        assertThat(queue).containsExactly("a", "b");
        assertThat(queue.join(Duration.ZERO)).isFalse();
    }

    @Test
    void waitsForAnItemForAtMostTheLimit() throws Exception {
        assertThat(queue.claim(Duration.ofMillis(50))).isEmpty();
        var taker = CompletableFuture.supplyAsync(() -> {
            try {
                return queue.claim(Duration.ofSeconds(20)).orElseThrow();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });

        queue.put("a");

        try (var claim = taker.get(10, TimeUnit.SECONDS)) {
            assertThat(claim.value()).isEqualTo("a");
            assertThat(claim.done()).isTrue();
        }
    }

    @Test
    void aClaimMakesRoom() throws Exception {
        queue.delete();
        SharedQueue<String> bounded = SharedQueue.connect(REDIS, name, 1);
        bounded.put("a");

        var claim = bounded.claim();
        assertThat(bounded.offer("b")).isTrue();
        claim.close();

        assertThat(bounded).containsExactly("a", "b");
        assertThat(bounded.offer("c")).isFalse();
        assertThat(bounded.remainingCapacity()).isZero();
        assertThat(List.of(bounded.take(), bounded.take())).containsExactly("a", "b");
        assertThat(bounded.offer("c")).isTrue();
    }

    @Test
    void aQueueThatIsShutAndEmptyHasNoClaims() throws Exception {
        queue.put("a");
        queue.shutdown(false);

        assertThat(queue.claim().done()).isTrue();

        assertThatThrownBy(queue::claim).isInstanceOf(QueueShutDownException.class);
        assertThat(queue.claim(Duration.ofSeconds(20))).isEmpty();
    }

    @Test
    void aLeaseLastsAsLongAsItsProcess() throws Exception {
        var quick = queue.withLease(Duration.ofMillis(300));
        queue.put("a");
        try (var claim = quick.claim()) {
            assertThat(quick.claim(Duration.ofMillis(1500))).isEmpty();

            assertThat(claim.done()).isTrue();
        }
    }

    @Test
    void aProcessHoldsNoMoreThanAThousand() throws Exception {
        var claims = new ArrayList<Claim<String>>();
        for (var i = 0; i < 1000; i++) {
            queue.put("x");
            claims.add(queue.claim());
        }

        assertThatIllegalStateException()
                .isThrownBy(() -> queue.claim(Duration.ZERO))
                .withMessageContaining("1000 claims")
                .withMessageContaining("done() or close()");
        claims.get(0).close();
        assertThat(queue.claim(Duration.ZERO)).isPresent().get().satisfies(Claim::done);
        claims.forEach(Claim::done);
    }

    @Test
    void anItemThatCannotBeReadIsNotLost() throws Exception {
        var redis = REDIS.open();
        try (var connection = redis.connect()) {
            var unreadable = new SharedQueueBroker(redis, name).seal(bytes("not what an encoder makes"));
            connection.call("RPUSH", bytes("weirpool:{" + name + "}:shared:items"), unreadable);
        }
        redis.close();

        try (var claim = queue.claim()) {
            assertThatThrownBy(claim::value).isInstanceOf(DecodingException.class);
        }

        assertThat(queue).hasSize(1);
    }

    @Test
    void aClaimWhoseReplyIsLostIsTheSameWhenItIsSentAgain() throws Exception {
        queue.putAll(List.of("a", "b"));
        var uri = REDIS.open().uri();
        try (var proxy = new ReplyLosingProxy(uri);
                var redis = new Redis(proxy.uri(), Duration.ofSeconds(2), Duration.ofSeconds(10))) {
            SharedQueue<String> lossy = SharedQueue.on(redis, codec(redis), name);
            lossy.claim().close(); // the claimant has connected, and a look is not due
            assertThat(queue).hasSize(2);

            proxy.loseOneReply();
            var claim = lossy.claim();
            assertThat(proxy.hasLostAll()).isTrue();
            proxy.loseOneReply();

            assertThat(claim.value()).isEqualTo("a");
            assertThat(claim.done()).isTrue();
            assertThat(proxy.hasLostAll()).isTrue();
            assertThat(queue).containsExactly("b");
        }
    }

    @Test
    void aClaimWhoseReplyNeverComesIsGivenBack() throws Exception {
        queue.putAll(List.of("a", "b"));
        var uri = REDIS.open().uri();
        try (var proxy = new ReplyLosingProxy(uri);
                var redis = new Redis(proxy.uri(), Duration.ofSeconds(2), Duration.ZERO)) {
            SharedQueue<String> lossy = SharedQueue.on(redis, codec(redis), name);

            // until it is the claim's reply that is lost, and not one to the thread that keeps the leases and connects
            // meanwhile
            await().until(() -> {
                proxy.loseOneReply();
                try {
                    lossy.claim().close();
                    return false;
                } catch (RedisUnavailableException e) {
                    return true;
                }
            });

            await().untilAsserted(() -> assertThat(queue).containsExactly("a", "b"));
            var claim = lossy.claim();
            proxy.loseOneReply();
            claim.close();
            await().untilAsserted(() -> assertThat(queue).containsExactly("a", "b"));
            var again = lossy.claim();
            proxy.loseOneReply();
            assertThatThrownBy(again::done).isInstanceOf(RedisUnavailableException.class);
            assertThat(again.done()).isTrue();
            assertThat(queue).containsExactly("b");
        }
    }

    private static TaskCodec codec(Redis redis) {
        return new TaskCodec(() -> redis, "here");
    }
}
