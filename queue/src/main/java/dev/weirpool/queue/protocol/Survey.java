package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at one queue and changes nothing. No look takes longer because more tasks wait. */
public final class Survey {

    private static final Script SURVEY = Script.load(Survey.class, "survey");
    private static final Script PEEK = Script.load(Survey.class, "peek");
    private static final Script FIND = Script.load(Survey.class, "find");
    private static final int MOST_WORKERS = 10_000;
    private static final int MOST_HELD = 1000;
    private static final int KEYS_AT_ONCE = 500;

    private final Keys keys;

    /**
     * @throws IllegalArgumentException if {@code queue} is not a queue name
     */
    public Survey(String queue) {
        this.keys = new Keys(queue);
    }

    /** The queues that are in use, or were, by name. */
    public static List<String> queues(RedisConnection redis) {
        return list(redis.call("ZRANGE", Keys.QUEUES, bytes(0), bytes(-1))).stream()
                .map(Survey::text)
                .filter(Keys::isName) // what somebody else has put there is none of ours
                .sorted()
                .toList();
    }

    /** Forgets a queue that was noted before {@code moment}, in ms; false if it was noted since. */
    public static boolean forget(RedisConnection redis, String queue, long moment) {
        var noted = (byte[]) redis.call("ZSCORE", Keys.QUEUES, bytes(queue));
        return noted != null
                && Double.parseDouble(text(noted)) < moment
                && redis.call("ZREM", Keys.QUEUES, bytes(queue)) != null;
    }

    /** How much the queue holds, and who serves it. */
    public Counts counts(RedisConnection redis) {
        var reply = list(redis.run(
                SURVEY,
                11,
                List.of(
                        keys.ready,
                        keys.ready1,
                        keys.ready2,
                        keys.ready3,
                        keys.delayed,
                        keys.dead,
                        keys.workers,
                        keys.tick,
                        keys.fence,
                        keys.schedules,
                        keys.producers,
                        bytes(MOST_WORKERS))));
        return new Counts(
                number(reply.get(0)),
                List.of(number(reply.get(1)), number(reply.get(2)), number(reply.get(3)), number(reply.get(4))),
                number(reply.get(5)),
                number(reply.get(6)),
                number(reply.get(7)) == 1,
                number(reply.get(8)),
                moment(reply.get(9)),
                number(reply.get(10)),
                list(reply.get(11)).stream().map(Survey::text).toList(),
                moment(reply.get(12)),
                moment(reply.get(13)),
                moment(reply.get(14)),
                moment(reply.get(15)),
                number(reply.get(16)),
                moment(reply.get(17)),
                moment(reply.get(18)).orElse(0L),
                text(reply.get(19)).isEmpty() ? Limit.NONE : Limit.of(text(reply.get(19))));
    }

    /**
     * What {@link #counts} found.
     *
     * @param now in ms since 1970, on the clock of Redis, as all moments here are
     * @param ready by priority
     * @param claims how many were ever made
     * @param firstDue when the first delayed task is due
     * @param workers how many are registered
     * @param workerNames of them, the first 10 000
     * @param beat when a launcher last ticked
     * @param probe how many claims there will have been when a task that was last in line at {@code probedAt} is claimed
     * @param lastWait how long the one before had waited, in ms
     * @param schedules how many there are that are not paused
     * @param nextFire when the first of them is to fire
     * @param load how many bytes wait, ready or delayed
     * @param limit how much may
     */
    public record Counts(
            long now,
            List<Long> ready,
            long delayed,
            long dead,
            boolean paused,
            long claims,
            Optional<Long> firstDue,
            long workers,
            List<String> workerNames,
            Optional<Long> beat,
            Optional<Long> probe,
            Optional<Long> probedAt,
            Optional<Long> lastWait,
            long schedules,
            Optional<Long> nextFire,
            long load,
            Limit limit) {}

    /** The envelopes from index {@code from} to {@code to}, each cut at {@code cut} bytes; negative indices count from the end. */
    public Glimpse.Of peek(RedisConnection redis, Place place, long from, long to, int cut) {
        return peek(redis, List.of(place.key(keys)), from, to, cut).get(0);
    }

    /** How many tasks wait, or lie, in one place. */
    public long count(RedisConnection redis, Place place) {
        return peek(redis, place, 1, 0, 0).total();
    }

