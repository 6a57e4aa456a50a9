package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.ReplyLosingProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A shared queue of its own for each test, on a real Redis, also reached through a proxy that can lose replies. */
abstract class SharedQueueFixture {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    final String name = "shared-" + NUMBER.incrementAndGet();
    final SharedQueueState unbounded = SharedQueueState.open(0);
    Redis redis;
    RedisConnection connection;
    ReplyLosingProxy proxy;
    SharedQueueBroker broker;
    SharedQueueBroker lossy;
    private Redis behindProxy;

    @BeforeEach
    void open() throws IOException {
        redis = RedisOptions.embedded().open();
        connection = redis.connect();
        proxy = new ReplyLosingProxy(redis.uri());
        behindProxy = new Redis(proxy.uri(), Duration.ofSeconds(2), Duration.ofSeconds(10));
        broker = new SharedQueueBroker(redis, name);
        lossy = new SharedQueueBroker(behindProxy, name);
        lossy.state(); // connects, so that the next reply is that of a step
    }

    @AfterEach
    void close() throws IOException {
        connection.call("CONFIG", bytes("SET"), bytes("maxmemory"), bytes("0"));
        broker.delete();
        behindProxy.close();
        proxy.close();
        connection.close();
        redis.close();
    }

    void fillTheServer() {
        connection.call("CONFIG", bytes("SET"), bytes("maxmemory"), bytes("1"));
    }

    static List<byte[]> items(String... texts) {
        return Arrays.stream(texts).map(RedisConnection::bytes).toList();
    }

    static List<String> texts(List<byte[]> items) {
        return items.stream().map(item -> new String(item, UTF_8)).toList();
    }

    static List<String> taken(TakeReply reply) {
        return reply instanceof TakeReply.Items items ? texts(items.items()) : List.of();
    }

    List<String> waiting() {
        return texts(broker.peek(0, 1000));
    }

    long length(String part) {
        return connection.call("LLEN", key(part)) instanceof Long length ? length : -1;
    }

    @Nullable
    String value(String part) {
        return connection.call("HGET", key("state"), bytes(part)) instanceof byte[] value
                ? new String(value, UTF_8)
                : null;
    }

    byte[] key(String part) {
        return bytes("weirpool:{" + name + "}:shared:" + part);
    }

    /** All keys of this queue, by what follows its prefix. */
    Set<String> keys() {
        var found = new TreeSet<String>();
        if (connection.call("KEYS", bytes("weirpool:{" + name + "}:*")) instanceof List<?> all) {
            all.forEach(each -> found.add(new String((byte[]) each, UTF_8).replaceFirst(".*}:", "")));
        }
        return found;
    }
}
