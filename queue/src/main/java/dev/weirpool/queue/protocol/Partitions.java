package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weirpool.queue.redis.ForeignDataException;
import dev.weirpool.queue.redis.RedisConnection;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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
    private static final byte[] CLOSED = bytes("!");

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

    /** The queue of which that is the name of a partition. */
    static String queueOf(String partition) {
        var tilde = partition.indexOf('~');
        return tilde < 0 ? partition : partition.substring(0, tilde);
    }

    /** Those of a queue, as they are recorded in Redis; one if nothing is. */
    public static Partitions of(RedisConnection redis, String queue) {
        return new Partitions(queue, count((byte[]) redis.call("GET", new Keys(queue).partitions)));
    }

    static int count(byte @Nullable [] recorded) {
        var digits = recorded == null ? "" : new String(recorded, US_ASCII);
        if (digits.isEmpty()) {
            return 1;
        }
        var count = digits.matches("\\d{1,2}") ? Integer.parseInt(digits) : 0;
        if (count < 1 || count > MOST) {
            throw new ForeignDataException("the number of partitions of this queue, in its key 'partitions', is "
                    + (digits.matches("\\w{1,20}") ? digits : "no number")
                    + " instead of one from 1 to " + MOST
                    + "; look who else writes to the keys of this queue, and set it right");
        }
        return count;
    }

    /** Records their number unless there is one: Redis may have lost it. */
    public void keep(RedisConnection redis) {
        if (count > 1) {
            redis.call("SET", new Keys(queue).partitions, bytes(count), bytes("NX"));
        }
    }

    /**
     * Has these take the place of {@code old}, on which no worker may be. What is sent to partitions that are no more is refused from then on.
     *
     * @return empty, or why it was not done: the name of a partition that would be no more, and how many tasks it holds
     */
    public Optional<String> replace(RedisConnection redis, Partitions old) {
        var names = names();
        var ending = old.names().stream().filter(name -> !names.contains(name)).toList();
        ending.forEach(name -> close(redis, name)); // first: what is sent meanwhile is there when it is looked for
        for (var name : ending) {
            var counts = new Survey(name).counts(redis);
            var tasks = counts.ready().stream().mapToLong(Long::longValue).sum() + counts.delayed() + counts.dead();
            if (tasks > 0) {
                ending.forEach(closed -> open(redis, closed));
                return Optional.of(name + " holds " + tasks);
            }
        }
        others().forEach(name -> open(redis, name));
        redis.call("SET", new Keys(queue).partitions, bytes(count));
        return Optional.empty();
    }

    private static void close(RedisConnection redis, String name) {
        redis.call("HSET", new Keys(name).producers, CLOSED, bytes(1));
    }

    private static void open(RedisConnection redis, String name) {
        redis.call("HDEL", new Keys(name).producers, CLOSED);
    }

    /** Their names, in order. */
    public List<String> names() {
        return IntStream.range(0, count).mapToObj(this::name).toList();
    }

    /** The names of all but the first. */
    public List<String> others() {
        return names().subList(1, count);
    }

    /** Which of them has the tasks with that key. */
    public int indexFor(String key) {
        return Math.floorMod(key.hashCode() * 0x9E3779B9 >>> 8, count); // the same in every process, and spread
    }

    private String name(int index) {
        if (index == 0) {
            return queue;
        }
        var place = RedisConnection.slot(queue) + index * SLOTS / count;
        for (var salt = 0; ; salt++) {
            var name = queue + "~" + index + "of" + count + "." + salt;
            if (Math.floorMod(RedisConnection.slot(name) - place + NEAR, SLOTS) <= 2 * NEAR) {
                return name;
            }
        }
    }
}