    /** How many of {@code workers} hold a task. */
    public long busy(RedisConnection redis, List<String> workers) {
        return holdings(redis, workers, 1, 0, 0).stream()
                .filter(held -> held.total() > 0)
                .count();
    }

    /** What each of {@code workers} holds first. */
    public List<Glimpse.Of> running(RedisConnection redis, List<String> workers, int cut) {
        return holdings(redis, workers, 0, 0, cut);
    }

    private List<Glimpse.Of> holdings(RedisConnection redis, List<String> workers, long from, long to, int cut) {
        var all = new ArrayList<Glimpse.Of>(workers.size());
        for (var i = 0; i < workers.size(); i += KEYS_AT_ONCE) {
            var some = workers.subList(i, Math.min(workers.size(), i + KEYS_AT_ONCE));
            all.addAll(peek(redis, some.stream().map(keys::inflight).toList(), from, to, cut));
        }
        return all;
    }

    private static List<Glimpse.Of> peek(RedisConnection redis, List<byte[]> places, long from, long to, int cut) {
        var arguments = new ArrayList<>(places);
        arguments.addAll(List.of(bytes(from), bytes(to), bytes(cut)));
        return list(redis.run(PEEK, places.size(), arguments)).stream()
                .map(shown -> glimpses(list(shown)))
                .toList();
    }

    private static Glimpse.Of glimpses(List<?> shown) {
        var glimpses = new ArrayList<Glimpse>();
        for (var i = 1; i < shown.size(); i += 3) {
            glimpses.add(glimpse(shown, i));
        }
        return new Glimpse.Of(number(shown.get(0)), glimpses);
    }

    private static Glimpse glimpse(List<?> shown, int at) {
        return new Glimpse(
                (int) number(shown.get(at)),
                (byte[]) requireNonNull(shown.get(at + 1)),
                moment(shown.get(at + 2)).orElse(0L));
    }

    /** Looks for a task from index {@code from} to {@code to}. */
    public Found find(RedisConnection redis, Place place, byte[] id, long from, long to, int cut) {
        return find(redis, place.key(keys), id, from, to, cut);
    }

    /** Looks for a task among those that {@code worker} holds. */
    public Found findHeld(RedisConnection redis, String worker, byte[] id, int cut) {
        return find(redis, keys.inflight(worker), id, 0, MOST_HELD - 1, cut);
    }

    private static Found find(RedisConnection redis, byte[] key, byte[] id, long from, long to, int cut) {
        var reply = list(redis.run(FIND, 1, List.of(key, id, bytes(from), bytes(to), bytes(cut))));
        return new Found(
                (int) number(reply.get(0)), reply.size() == 1 ? Optional.empty() : Optional.of(glimpse(reply, 1)));
    }

    /**
     * What {@link #find} found.
     *
     * @param looked at so many
     */
    public record Found(int looked, Optional<Glimpse> glimpse) {}

    /** The records of a task's attempts. */
    public List<byte[]> attempts(RedisConnection redis, byte[] id) {
        return list(redis.call("LRANGE", keys.attempts(id), bytes(0), bytes(-1))).stream()
                .map(record -> (byte[]) record)
                .toList();
    }

    /** What {@code launchers} have last said of themselves; null for one that has said nothing lately. */
    public List<byte @Nullable []> reports(RedisConnection redis, List<String> launchers) {
        if (launchers.isEmpty()) {
            return List.of();
        }
        var reply =
                list(redis.call("MGET", launchers.stream().map(keys::launcher).toArray(byte[][]::new)));
        var reports = new ArrayList<byte @Nullable []>();
        reply.forEach(report -> reports.add((byte[]) report));
        return reports;
    }

    private static Optional<Long> moment(@Nullable Object reply) {
        var digits = text(reply);
        return digits.isEmpty() ? Optional.empty() : Optional.of((long) Double.parseDouble(digits));
    }

    private static List<?> list(@Nullable Object reply) {
        return (List<?>) requireNonNull(reply);
    }

    private static String text(@Nullable Object reply) {
        return new String((byte[]) requireNonNull(reply), UTF_8);
    }

    private static long number(@Nullable Object reply) {
        return (Long) requireNonNull(reply);
    }
}
