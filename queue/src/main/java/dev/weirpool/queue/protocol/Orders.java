package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.Script;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Refusals;
import dev.weirpool.queue.signing.Signer;
import dev.weirpool.queue.signing.WrongSignatureException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What operators have launchers told, and what launchers say of themselves. An order may be heard more than once. */
public final class Orders {

    /** For how long an order stands, and its answer. */
    public static final Duration LIFE = Duration.ofMinutes(1);

    private static final Script REPORT = Script.load(Orders.class, "report");
    private static final Script ORDER = Script.load(Orders.class, "order");
    private static final int MOST_STANDING = 64;

    private final String queue;
    private final Keys keys;
    private final Refusals refusals;

    /**
     * @throws IllegalArgumentException if {@code queue} is not a queue name
     */
    public Orders(String queue) {
        this.queue = queue;
        this.keys = new Keys(queue);
        this.refusals = new Refusals("an order to a launcher of queue " + queue);
    }

    /**
     * Has {@code launcher} told something with its next report; false if too many orders stand already.
     *
     * @throws dev.weirpool.queue.signing.MissingSecretException if there is nothing to sign it with
     */
    public boolean give(RedisConnection redis, String launcher, String number, String order) {
        var reply = redis.run(
                ORDER,
                1,
                List.of(
                        keys.orders(launcher),
                        bytes(number),
                        signer(redis).seal(context(launcher, number), bytes(order)),
                        bytes(LIFE.toMillis()),
                        bytes(MOST_STANDING)));
        return Long.valueOf(1).equals(reply);
    }

    /**
     * Says how {@code launcher} is, and hears what is ordered, by number; orders that were not signed by one of our keys are dropped.
     *
     * @param life for how long that is worth knowing
     * @param heard numbers of orders that need not be given again
     */
    public Map<String, String> report(
            RedisConnection redis, String launcher, byte[] report, Duration life, List<String> heard) {
        var arguments = new ArrayList<byte[]>(
                List.of(keys.launcher(launcher), keys.orders(launcher), report, bytes(life.toMillis())));
        heard.forEach(number -> arguments.add(bytes(number)));
        var pairs = (List<?>) requireNonNull(redis.run(REPORT, 2, arguments));
        var orders = new LinkedHashMap<String, String>();
        for (var i = 0; i + 1 < pairs.size(); i += 2) {
            var number = text(pairs.get(i));
            try {
                var order = signer(redis).open(context(launcher, number), (byte[]) pairs.get(i + 1));
                orders.put(number, text(order));
            } catch (WrongSignatureException e) {
                refusals.add(e.getMessage());
                redis.call("HDEL", keys.orders(launcher), (byte[]) pairs.get(i)); // else it is heard again
            }
        }
        return orders;
    }

    private Signer signer(RedisConnection redis) {
        return redis.keyring().signer(Direction.ORDER, queue);
    }

    /** An order is for one launcher, and has one number. */
    private static byte[] context(String launcher, String number) {
        return bytes(launcher + " " + number);
    }

    /** Takes back what a launcher has said of itself, because it ends. */
    public void retract(RedisConnection redis, String launcher) {
        redis.call("UNLINK", keys.launcher(launcher), keys.orders(launcher));
    }

    /** Answers an order. */
    public void answer(RedisConnection redis, String number, String answer) {
        redis.call("SET", keys.answer(number), bytes(answer), bytes("PX"), bytes(LIFE.toMillis()));
    }

    /** The answer to an order, if it is there. */
    public Optional<String> answerTo(RedisConnection redis, String number) {
        return Optional.ofNullable((byte[]) redis.call("GET", keys.answer(number)))
                .map(bytes -> new String(bytes, UTF_8));
    }

    private static String text(Object bytes) {
        return new String((byte[]) bytes, UTF_8);
    }
}
