package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.redis.ReplyLosingProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A connection is cut after each byte of a request, and after each byte of the reply. The request is sent again on another
 * connection, as producers and workers do, and then has happened once.
 */
@Tag("slow")
final class CutConnectionTest extends BrokerFixture {
    private ReplyLosingProxy proxy;
    private Redis cut;
    private int number;

    @BeforeEach
    void open() throws IOException {
        proxy = new ReplyLosingProxy(server.uri());
        cut = new Redis(proxy.uri(), Duration.ofSeconds(5), Duration.ZERO);
    }

    @AfterEach
    void close() throws IOException {
        cut.close();
        proxy.close();
    }

    static Stream<Exchange> exchanges() {
        return Stream.of(new Push(), new Claim(), new Settle());
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void happensOnceWhereverItsConnectionIsCut(Exchange exchange) {
        var requestBytes = measure(exchange, proxy::requestBytes);
        var replyBytes = measure(exchange, proxy::replyBytes);

        for (var at = 0L; at <= requestBytes; at++) {
            cutAndSendAgain(exchange, proxy::cutRequestAfter, at);
        }
        for (var at = 0L; at < replyBytes; at++) {
            cutAndSendAgain(exchange, proxy::cutReplyAfter, at);
        }
    }

    private long measure(Exchange exchange, LongSupplier counter) {
        for (var i = 0; i < 4; i++) { // so that the script is known to Redis, and named by its digest
            on(exchange, broker -> exchange.send(broker, redis));
        }
        var length = new AtomicLong();
        on(exchange, broker -> {
            try (var connection = cut.connect()) {
                var before = counter.getAsLong();
                var reply = exchange.send(broker, connection);
                length.set(counter.getAsLong() - before);
                return reply;
            }
        });
        assertThat(length.get()).isBetween(10L, 2_000L);
        return length.get();
    }

    private void cutAndSendAgain(Exchange exchange, LongConsumer cutAfter, long bytes) {
        on(exchange, broker -> {
            try (var connection = cut.connect()) {
                cutAfter.accept(bytes);
                assertThatThrownBy(() -> exchange.send(broker, connection))
                        .isInstanceOf(RedisUnavailableException.class);
            }
            var reply = exchange.send(broker, redis);
            proxy.awaitQuiet(); // the first may arrive after the second
            return reply;
        });
    }

    /** Does it on a queue of its own, whose name is as long as that of the others. */
    private void on(Exchange exchange, Function<Broker, Object> sending) {
        var broker = new Broker("cut-" + (10_000 + ++number));
        exchange.prepare(broker, redis);

        var reply = sending.apply(broker);

        var containers = ProtocolAudit.check(redis, broker.queue());
        assertThat(containers.producers()).isEqualTo(Map.of(PRODUCER, 3L));
        exchange.verify(reply, containers);
        broker.closeResults(redis, PRODUCER);
        broker.drop(redis, List.of("w"));
    }

    private static void push(Broker broker, RedisConnection redis, Envelope... tasks) {
        broker.push(redis, PRODUCER, tasks[0].sequence() - 1, List.of(tasks), List.of());
    }

    private static List<Long> held(Object reply) {
        var held = reply instanceof StepReply.Resync resync ? resync.held() : ((StepReply.Claimed) reply).tasks();
        return sequences(envelopes(held));
    }

    /** What is sent, on a queue whose tasks are 1 to 3. */
    private interface Exchange {
        void prepare(Broker broker, RedisConnection redis);

        Object send(Broker broker, RedisConnection redis);

        void verify(Object reply, Containers containers);
    }

    private record Push() implements Exchange {
        @Override
        public void prepare(Broker broker, RedisConnection redis) {
            push(broker, redis, task(1));
        }

        @Override
        public Object send(Broker broker, RedisConnection redis) {
            return broker.push(redis, PRODUCER, 1, List.of(task(2), task(3)), List.of());
        }

        @Override
        public void verify(Object reply, Containers containers) {
            assertThat(reply).isEqualTo(new PushReply.Stored());
            assertThat(containers.ready().get(0))
                    .extracting(StoredTask::sequence)
                    .containsExactly(1L, 2L, 3L);
        }
    }

    private record Claim() implements Exchange {
        @Override
        public void prepare(Broker broker, RedisConnection redis) {
            push(broker, redis, task(1), task(2), task(3));
            broker.register(redis, "w", LEASE);
        }

        @Override
        public Object send(Broker broker, RedisConnection redis) {
            return broker.step(redis, "w", new StepRequest(2, 0, true, List.of(), List.of()));
        }

        @Override
        public void verify(Object reply, Containers containers) {
            assertThat(held(reply)).isEqualTo(numbers(1, 2));
            assertThat(containers.inflight().get("w"))
                    .extracting(StoredTask::sequence)
                    .containsExactly(1L, 2L);
        }
    }

    private record Settle() implements Exchange {
        @Override
        public void prepare(Broker broker, RedisConnection redis) {
            broker.openResults(redis, PRODUCER, LEASE);
            push(broker, redis, task(1), task(2), task(3));
            broker.register(redis, "w", LEASE);
            broker.step(redis, "w", new StepRequest(1, 0, false, List.of(), List.of()));
        }

        @Override
        public Object send(Broker broker, RedisConnection redis) {
            var note = new Effect.NoteAttempt(task(1), bytes("done"));
            return broker.step(redis, "w", new StepRequest(1, 0, false, List.of(complete(task(1))), List.of(note)));
        }

        @Override
        public void verify(Object reply, Containers containers) {
            assertThat(held(reply)).isEqualTo(numbers(2));
            assertThat(containers.results()).isEqualTo(Map.of(PRODUCER, numbers(1)));
            assertThat(containers.kept()).isEqualTo(Map.of("attempts:7/1", "1"));
            assertThat(containers.inflight().get("w"))
                    .extracting(StoredTask::sequence)
                    .containsExactly(2L);
            assertThat(containers.ready().get(0))
                    .extracting(StoredTask::sequence)
                    .containsExactly(3L);
        }
    }
}
