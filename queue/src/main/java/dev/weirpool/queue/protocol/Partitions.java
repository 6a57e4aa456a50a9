package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weirpool.queue.redis.RedisConnection;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * The queues of Redis that one queue is spread over, its partitions. The first has the name of the queue itself, so whatever does not
 * know of the others finds that one.
 *
 * <p>Their names are such that the slots they belong to lie at equal distances on the circle of all slots: as many masters as there are
 * partitions, with equal shares of the slots, as clusters are made, get one each.
 *
 * @param count how many there are
 */
public record Partitions(String queue, int count) {

    /** The most there may be. */
    public static final int MOST = 64;

    private static final int SLOTS = 16_384;

    /** So far from its place a slot may be: to find one at the very place would take long. */
    private static final int NEAR = 8;

    /**
     * @throws IllegalArgumentException if that is no queue name, or not from 1 to {@value #MOST}
     */
    public Partitions {
        new Keys(queue); // checks the name
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException("a queue has 1 to " + MOST + " partitions, got " + count);
        }
    }

    /** Those of a queue, as they are recorded in Redis; one if nothing is. */
    public static Partitions of(RedisConnection redis, String queue) {
        return new Partitions(queue, count((byte[]) redis.call("GET", new Keys(queue).partitions)));
    }

    static int count(byte @Nullable [] recorded) {
        var digits = recorded == null ? "" : new String(recorded, US_ASCII);
        if (!digits.matches("[0-9]{0,2}")) {
            throw new IllegalArgumentException("not a number of partitions");
        }
        return digits.isEmpty() ? 1 : Integer.parseInt(digits);
    }

    void record(RedisConnection redis) {
        redis.call("SET", new Keys(queue).partitions, bytes(count));
    }

    /** Their names, in order. */
    public List<String> names() {
        return IntStream.range(0, count).mapToObj(this::name).toList();
    }

    /** Which of them has the tasks with that key. */
    public int indexFor(String key) {
        return Math.floorMod(key.hashCode() * 0x9E3779B9 >>> 8, count); // the same in every process, and spread
    }

    private String name(int index) {
        if (index == 0) {
            return queue;
        }
        var place = slot(queue) + index * SLOTS / count;
        for (var salt = 0; ; salt++) {
            var name = queue + "~" + index + "of" + count + "." + salt;
            if (Math.floorMod(slot(name) - place + NEAR, SLOTS) <= 2 * NEAR) {
                return name;
            }
        }
    }

    private static int slot(String name) {
        return JedisClusterCRC16.getSlot(name);
    }
}
